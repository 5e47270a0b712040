// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Size } from '../../core/geometry.ts'
import {
  type RecordingCodec,
  type RecordingContainer,
  recordingCodecRow,
  recordingCodecRows,
} from '../../core/recording.ts'
import { fail, ok, type Result } from '../../core/result.ts'

/** What a person wants of a recording's coding. */
export type EncodingWish = {
  /** Null: the first that this browser encodes. */
  readonly codec: RecordingCodec | null
  /** Null: what fits the codec best. */
  readonly container: RecordingContainer | null
  readonly framesPerSecond: number
}

export type Encoding = {
  readonly codec: RecordingCodec
  readonly container: RecordingContainer
  readonly config: VideoEncoderConfig
}

/** Bits that a pixel of every picture may take: what is sharp on a desktop stays sharp. */
const BITS_PER_PIXEL = 0.13
const LEAST_BITRATE = 1_000_000
const MOST_BITRATE = 60_000_000

/** The same for every picture of a recording: its size rounded up to what chroma samples need. */
export function codedSize({ width, height }: Size): Size {
  return { width: Math.ceil(width / 2) * 2, height: Math.ceil(height / 2) * 2 }
}

/** What to encode pictures of a size with; the browser is asked what it can. */
export async function chooseEncoding(
  wish: EncodingWish,
  picture: Size,
): Promise<Result<Encoding, Failure>> {
  const size = codedSize(picture)
  const candidates = recordingCodecRows.filter(
    ({ codec, containers }) =>
      (wish.codec === null || codec === wish.codec) &&
      (wish.container === null || containers.includes(wish.container)),
  )
  if (typeof VideoEncoder === 'undefined') return fail(noEncoder(wish, size, 'it has no encoders'))
  for (const { codec, containers } of candidates) {
    const config = encoderConfig(codec, size, wish.framesPerSecond)
    const container = wish.container ?? containers[0]
    if (container && (await isSupported(config))) return ok({ codec, container, config })
  }
  const tried = candidates.map(({ name }) => name).join(', ')
  return fail(noEncoder(wish, size, `it encodes none of ${tried} at this size`))
}

function encoderConfig(
  codec: RecordingCodec,
  size: Size,
  framesPerSecond: number,
): VideoEncoderConfig {
  const wanted = size.width * size.height * framesPerSecond * BITS_PER_PIXEL
  return {
    codec: recordingCodecRow(codec).codecString(size, framesPerSecond),
    ...size,
    framerate: framesPerSecond,
    bitrate: Math.round(Math.min(MOST_BITRATE, Math.max(LEAST_BITRATE, wanted))),
    bitrateMode: 'variable',
    latencyMode: 'realtime',
    hardwareAcceleration: 'no-preference',
    // OpenH264 takes twice the time for what it calls screen content; the others gain by it.
    ...(codec === 'h264' ? { avc: { format: 'avc' as const } } : { contentHint: 'text' }),
  }
}

async function isSupported(config: VideoEncoderConfig): Promise<boolean> {
  try {
    return (await VideoEncoder.isConfigSupported(config)).supported === true
  } catch {
    // A browser that does not know a name in it says so by throwing.
    return false
  }
}

function noEncoder(wish: EncodingWish, { width, height }: Size, why: string): Failure {
  const name = wish.codec ? recordingCodecRow(wish.codec).name : 'a recording'
  return {
    code: 'no-encoder',
    what: `cannot encode ${name} of ${width} × ${height}`,
    why: `this browser cannot: ${why}`,
    remedy: wish.codec ? 'Choose another codec' : 'Choose another kind of file',
  }
}
