// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import type { RecordingPiece } from '../../../../core/recording.ts'
import { RecordingTake } from '../../../../renderer/recording/recording-take.ts'

const piece = (ms: number, key = false): RecordingPiece => ({
  key,
  timestampUs: ms * 1000,
  durationUs: 40_000,
  bytes: Uint8Array.of(1),
})
const times = (take: RecordingTake, pieces: readonly RecordingPiece[]) =>
  pieces.map((one) => take.add(one)?.timestampUs)

it('begins with a key picture, at 0', () => {
  const take = new RecordingTake()
  expect(times(take, [piece(5000), piece(5040, true), piece(5080)])).toEqual([undefined, 0, 40_000])
  expect(take.lengthUs).toBe(80_000)
})

it('leaves out a pause, and goes on with a key picture where it stopped', () => {
  const take = new RecordingTake()
  times(take, [piece(0, true), piece(40)])
  take.pause()
  expect(times(take, [piece(80), piece(120, true)])).toEqual([undefined, undefined])
  take.resume()
  expect(times(take, [piece(9000), piece(9040, true), piece(9080)])).toEqual([
    undefined,
    80_000,
    120_000,
  ])
})

it('keeps everything else of a piece', () => {
  const key = piece(70, true)
  expect(new RecordingTake().add(key)).toEqual({ ...key, timestampUs: 0 })
})
