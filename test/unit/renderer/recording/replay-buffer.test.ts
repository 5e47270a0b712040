// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import type { RecordingPiece, RecordingTrack } from '../../../../core/recording.ts'
import { ReplayBuffer } from '../../../../renderer/recording/replay-buffer.ts'

const track: RecordingTrack = { codec: 'vp8', codecString: 'vp8', width: 64, height: 48 }

/** Pictures of `bytes` each, ten a second, every twentieth a key picture. */
function fill(buffer: ReplayBuffer, count: number, bytes = 1000, keyEvery = 20): void {
  for (let at = 0; at < count; at += 1) {
    const piece: RecordingPiece = {
      key: at % keyEvery === 0,
      timestampUs: at * 100_000,
      durationUs: 100_000,
      bytes: new Uint8Array(bytes),
    }
    buffer.add(piece, at === 0 ? track : undefined)
  }
}

it('keeps the wished time and at most one group of pictures more', () => {
  const buffer = new ReplayBuffer({ seconds: 30, bytes: 1e9 })
  fill(buffer, 3000)
  expect(buffer.seconds).toBeGreaterThanOrEqual(30)
  expect(buffer.seconds).toBeLessThanOrEqual(32.1)
})

it('gives a recording that begins with a key picture at 0', () => {
  const buffer = new ReplayBuffer({ seconds: 5, bytes: 1e9 })
  fill(buffer, 200)
  const taken = buffer.take()
  expect(taken?.track).toEqual(track)
  expect(taken?.pieces[0]).toMatchObject({ key: true, timestampUs: 0 })
  const times = taken?.pieces.map(({ timestampUs }) => timestampUs) ?? []
  expect(times).toEqual(times.map((_, at) => at * 100_000))
})

it('never holds more bytes than it may', () => {
  const buffer = new ReplayBuffer({ seconds: 30, bytes: 50_000 })
  fill(buffer, 3000, 1000)
  expect(buffer.bytes).toBeLessThanOrEqual(50_000)
  expect(buffer.take()?.pieces[0]?.key).toBe(true)
})

it('drops a group that is too large by itself, and goes on with the next', () => {
  const buffer = new ReplayBuffer({ seconds: 30, bytes: 5000 })
  fill(buffer, 30, 1000)
  expect(buffer.bytes).toBeLessThanOrEqual(5000)
  expect(buffer.take()).toBeUndefined()
  buffer.add({ key: true, timestampUs: 9e6, durationUs: 1, bytes: new Uint8Array(9) }, undefined)
  expect(buffer.take()?.pieces).toHaveLength(1)
})

it('is empty before a key picture came, and after it was cleared', () => {
  const buffer = new ReplayBuffer({ seconds: 30, bytes: 1e6 })
  buffer.add({ key: false, timestampUs: 0, durationUs: 1, bytes: new Uint8Array(9) }, track)
  expect(buffer.take()).toBeUndefined()
  fill(buffer, 10)
  buffer.clear()
  expect([buffer.bytes, buffer.seconds, buffer.take()]).toEqual([0, 0, undefined])
})
