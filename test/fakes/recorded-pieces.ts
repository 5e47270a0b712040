// SPDX-License-Identifier: GPL-2.0-or-later
import type { RecordingPiece, RecordingTrack } from '../../core/recording.ts'
import { Random } from './random.ts'

/** Pictures that nobody could decode, but every container carries. */
export const fakeTrack: RecordingTrack = {
  codec: 'vp8',
  codecString: 'vp8',
  width: 64,
  height: 48,
}

export const PIECE_US = 40_000

/** 25 pictures a second, every 50th a key picture. */
export function fakePieces(count: number, seed = 1): readonly RecordingPiece[] {
  const random = new Random(seed)
  return Array.from({ length: count }, (_, at) => ({
    key: at % 50 === 0,
    timestampUs: at * PIECE_US,
    durationUs: PIECE_US,
    bytes: random.bytes(200 + (at % 7) * 40),
  }))
}
