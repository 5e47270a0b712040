// SPDX-License-Identifier: GPL-2.0-or-later

const WINDOW_MS = 1000
/** More often than this the number cannot be read, and showing it costs more than drawing. */
const TELL_MS = 500

/** Frames per second over the last second, told at most twice a second. It has no timer of its own. */
export class FrameRate {
  #times: number[] = []
  #told = Number.NEGATIVE_INFINITY

  /** @returns the rate when it is time to show it again */
  add(nowMs: number): number | undefined {
    this.#times.push(nowMs)
    while ((this.#times[0] ?? nowMs) <= nowMs - WINDOW_MS) this.#times.shift()
    if (nowMs - this.#told < TELL_MS) return undefined
    this.#told = nowMs
    return this.#times.length
  }

  reset(): void {
    this.#times = []
    this.#told = Number.NEGATIVE_INFINITY
  }
}
