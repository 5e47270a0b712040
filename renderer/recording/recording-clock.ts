// SPDX-License-Identifier: GPL-2.0-or-later

/** Two pictures are at least this far apart, µs: containers count in milliseconds. */
const LEAST_STEP_US = 1000

/**
 * The time of what is encoded: microseconds since the first picture. It follows the clock by which main
 * says when a picture was read, so that the way to the page does not count.
 */
export class RecordingClock {
  /** By how much the page's clock is ahead of main's at least, the shortest way included, ms. */
  #aheadMs = Number.POSITIVE_INFINITY
  #startMs: number | undefined
  #lastUs = -LEAST_STEP_US

  /** A picture came: when main read it, and what the page's clock says, ms. */
  saw(readAtMs: number, nowMs: number): void {
    this.#aheadMs = Math.min(this.#aheadMs, nowMs - readAtMs)
  }

  /** Main's clock at a moment of the page's. */
  mainMs(nowMs: number): number {
    return Number.isFinite(this.#aheadMs) ? nowMs - this.#aheadMs : nowMs
  }

  /** Time begins with the picture of this moment. */
  start(readAtMs: number): void {
    this.#startMs = readAtMs
  }

  /** The time at a moment of the page's clock, µs; 0 before it began. */
  elapsedUs(nowMs: number): number {
    return this.#timeUs(this.mainMs(nowMs))
  }

  /** The timestamp of a picture that was read at a moment; later than all before it. */
  stamp(readAtMs: number): number {
    return this.stampAt(this.#timeUs(readAtMs))
  }

  /** The same for a time of this clock, µs. */
  stampAt(timeUs: number): number {
    this.#lastUs = Math.max(timeUs, this.#lastUs + LEAST_STEP_US)
    return this.#lastUs
  }

  #timeUs(readAtMs: number): number {
    if (this.#startMs === undefined) return 0
    return Math.max(0, Math.round((readAtMs - this.#startMs) * 1000))
  }
}
