// SPDX-License-Identifier: GPL-2.0-or-later

/** Upper ends of the histogram's bins, ms; what is longer than the last is in one more. */
export const binEnds = [0.25, 0.5, 1, 2, 4, 8, 16, 33, 66] as const

/** How a set of durations is spread, ms. */
export type Spread = {
  readonly count: number
  readonly p50: number
  readonly p95: number
  /** One more than {@link binEnds}. */
  readonly bins: readonly number[]
}

/** The newest durations, as many as it was made for. */
export class Samples {
  readonly #values: Float32Array
  #count = 0

  constructor(capacity: number) {
    this.#values = new Float32Array(capacity)
  }

  add(ms: number): void {
    this.#values[this.#count % this.#values.length] = ms
    this.#count += 1
  }

  clear(): void {
    this.#count = 0
  }

  /** Undefined while there is none. */
  spread(): Spread | undefined {
    const kept = Math.min(this.#count, this.#values.length)
    if (kept === 0) return undefined
    const sorted = this.#values.slice(0, kept).sort()
    const at = (share: number) => sorted[Math.min(kept - 1, Math.floor(kept * share))] ?? 0
    const bins = new Array<number>(binEnds.length + 1).fill(0)
    for (const value of sorted) {
      const end = binEnds.findIndex((most) => value <= most)
      const bin = end < 0 ? binEnds.length : end
      bins[bin] = (bins[bin] ?? 0) + 1
    }
    return { count: kept, p50: at(0.5), p95: at(0.95), bins }
  }
}
