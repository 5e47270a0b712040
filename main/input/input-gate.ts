// SPDX-License-Identifier: GPL-2.0-or-later
import type { InputEvent } from '../../core/input.ts'

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
  readonly #held = new Map<string, InputEvent>()
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

  /** Lets go of every key and button, the last pressed first. */
  release(): void {
    const events = [...this.#held.values()].reverse()
    this.#held.clear()
    if (events.length > 0) this.#sink(events)
  }

  #admit(event: InputEvent): boolean {
    if (event.kind !== 'key' && event.kind !== 'button') return this.#afford()
    const name = event.kind === 'key' ? `key ${event.qnum}` : event.button
    if (!event.down) return this.#held.delete(name)
    if (!this.#afford()) return false
    this.#held.set(name, { ...event, down: false })
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
