// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestNews } from '../core/guest-channel.ts'

/** Sound under way to the page at most, ms: older sound would be late there. */
const MOST_UNHEARD_MS = 200

/**
 * Counts the sound that is under way to a page, whichever road it takes, and leaves out what a page
 * that stands still would only hear too late. The guest never waits, and nothing piles up.
 */
export class SoundGate {
  /** Milliseconds of each piece that the page has not told of, the oldest first. */
  #unheard: number[] = []
  #sum = 0

  /** Whether news may be sent; what is no sound always may. */
  admits(news: GuestNews): boolean {
    if (news.kind !== 'sound') return true
    const { bytes, rate, channels } = news
    const ms = (bytes.length * 1000) / (2 * channels * rate)
    // One piece alone may be longer.
    if (this.#unheard.length > 0 && this.#sum + ms > MOST_UNHEARD_MS) return false
    this.#unheard.push(ms)
    this.#sum += ms
    return true
  }

  /** The page took the oldest piece. */
  heard(): void {
    this.#sum -= this.#unheard.shift() ?? 0
    if (this.#unheard.length === 0) this.#sum = 0
  }

  /** Another page listens; what was under way to the one before is lost. */
  reset(): void {
    this.#unheard = []
    this.#sum = 0
  }
}
