// SPDX-License-Identifier: GPL-2.0-or-later
import {
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
  StreamTarget,
  type StreamTargetChunk,
  type VideoCodec,
  WebMOutputFormat,
} from 'mediabunny'
import type {
  RecordingCodec,
  RecordingContainer,
  RecordingPiece,
  RecordingTrack,
} from '../../core/recording.ts'

/** Bytes of a file and where they go; later ones may replace earlier ones. */
export type MuxedBytes = { readonly position: number; readonly bytes: Uint8Array }

/** A fragment or cluster ends at the first key picture after this long, s. */
const FRAGMENT_SECONDS = 1

const muxerNames: Readonly<Record<RecordingCodec, VideoCodec>> = {
  h264: 'avc',
  vp9: 'vp9',
  av1: 'av1',
  vp8: 'vp8',
}

/**
 * Turns encoded pictures into the bytes of a file. Bytes come out in whole fragments (MP4) or clusters
 * (WebM): a file that ends after any of them plays up to there.
 */
export class Muxer {
  readonly #output: Output
  readonly #source: EncodedVideoPacketSource
  readonly #track: RecordingTrack
  #taken: MuxedBytes[] = []
  /** What was taken ends with a whole fragment. */
  #isWhole = false
  #isEnding = false
  #isStarted = false

  constructor(container: RecordingContainer, track: RecordingTrack) {
    this.#track = track
    this.#source = new EncodedVideoPacketSource(muxerNames[track.codec])
    const take = (bytes: Uint8Array, position: number) => {
      this.#taken.push({ position, bytes: bytes.slice() })
    }
    const takeWhole = (bytes: Uint8Array, position: number) => {
      take(bytes, position)
      this.#isWhole = true
    }
    const writable = new WritableStream<StreamTargetChunk>({
      // Until the end, what is written comes in whole parts by the callbacks below.
      write: ({ data, position }) => {
        if (this.#isEnding) take(data, position)
      },
    })
    const format =
      container === 'mp4'
        ? new Mp4OutputFormat({
            fastStart: 'fragmented',
            minimumFragmentDuration: FRAGMENT_SECONDS,
            onFtyp: take,
            onMoov: take,
            onMoof: take,
            onMdat: takeWhole,
          })
        : new WebMOutputFormat({
            minimumClusterDuration: FRAGMENT_SECONDS,
            onEbmlHeader: take,
            onSegmentHeader: (bytes, position) => take(openEnded(bytes), position),
            onCluster: takeWhole,
          })
    this.#output = new Output({ format, target: new StreamTarget(writable) })
    this.#output.addVideoTrack(this.#source)
  }

  /**
   * Takes the next picture; the bytes that are complete now.
   *
   * @throws Error for what no encoder makes: times that go back, a file that begins without a key picture
   */
  async add(piece: RecordingPiece): Promise<readonly MuxedBytes[]> {
    const { key, timestampUs, durationUs, bytes } = piece
    const type = key ? 'key' : 'delta'
    const packet = new EncodedPacket(bytes, type, timestampUs / 1e6, durationUs / 1e6)
    if (this.#isStarted) await this.#source.add(packet)
    else {
      await this.#output.start()
      this.#isStarted = true
      await this.#source.add(packet, { decoderConfig: decoderConfig(this.#track) })
    }
    return this.#take()
  }

  /** The rest of the file: its last part, the index, and what its beginning could not say yet. */
  async finish(): Promise<readonly MuxedBytes[]> {
    if (!this.#isStarted) return []
    this.#isEnding = true
    await this.#output.finalize()
    this.#isWhole = true
    return this.#take()
  }

  /** What ends with a whole fragment; a beginning without one would be a file that does not play. */
  #take(): readonly MuxedBytes[] {
    if (!this.#isWhole) return []
    const taken = joined(this.#taken)
    this.#taken = []
    this.#isWhole = false
    return taken
  }
}

/** Bytes that follow each other as one piece, so that they are written at once. */
function joined(parts: readonly MuxedBytes[]): readonly MuxedBytes[] {
  const runs: { position: number; parts: Uint8Array[]; end: number }[] = []
  for (const { position, bytes } of parts) {
    const last = runs.at(-1)
    if (last?.end === position) {
      last.parts.push(bytes)
      last.end += bytes.length
    } else runs.push({ position, parts: [bytes], end: position + bytes.length })
  }
  return runs.map(({ position, parts: pieces }) => {
    return { position, bytes: new Uint8Array(Buffer.concat(pieces)) }
  })
}

function decoderConfig(track: RecordingTrack): VideoDecoderConfig {
  const { codecString, width, height, description, color } = track
  return {
    codec: codecString,
    codedWidth: width,
    codedHeight: height,
    ...(description && { description }),
    // The names were checked; the type of the standard lists them.
    ...(color && { colorSpace: color as VideoColorSpaceInit }),
  }
}

/**
 * The start of a Matroska segment with its size said to be unknown (RFC 8794 §6.2): a file that is cut
 * off then plays to its last whole cluster. The real size replaces it at the end.
 */
function openEnded(header: Uint8Array): Uint8Array {
  const open = header.slice()
  const length = Math.clz32(open[ID_BYTES] ?? 0) - 23
  open[ID_BYTES] = 0xff >> (length - 1)
  open.fill(0xff, ID_BYTES + 1, ID_BYTES + length)
  return open
}

/** Of a segment, 0x18538067. */
const ID_BYTES = 4
