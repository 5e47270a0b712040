// SPDX-License-Identifier: GPL-2.0-or-later
import type { Size } from './geometry.ts'

// What a recording is made of, on its way from the page that encodes it to main that writes the file.

export const recordingCodecs = ['h264', 'vp9', 'av1', 'vp8'] as const
export type RecordingCodec = (typeof recordingCodecs)[number]

export const recordingContainers = ['mp4', 'webm'] as const
export type RecordingContainer = (typeof recordingContainers)[number]

type CodecRow = {
  readonly codec: RecordingCodec
  readonly name: string
  readonly containers: readonly RecordingContainer[]
  /** What the stream can say of its colours: what they are, or nothing, which means BT.601. */
  readonly colors: 'told' | 'bt601'
  /** For `VideoEncoder` and `VideoDecoder`: names profile and the least level that holds the picture. */
  readonly codecString: (size: Size, framesPerSecond: number) => string
  /** What a chosen codec string must look like. */
  readonly pattern: RegExp
}

/** A level of a standard: its name in codec strings, and what it allows. */
type LevelRow = {
  readonly level: string
  /** Luma samples of one picture. */
  readonly picture: number
  /** Luma samples per second. */
  readonly rate: number
}

// biome-ignore format: one row per level
const h264Levels: readonly LevelRow[] = [
  // ITU-T H.264 table A-1 in macroblocks of 256 samples
  { level: '1f', picture: 3600 * 256,   rate: 108_000 * 256 },
  { level: '20', picture: 5120 * 256,   rate: 216_000 * 256 },
  { level: '28', picture: 8192 * 256,   rate: 245_760 * 256 },
  { level: '2a', picture: 8704 * 256,   rate: 522_240 * 256 },
  { level: '32', picture: 22_080 * 256, rate: 589_824 * 256 },
  { level: '33', picture: 36_864 * 256, rate: 983_040 * 256 },
  { level: '34', picture: 36_864 * 256, rate: 2_073_600 * 256 },
]

// biome-ignore format: one row per level
const vp9Levels: readonly LevelRow[] = [
  // VP9 levels of the WebM project
  { level: '31', picture: 983_040,    rate: 36_864_000 },
  { level: '40', picture: 2_228_224,  rate: 83_558_400 },
  { level: '41', picture: 2_228_224,  rate: 160_432_128 },
  { level: '50', picture: 8_912_896,  rate: 311_951_360 },
  { level: '51', picture: 8_912_896,  rate: 588_251_136 },
  { level: '60', picture: 35_651_584, rate: 1_176_502_272 },
  { level: '61', picture: 35_651_584, rate: 2_353_004_544 },
]

// biome-ignore format: one row per level
const av1Levels: readonly LevelRow[] = [
  // AV1 specification, annex A.3
  { level: '05', picture: 1_065_024,  rate: 31_950_720 },
  { level: '08', picture: 2_359_296,  rate: 66_846_720 },
  { level: '09', picture: 2_359_296,  rate: 133_693_440 },
  { level: '12', picture: 8_912_896,  rate: 267_386_880 },
  { level: '13', picture: 8_912_896,  rate: 534_773_760 },
  { level: '16', picture: 35_651_584, rate: 1_069_547_520 },
  { level: '17', picture: 35_651_584, rate: 2_139_095_040 },
]

/** The least level that holds a picture at a rate; the highest one for what none of them holds. */
function levelOf(rows: readonly LevelRow[], size: Size, framesPerSecond: number): string {
  const picture = Math.ceil(size.width / 16) * Math.ceil(size.height / 16) * 256
  const fits = (row: LevelRow) => picture <= row.picture && picture * framesPerSecond <= row.rate
  return (rows.find(fits) ?? rows.at(-1))?.level ?? ''
}

// biome-ignore format: one row per codec
const rows = [
  { codec: 'h264', name: 'H.264', containers: ['mp4'],         colors: 'told',  codecString: (size, rate) => `avc1.6400${levelOf(h264Levels, size, rate)}`,     pattern: /^avc1\.[0-9a-f]{6}$/i },
  { codec: 'vp9',  name: 'VP9',   containers: ['webm', 'mp4'], colors: 'told',  codecString: (size, rate) => `vp09.00.${levelOf(vp9Levels, size, rate)}.08`,    pattern: /^vp09(\.\d{2}){3,8}$/ },
  { codec: 'av1',  name: 'AV1',   containers: ['webm', 'mp4'], colors: 'told',  codecString: (size, rate) => `av01.0.${levelOf(av1Levels, size, rate)}M.08`,    pattern: /^av01\.\d\.\d{2}[MH]\.\d{2}(\.[\d.]{1,24})?$/ },
  { codec: 'vp8',  name: 'VP8',   containers: ['webm'],        colors: 'bt601', codecString: () => 'vp8',                                                      pattern: /^vp8$/ },
] as const satisfies readonly CodecRow[]

