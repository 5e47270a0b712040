// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlaneKind, PlaneStatus } from './plane.ts'

// What main knows for the inspector and the statistics, told only while the page shows them.

/** A buffer of the guest that the source holds on to. */
export type HeldBufferFacts = {
  /** As the source names it: dma-buf id, region, memfd, file. */
  readonly identity: string
  readonly kind: PlaneKind
  readonly fourcc: string
  readonly modifier: bigint
  readonly width: number
  readonly height: number
  readonly bytes: number
}

/** The open source, as it is now. */
export type InspectFacts = {
  /** How pixels are reached: `dma-buf`, `region`, `memfd`, `file`, `dbus`. */
  readonly access: string
  /** Every plane with its place and its buffer of this moment. */
  readonly statuses: readonly PlaneStatus[]
  /** Most recently shown first. */
  readonly buffers: readonly HeldBufferFacts[]
  /** How often the planes were read since the source was opened. */
  readonly refreshes: number
  /** Frames that it made of them. */
  readonly frames: number
  /** Queries that failed, retries included. */
  readonly queryErrors: number
  /** What decodes the planes for a screenshot, and why it is not a better one; empty when it is the best. */
  readonly engine: { readonly name: string; readonly reason: string }
}

/** What main measured of one presented frame, ms. */
export type FrameSample = {
  readonly seq: number
  /** From reading the planes to the frame's arrival in main. */
  readonly sourceMs: number
  /** From there until main heard that the page had drawn it. */
  readonly roundMs: number
}

/** Processor time of Scanout's own processes, as shares of one core: 1 is a whole one. */
export type CpuFacts = {
  /** Main with its source threads. */
  readonly main: number
  /** The processes that draw the window. */
  readonly window: number
  readonly processes: number
}

/** What happened since the last news of this kind. */
export type StatsFacts = {
  /** The time that this speaks of, ms. */
  readonly spanMs: number
  /** Frames that came from the source. */
  readonly frames: number
  /** Their bytes, as handed to the transport. */
  readonly bytes: number
  /** Oldest first; the newest ones where there were very many. */
  readonly samples: readonly FrameSample[]
  /** Null until it was measured twice, and where the host does not tell. */
  readonly cpu: CpuFacts | null
}
