// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  isRecordingPiece,
  isRecordingTrack,
  MAX_PIECE,
  recordingCodecRow,
  recordingCodecRows,
  recordingCodecs,
  recordingContainers,
} from '../../../core/recording.ts'

const sizes = [
  { width: 16, height: 16 },
  { width: 640, height: 480 },
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
  { width: 16_384, height: 16_384 },
]

describe.each(recordingCodecRows)(
  'the row of $name',
  ({ codec, containers, codecString, pattern }) => {
    it('is the only one of its codec', () => {
      expect(recordingCodecRows.filter((row) => row.codec === codec)).toHaveLength(1)
      expect(recordingCodecRow(codec).codec).toBe(codec)
    })

    it('goes into a container that there is', () => {
      expect(containers.length).toBeGreaterThan(0)
      for (const container of containers) expect(recordingContainers).toContain(container)
    })

    it.each(sizes)('names itself in the agreed form at $width × $height', (size) => {
      for (const rate of [1, 30, 60]) expect(codecString(size, rate)).toMatch(pattern)
    })
  },
)

it('has a row for every codec', () => {
  expect(recordingCodecRows.map(({ codec }) => codec)).toEqual(recordingCodecs)
})

it('names the levels that the standards give for what monitors show', () => {
  const at = (width: number, height: number, rate: number) =>
    (['h264', 'vp9', 'av1'] as const).map((codec) =>
      recordingCodecRow(codec).codecString({ width, height }, rate),
    )
  expect(at(1920, 1080, 30)).toEqual(['avc1.640028', 'vp09.00.40.08', 'av01.0.08M.08'])
  expect(at(1920, 1080, 60)).toEqual(['avc1.64002a', 'vp09.00.41.08', 'av01.0.09M.08'])
  expect(at(3840, 2160, 30)).toEqual(['avc1.640033', 'vp09.00.50.08', 'av01.0.12M.08'])
  expect(at(3840, 2160, 60)).toEqual(['avc1.640034', 'vp09.00.51.08', 'av01.0.13M.08'])
})

const piece = { key: true, timestampUs: 0, durationUs: 33_333, bytes: new Uint8Array(4) }
const color = { primaries: 'bt709', transfer: 'iec61966-2-1', matrix: 'bt709', fullRange: true }
const track = { codec: 'h264', codecString: 'avc1.640028', width: 64, height: 48, color }

describe('a piece from the page', () => {
  it('is taken when it is one', () => expect(isRecordingPiece(piece)).toBe(true))

  it.each([
    ['nothing', null],
    ['a list', [piece]],
    ['a field too many', { ...piece, name: 'x' }],
    ['a field missing', { key: true, timestampUs: 0, durationUs: 0 }],
    ['a time before the start', { ...piece, timestampUs: -1 }],
    ['a part of a microsecond', { ...piece, timestampUs: 0.5 }],
    ['a time without an end', { ...piece, durationUs: Number.POSITIVE_INFINITY }],
    ['no bytes', { ...piece, bytes: new Uint8Array(0) }],
    ['bytes as a list', { ...piece, bytes: [1, 2] }],
    ['more bytes than any picture has', { ...piece, bytes: new Uint8Array(MAX_PIECE + 1) }],
  ])('is refused with %s', (_what, value) => expect(isRecordingPiece(value)).toBe(false))
})

describe('a track from the page', () => {
  it('is taken when it is one', () => {
    expect(isRecordingTrack(track)).toBe(true)
    expect(isRecordingTrack({ ...track, description: new Uint8Array(40) })).toBe(true)
  })

  it.each([
    ['another codec', { ...track, codec: 'hevc' }],
    ["another codec's string", { ...track, codecString: 'vp8' }],
    ['a string with a tail', { ...track, codecString: 'avc1.640028\n' }],
    ['no width', { ...track, width: 0 }],
    ['a width beyond any', { ...track, width: 16_385 }],
    ['an endless description', { ...track, description: new Uint8Array(65_537) }],
    ['a colour of no name', { ...track, color: { ...color, matrix: 'purple' } }],
    ['half a colour', { ...track, color: { matrix: 'bt709' } }],
    ['a field too many', { ...track, profile: 1 }],
  ])('is refused with %s', (_what, value) => expect(isRecordingTrack(value)).toBe(false))
})
