// SPDX-License-Identifier: GPL-2.0-or-later
import type { RecordingPiece } from '../../core/recording.ts'

/**
 * The part of a running encoding that one file gets: from a key picture on, its times from 0, and
 * without what lies between a pause and its end.
 */
export class RecordingTake {
  /** What is taken off the encoding's times, µs; undefined until the next key picture says it. */
  #offsetUs: number | undefined
  /** Where the next part begins in the file, µs. */
  #endUs = 0
  #isPaused = false

  get paused(): boolean {
    return this.#isPaused
  }

  /** Length so far, µs. */
  get lengthUs(): number {
    return this.#endUs
  }

  /** The piece as the file has it; undefined when it does not belong there. */
  add(piece: RecordingPiece): RecordingPiece | undefined {
    if (this.#isPaused) return undefined
    if (this.#offsetUs === undefined) {
      if (!piece.key) return undefined
      this.#offsetUs = piece.timestampUs - this.#endUs
    }
    const timestampUs = piece.timestampUs - this.#offsetUs
    this.#endUs = timestampUs + piece.durationUs
    return { ...piece, timestampUs }
  }

  pause(): void {
    this.#isPaused = true
    this.#offsetUs = undefined
  }

  /** Goes on with the next key picture. */
  resume(): void {
    this.#isPaused = false
  }
}
