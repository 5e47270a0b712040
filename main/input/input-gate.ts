// SPDX-License-Identifier: GPL-2.0-or-later
import type { InputEvent } from '../../core/input.ts'
import { HeldInput, holdOf } from './held-input.ts'

/** Where input goes: a source, or QEMU's monitor beside it. */
export type InputSink = (events: readonly InputEvent[]) => void

/** Events per second, far more than hands and a 1000 Hz mouse make; that many at once, too. */
const RATE = 2000

/**
 * What a page may send to a guest. The page is not trusted: view-only holds here, a flood ends here, and
 * whatever it left pressed when it went away is let go here.
 */
export class InputGate {
  readonly #sink: InputSink
  readonly #viewOnly: boolean
  readonly #now: () => number
  readonly #held = new HeldInput()
  #credit = RATE
  #countedAt: number

  /** @param now ms of one clock */
  constructor(sink: InputSink, viewOnly: boolean, now: () => number) {
    this.#sink = sink
    this.#viewOnly = viewOnly
    this.#now = now
    this.#countedAt = now()
  }

  /** Passes on what may go, in order. Releases of what is pressed always may. */
  pass(events: readonly InputEvent[]): void {
    if (this.#viewOnly) return
    const passed = events.filter((event) => this.#admit(event))
    if (passed.length > 0) this.#sink(passed)
  }

  /** Lets go of every key, button and finger, the last begun first. */
  release(): void {
    const events = this.#held.release()
    if (events.length > 0) this.#sink(events)
  }

  #admit(event: InputEvent): boolean {
    const role = holdOf(event)?.role
    if ((role === 'end' || role === 'update') && !this.#held.holds(event)) return false
    if (role !== 'end' && !this.#afford()) return false
    this.#held.note(event)
    return true
  }

  #afford(): boolean {
    const now = this.#now()
    this.#credit = Math.min(RATE, this.#credit + ((now - this.#countedAt) * RATE) / 1000)
    this.#countedAt = now
    if (this.#credit < 1) return false
    this.#credit -= 1
    return true
  }
}
