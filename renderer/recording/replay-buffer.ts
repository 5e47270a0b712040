// SPDX-License-Identifier: GPL-2.0-or-later
import type { RecordingPiece, RecordingTrack } from '../../core/recording.ts'

export type ReplayLimits = {
  readonly seconds: number
  /** Of encoded pictures. */
  readonly bytes: number
}

/** What was shown last, encoded: as much as the limits allow, beginning with a key picture. */
export class ReplayBuffer {
  readonly #limits: ReplayLimits
  #track: RecordingTrack | undefined
  #pieces: RecordingPiece[] = []
  #bytes = 0

  constructor(limits: ReplayLimits) {
    this.#limits = limits
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#bytes
  }

  /** Length of what is held, s. */
  get seconds(): number {
    const [first] = this.#pieces
    const last = this.#pieces.at(-1)
    return first && last ? (last.timestampUs + last.durationUs - first.timestampUs) / 1e6 : 0
  }

  add(piece: RecordingPiece, track: RecordingTrack | undefined): void {
    if (track) this.#track = track
    // Without the key picture before it, nothing of it could be shown.
    if (this.#pieces.length === 0 && !piece.key) return
    this.#pieces.push(piece)
    this.#bytes += piece.bytes.length
    this.#trim()
  }

  clear(): void {
    this.#pieces = []
    this.#bytes = 0
  }

  /** The last seconds as a recording of their own, its times from 0; undefined while there are none. */
  take():
    | { readonly track: RecordingTrack; readonly pieces: readonly RecordingPiece[] }
    | undefined {
    const [first] = this.#pieces
    if (!first || !this.#track) return undefined
    const pieces = this.#pieces.map((piece) => ({
      ...piece,
      timestampUs: piece.timestampUs - first.timestampUs,
    }))
    return { track: this.#track, pieces }
  }

  /** Drops whole groups from the front while the rest is long enough, or all is too large. */
  #trim(): void {
    const last = this.#pieces.at(-1)
    if (!last) return
    const fromUs = last.timestampUs - this.#limits.seconds * 1e6
    for (;;) {
      const next = this.#pieces.findIndex((piece, at) => at > 0 && piece.key)
      const isTooLarge = this.#bytes > this.#limits.bytes
      const isOld = (this.#pieces[next]?.timestampUs ?? Number.POSITIVE_INFINITY) <= fromUs
      if (!isTooLarge && !isOld) return
      const dropped = this.#pieces.splice(0, next === -1 ? this.#pieces.length : next)
      this.#bytes -= dropped.reduce((sum, piece) => sum + piece.bytes.length, 0)
    }
  }
}