/** Every codec, best first for a picture that is encoded while it is watched. */
export const recordingCodecRows: readonly CodecRow[] = rows

export function recordingCodecRow(codec: RecordingCodec): CodecRow {
  const row = recordingCodecRows.find((one) => one.codec === codec)
  if (!row) throw new Error(`no row for ${codec}`)
  return row
}

/** How the file's pictures are coded, told with the first piece. The shape of `VideoDecoderConfig`. */
export type RecordingTrack = Size & {
  readonly codec: RecordingCodec
  readonly codecString: string
  /** What a decoder must be told first, `avcC`; absent for codecs that say it in every key picture. */
  readonly description?: Uint8Array
  readonly color?: RecordingColor
}

/** As WebCodecs names them. */
export type RecordingColor = {
  readonly primaries: string
  readonly transfer: string
  readonly matrix: string
  readonly fullRange: boolean
}

/** One encoded picture. Times are microseconds from the start of the recording. */
export type RecordingPiece = {
  /** Decoding can begin here. */
  readonly key: boolean
  readonly timestampUs: number
  readonly durationUs: number
  readonly bytes: Uint8Array
}

/** Begins a file; main chooses its folder and its name. */
export type RecordingRequest = {
  readonly container: RecordingContainer
  /** True for one of what was shown before now. */
  readonly replay: boolean
}

/** What main has of a recording: told after every write and at its end. */
export type RecordingFigures = {
  /** Bytes of the file so far, those on their way to the disk included. */
  readonly bytes: number
  readonly frames: number
  readonly seconds: number
}

/** What a page without a window is to record. */
export type RecordingWish = {
  readonly container: RecordingContainer
  /** Undefined: the first that this browser encodes. */
  readonly codec: RecordingCodec | null
  readonly framesPerSecond: number
  readonly cursor: boolean
  /** Length of the recording; null: until `record:stop`. */
  readonly seconds: number | null
}

/** Most bytes of one encoded picture: beyond every honest one. */
export const MAX_PIECE = 8 * 2 ** 20
/** Most encoded pictures of one message. */
export const MAX_PIECES = 64
/** Longest recording, s: the microseconds stay exact. */
export const MAX_SECONDS = 7 * 86_400
const MAX_SIDE = 16_384
const MAX_DESCRIPTION = 65_536

/** Tells whether a value from outside is a {@link RecordingPiece}. */
export function isRecordingPiece(value: unknown): value is RecordingPiece {
  if (!isRecord(value, ['key', 'timestampUs', 'durationUs', 'bytes'])) return false
  const { key, timestampUs, durationUs, bytes } = value
  return (
    typeof key === 'boolean' &&
    isWhole(timestampUs, 0, MAX_SECONDS * 1e6) &&
    isWhole(durationUs, 0, MAX_SECONDS * 1e6) &&
    bytes instanceof Uint8Array &&
    bytes.length > 0 &&
    bytes.length <= MAX_PIECE
  )
}

/** Tells whether a value from outside is a {@link RecordingTrack}. */
export function isRecordingTrack(value: unknown): value is RecordingTrack {
  if (!isRecord(value, ['codec', 'codecString', 'width', 'height'], ['description', 'color'])) {
    return false
  }
  const { codec, codecString, width, height, description, color } = value
  const row = recordingCodecRows.find((one) => one.codec === codec)
  return (
    row !== undefined &&
    typeof codecString === 'string' &&
    row.pattern.test(codecString) &&
    isWhole(width, 1, MAX_SIDE) &&
    isWhole(height, 1, MAX_SIDE) &&
    (description === undefined ||
      (description instanceof Uint8Array && description.length <= MAX_DESCRIPTION)) &&
    (color === undefined || isColor(color))
  )
}

// WebCodecs §9.9: the names that a `VideoColorSpace` may hold.
const colorNames: Readonly<Record<Exclude<keyof RecordingColor, 'fullRange'>, readonly string[]>> =
  {
    primaries: ['bt709', 'bt470bg', 'smpte170m', 'bt2020', 'smpte432'],
    transfer: ['bt709', 'smpte170m', 'iec61966-2-1', 'linear', 'pq', 'hlg'],
    matrix: ['rgb', 'bt709', 'bt470bg', 'smpte170m', 'bt2020-ncl'],
  }

function isColor(value: unknown): value is RecordingColor {
  if (!isRecord(value, ['primaries', 'transfer', 'matrix', 'fullRange'])) return false
  const isNamed = (field: keyof typeof colorNames) =>
    colorNames[field].some((name) => name === value[field])
  return (
    typeof value['fullRange'] === 'boolean' &&
    isNamed('primaries') &&
    isNamed('transfer') &&
    isNamed('matrix')
  )
}

function isRecord(
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.keys(value)
  return (
    required.every((name) => names.includes(name)) &&
    names.every((name) => required.includes(name) || optional.includes(name))
  )
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
}
