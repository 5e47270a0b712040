// SPDX-License-Identifier: GPL-2.0-or-later
import { type InputAccepts, type InputEvent, noInput, sameInput } from '../core/input.ts'
import { InputGate } from './input/input-gate.ts'
import type { InputDevice } from './input/qmp-input.ts'
import type { SessionSource } from './session-source.ts'

/** The way of input from the page to the guest: through the source, or through a device beside it. */
export class SessionInput {
  readonly gate: InputGate
  readonly #source: () => SessionSource
  readonly #device: InputDevice | undefined
  readonly #tell: (accepts: InputAccepts) => void
  #accepts: InputAccepts

  /** @param tell hears what the guest takes, after every change */
  constructor(
    source: () => SessionSource,
    device: InputDevice | undefined,
    viewOnly: boolean,
    tell: (accepts: InputAccepts) => void,
  ) {
    const now = () => performance.now()
    this.gate = new InputGate((events) => this.#send(events), viewOnly, now)
    this.#source = source
    this.#device = device
    this.#tell = tell
    this.#accepts = device?.accepts ?? noInput
    if (device) device.onChange = () => this.#accept(device.accepts)
  }

  /** What the guest takes now. */
  get accepts(): InputAccepts {
    return this.#accepts
  }

  /** The source says what it takes; where there is a device, that is of no matter. */
  sourceAccepts(accepts: InputAccepts): void {
    if (!this.#device) this.#accept(accepts)
  }

  /** The source is about to go. */
  leave(): void {
    this.gate.release()
    this.sourceAccepts(noInput)
  }

  #send(events: readonly InputEvent[]): void {
    const { handle, statuses } = this.#source()
    if (!this.#device) {
      handle?.input(events)
      return
    }
    const primary = statuses.find(({ kind }) => kind === 'primary')
    this.#device.send(events, primary?.state === 'shown' ? primary.plane : undefined)
    handle?.input([])
  }

  #accept(accepts: InputAccepts): void {
    if (sameInput(accepts, this.#accepts)) return
    this.#accepts = accepts
    this.#tell(accepts)
  }
}
