// SPDX-License-Identifier: GPL-2.0-or-later
import type { CpuFacts, StatsFacts } from '../../core/inspection.ts'
import { Samples, type Spread } from './samples.ts'

/** What a frame goes through, in order. */
export const stages = ['source', 'session', 'upload', 'present'] as const
export type Stage = (typeof stages)[number]

/** Ten seconds of a 60 Hz picture. */
const KEPT = 600
/** Frames whose other half is awaited at most; main answers for them once a second. */
const MOST_WAITING = 512

/** The statistics of one second, with the latency of the last ten. */
export type Statistics = {
  /** Frames on the screen, per second. */
  readonly presented: number
  /** Frames that the source made, per second. */
  readonly updates: number
  /** Frames that came and were overtaken by a newer one before the screen could show them, in this second. */
  readonly dropped: number
  readonly bytesPerSecond: number
  readonly cpu: CpuFacts | null
  readonly latency: Spread | undefined
  readonly stages: Readonly<Record<Stage, Spread | undefined>>
}

type PageHalf = { readonly uploadMs: number; readonly presentMs: number }

/**
 * Joins what main and the page each know of a frame. Only durations are compared, never clocks: what
 * neither side spent between them was spent on the way.
 */
export class FrameMeter {
  readonly #stages: Readonly<Record<Stage, Samples>> = {
    source: new Samples(KEPT),
    session: new Samples(KEPT),
    upload: new Samples(KEPT),
    present: new Samples(KEPT),
  }
  readonly #whole = new Samples(KEPT)
  readonly #halves = new Map<number, PageHalf>()
  #undrawn: { readonly seq: number; readonly takenMs: number } | undefined
  #drawnSeq = 0
  #presented = 0
  #dropped = 0

  /** Frames whose other half is awaited, for tests of its bounds. */
  get waiting(): number {
    return this.#halves.size
  }

  /** A frame's bytes were taken. Page's clock, ms. */
  taken(seq: number, nowMs: number): void {
    // A presenter that waits for nothing has drawn it already.
    if (seq === this.#drawnSeq) return
    if (this.#undrawn) this.#dropped += 1
    this.#undrawn = { seq, takenMs: nowMs }
  }

  /** It was drawn; of `drawMs`, `uploadMs` went into taking it. */
  drawn(seq: number, nowMs: number, drawMs: number, uploadMs: number): void {
    const taken = this.#undrawn?.seq === seq ? this.#undrawn : undefined
    this.#undrawn = undefined
    this.#drawnSeq = seq
    this.#presented += 1
    const presentMs = Math.max(0, taken ? nowMs - taken.takenMs : drawMs - uploadMs)
    this.#halves.set(seq, { uploadMs, presentMs })
    const [oldest] = this.#halves.keys()
    if (this.#halves.size > MOST_WAITING && oldest !== undefined) this.#halves.delete(oldest)
  }

  /** Takes main's half of a second. */
  second({ spanMs, frames, bytes, samples, cpu }: StatsFacts): Statistics {
    for (const { seq, sourceMs, roundMs } of samples) {
      const half = this.#halves.get(seq)
      if (!half) continue
      this.#halves.delete(seq)
      const { uploadMs, presentMs } = half
      this.#stages.source.add(sourceMs)
      this.#stages.session.add(Math.max(0, roundMs - uploadMs - presentMs))
      this.#stages.upload.add(uploadMs)
      this.#stages.present.add(presentMs)
      this.#whole.add(sourceMs + roundMs)
    }
    const perSecond = (count: number) => (spanMs > 0 ? (count * 1000) / spanMs : 0)
    const statistics = {
      presented: perSecond(this.#presented),
      updates: perSecond(frames),
      dropped: this.#dropped,
      bytesPerSecond: perSecond(bytes),
      cpu,
      latency: this.#whole.spread(),
      stages: {
        source: this.#stages.source.spread(),
        session: this.#stages.session.spread(),
        upload: this.#stages.upload.spread(),
        present: this.#stages.present.spread(),
      },
    }
    this.#presented = 0
    this.#dropped = 0
    return statistics
  }
}
