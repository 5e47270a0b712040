// SPDX-License-Identifier: GPL-2.0-or-later

/** Part of the time between two pictures by which one may come early: the guest's clock is not ours. */
const EARLY = 1 / 4
/** A picture that does not change is recorded again after this long, ms: players show durations right. */
export const REPEAT_MS = 1000

/** Says when the next picture is to be recorded: as soon as it changed, never more often than chosen. */
export class RecordingPace {
  readonly #intervalMs: number
  /** When the next picture is due that keeps the rate; it may come a little early. */
  #dueMs = Number.NEGATIVE_INFINITY
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(framesPerSecond: number) {
    this.#intervalMs = 1000 / framesPerSecond
  }

  get intervalMs(): number {
    return this.#intervalMs
  }

  /** When to record next, of the same clock as {@link took}. */
  nextMs(isChanged: boolean): number {
    if (isChanged) return this.#dueMs - this.#intervalMs * EARLY
    return this.#lastMs + REPEAT_MS
  }

  /** A picture was recorded. One that came late does not make the following ones hurry. */
  took(nowMs: number): void {
    this.#lastMs = nowMs
    const isLate = nowMs > this.#dueMs + this.#intervalMs
    this.#dueMs = (isLate ? nowMs : this.#dueMs) + this.#intervalMs
  }
}
