// SPDX-License-Identifier: GPL-2.0-or-later

/** Two pictures are at least this far apart, µs: containers count in milliseconds. */
const LEAST_STEP_US = 1000

/**
 * The time of a recording: microseconds since its first picture, without the pauses. It follows the
 * clock by which main says when a picture was read, so that the way to the page does not count.
 */
export class RecordingClock {
  /** By how much the page's clock is ahead of main's at least, the shortest way included, ms. */
  #aheadMs = Number.POSITIVE_INFINITY
  #startMs: number | undefined
  #pausedMs: number | undefined
  #lostMs = 0
  #lastUs = -LEAST_STEP_US

  /** A picture came: when main read it, and what the page's clock says, ms. */
  saw(readAtMs: number, nowMs: number): void {
    this.#aheadMs = Math.min(this.#aheadMs, nowMs - readAtMs)
  }

  /** Main's clock at a moment of the page's. */
  mainMs(nowMs: number): number {
    return Number.isFinite(this.#aheadMs) ? nowMs - this.#aheadMs : nowMs
  }

  /** The recording begins with the picture of this moment. */
  start(readAtMs: number): void {
    this.#startMs = readAtMs
  }

  pause(nowMs: number): void {
    this.#pausedMs ??= this.mainMs(nowMs)
  }

  resume(nowMs: number): void {
    if (this.#pausedMs === undefined) return
    this.#lostMs += this.mainMs(nowMs) - this.#pausedMs
    this.#pausedMs = undefined
  }

  /** How long was recorded until now, µs. */
  elapsedUs(nowMs: number): number {
    return this.#timeUs(this.#pausedMs ?? this.mainMs(nowMs))
  }

  /** The timestamp of a picture that was read at a moment; later than all before it. */
  stamp(readAtMs: number): number {
    this.#lastUs = Math.max(this.#timeUs(readAtMs), this.#lastUs + LEAST_STEP_US)
    return this.#lastUs
  }

  #timeUs(readAtMs: number): number {
    if (this.#startMs === undefined) return 0
    return Math.max(0, Math.round((readAtMs - this.#startMs - this.#lostMs) * 1000))
  }
}
