// SPDX-License-Identifier: GPL-2.0-or-later
import type { FrameSample } from '../../core/inspection.ts'

/** Frames under way that are remembered; a source has two at most, a page that goes away answers none. */
const MOST_UNDER_WAY = 16
/** Samples between two readings: a second of the fastest picture there is. */
const MOST_SAMPLES = 256

/** What {@link FrameTimes.take} gives. */
export type FrameCounts = {
  readonly frames: number
  readonly bytes: number
  readonly samples: readonly FrameSample[]
}

/** Notes when each frame comes and when it is on the screen. Bounded, whatever the source and the page do. */
export class FrameTimes {
  readonly #under = new Map<number, { readonly sourceMs: number; readonly atMs: number }>()
  #samples: FrameSample[] = []
  #frames = 0
  #bytes = 0

  /** A frame came from its source. All times of one clock, ms. */
  came(seq: number, readAtMs: number, nowMs: number, bytes: number): void {
    this.#frames += 1
    this.#bytes += bytes
    this.#under.set(seq, { sourceMs: Math.max(0, nowMs - readAtMs), atMs: nowMs })
    const [oldest] = this.#under.keys()
    if (this.#under.size > MOST_UNDER_WAY && oldest !== undefined) this.#under.delete(oldest)
  }

  /** The page drew it. Frames that nobody saw come are ignored. */
  presented(seq: number, nowMs: number): void {
    const under = this.#under.get(seq)
    if (!under) return
    this.#under.delete(seq)
    this.#samples.push({ seq, sourceMs: under.sourceMs, roundMs: Math.max(0, nowMs - under.atMs) })
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift()
  }

  /** What was noted since the last call. */
  take(): FrameCounts {
    const counts = { frames: this.#frames, bytes: this.#bytes, samples: this.#samples }
    this.#frames = 0
    this.#bytes = 0
    this.#samples = []
    return counts
  }
}
