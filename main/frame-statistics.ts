// SPDX-License-Identifier: GPL-2.0-or-later

/** Samples that are kept for medians; older ones are overwritten. */
const MOST_SAMPLES = 65536

/** Median and 95th percentile, ms; null when nothing was measured. */
export type Spread = { readonly median: number | null; readonly p95: number | null }

/** What `--stats` writes about frames. */
export type FrameFigures = {
  readonly frames: number
  /** Presented per second between the first and the last frame; 0 with fewer than two. */
  readonly fps: number
  /** The page's own time for a frame. */
  readonly drawMs: Spread
  /** From the moment the planes were read to the moment main heard that they were on the screen. */
  readonly latencyMs: Spread
  /** Payloads with their length words, as handed to the transport; headers are a few hundred bytes more each. */
  readonly bytesSent: number
}

/** Counts what reaches the screen, for as long as a session lives. */
export class FrameStatistics {
  readonly #draw = new Float32Array(MOST_SAMPLES)
  readonly #latency = new Float32Array(MOST_SAMPLES)
  #frames = 0
  #bytes = 0
  #firstMs = 0
  #lastMs = 0

  sent(bytes: number): void {
    this.#bytes += bytes
  }

  /** @param readAtMs and nowMs on the same clock */
  presented(readAtMs: number, nowMs: number, drawMs: number): void {
    const at = this.#frames % MOST_SAMPLES
    this.#draw[at] = drawMs
    this.#latency[at] = nowMs - readAtMs
    if (this.#frames === 0) this.#firstMs = nowMs
    this.#lastMs = nowMs
    this.#frames += 1
  }

  get frames(): number {
    return this.#frames
  }

  figures(): FrameFigures {
    const seconds = (this.#lastMs - this.#firstMs) / 1000
    const kept = Math.min(this.#frames, MOST_SAMPLES)
    return {
      frames: this.#frames,
      fps: seconds > 0 ? rounded((this.#frames - 1) / seconds) : 0,
      drawMs: spread(this.#draw.subarray(0, kept)),
      latencyMs: spread(this.#latency.subarray(0, kept)),
      bytesSent: this.#bytes,
    }
  }
}

function spread(samples: Float32Array): Spread {
  const sorted = samples.slice().sort()
  const at = (share: number): number | null => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
    return value === undefined ? null : rounded(value)
  }
  return { median: at(0.5), p95: at(0.95) }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
