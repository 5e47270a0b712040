// SPDX-License-Identifier: GPL-2.0-or-later
import type { Size } from '../../core/geometry.ts'
import {
  type RecordingCodec,
  type RecordingColor,
  type RecordingPiece,
  type RecordingTrack,
  recordingCodecRow,
} from '../../core/recording.ts'
import type { Encoding } from './choose-encoding.ts'
import { LimitedYuv, limitedColor } from './limited-yuv.ts'
import type { RecordedPixels } from './recorded-pixels.ts'

/** When a picture is recorded, µs, and whether decoding must be able to begin with it. */
export type PictureTime = {
  readonly timestampUs: number
  readonly durationUs: number
  readonly key: boolean
}

/** What comes out of an encoder. */
export type EncoderEvents = {
  /** @param track with the first piece, and whenever it changes */
  readonly piece: (piece: RecordingPiece, track: RecordingTrack | undefined) => void
  /** It takes more pictures. */
  readonly free: () => void
  /** It ended by itself. */
  readonly failed: (why: string) => void
}

/** Encodes pictures of any size into one of a fixed size. */
export interface PictureEncoder extends Disposable {
  /** True while it has enough to do. */
  readonly busy: boolean
  /** Undefined: a black picture. */
  encode(pixels: RecordedPixels | undefined, time: PictureTime): void
  /** Resolves when all that was taken has come out. */
  flush(): Promise<void>
}

/** Pictures that may wait in the encoder. */
const MOST_WAITING = 2

/** The browser's own encoder. */
export class VideoPictureEncoder implements PictureEncoder {
  readonly #codec: RecordingCodec
  readonly #size: Size
  readonly #encoder: VideoEncoder
  /** Undefined where the browser's own conversion is right. */
  readonly #yuv: LimitedYuv | undefined
  /** Where pictures of another size are fitted in. */
  #canvas: OffscreenCanvas | undefined

  constructor({ codec, config }: Encoding, events: EncoderEvents) {
    this.#codec = codec
    this.#size = { width: config.width, height: config.height }
    const tellsColors = recordingCodecRow(codec).colors === 'told'
    this.#yuv = tellsColors ? undefined : new LimitedYuv(this.#size)
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => {
        const bytes = new Uint8Array(chunk.byteLength)
        chunk.copyTo(bytes)
        const { timestamp, duration, type } = chunk
        const piece = {
          key: type === 'key',
          timestampUs: timestamp,
          durationUs: duration ?? 0,
          bytes,
        }
        events.piece(piece, this.#track(metadata?.decoderConfig))
      },
      error: (error) => events.failed(error.message),
    })
    this.#encoder.configure(config)
    this.#encoder.addEventListener('dequeue', () => events.free())
  }

  get busy(): boolean {
    return this.#encoder.encodeQueueSize >= MOST_WAITING
  }

  encode(pixels: RecordedPixels | undefined, { timestampUs, durationUs, key }: PictureTime): void {
    if (this.#encoder.state !== 'configured') return
    const time = { timestamp: timestampUs, duration: durationUs }
    const { width, height } = this.#size
    const isExact = pixels?.width === width && pixels.height === height
    const frame = isExact ? this.#frame(pixels, time) : this.#fitted(pixels, time)
    this.#encoder.encode(frame, { keyFrame: key })
    frame.close()
  }

  async flush(): Promise<void> {
    // An encoder that failed said so already.
    if (this.#encoder.state === 'configured') await this.#encoder.flush().catch(() => {})
  }

  [Symbol.dispose](): void {
    if (this.#encoder.state !== 'closed') this.#encoder.close()
  }

  /** The picture whole and undistorted in the middle of the recording's, black around it. */
  #fitted(pixels: RecordedPixels | undefined, time: FrameTime): VideoFrame {
    const { width, height } = this.#size
    this.#canvas ??= new OffscreenCanvas(width, height)
    const context = this.#canvas.getContext('2d', { alpha: false, willReadFrequently: true })
    if (!context) throw new Error('the browser gives no 2D canvas')
    context.fillStyle = '#000'
    context.fillRect(0, 0, width, height)
    if (pixels) {
      const to = fittedRect(pixels, this.#size)
      const frame = frameOf(pixels, time)
      context.imageSmoothingQuality = 'high'
      context.drawImage(frame, to.x, to.y, to.width, to.height)
      frame.close()
    }
    if (!this.#yuv) return new VideoFrame(this.#canvas, { ...time, alpha: 'discard' })
    const { buffer } = context.getImageData(0, 0, width, height).data
    const bytes = new Uint8Array(buffer)
    return this.#frame({ format: 'RGBX', bytes, stride: width * 4, width, height }, time)
  }

  /** A picture of the recording's size. */
  #frame(pixels: RecordedPixels, time: FrameTime): VideoFrame {
    if (!this.#yuv) return frameOf(pixels, time)
    this.#yuv.convert(pixels)
    const { width, height } = this.#size
    return new VideoFrame(this.#yuv.bytes, {
      ...time,
      format: 'I420',
      codedWidth: width,
      codedHeight: height,
      colorSpace: limitedColor,
    })
  }

  #track(config: VideoDecoderConfig | undefined): RecordingTrack | undefined {
    if (!config) return undefined
    const { description, colorSpace } = config
    const color = colorOf(colorSpace)
    return {
      codec: this.#codec,
      codecString: config.codec,
      ...this.#size,
      ...(description && { description: bytesOf(description) }),
      ...(color && { color }),
    }
  }
}

type FrameTime = { readonly timestamp: number; readonly duration: number }

function frameOf({ format, bytes, stride, width, height }: RecordedPixels, time: FrameTime) {
  const layout = [{ offset: 0, stride }]
  return new VideoFrame(bytes, { ...time, format, codedWidth: width, codedHeight: height, layout })
}

/** Where a picture goes: as it is when only the rounding to even sides differs, else scaled into the middle. */
export function fittedRect(picture: Size, into: Size): Size & { x: number; y: number } {
  const right = into.width - picture.width
  const below = into.height - picture.height
  if (right >= 0 && right <= 1 && below >= 0 && below <= 1) {
    return { x: 0, y: 0, width: picture.width, height: picture.height }
  }
  const scale = Math.min(into.width / picture.width, into.height / picture.height)
  const width = Math.round(picture.width * scale)
  const height = Math.round(picture.height * scale)
  return {
    x: Math.floor((into.width - width) / 2),
    y: Math.floor((into.height - height) / 2),
    width,
    height,
  }
}

function bytesOf(data: AllowSharedBufferSource): Uint8Array {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
  return bytes.slice()
}

/** Undefined unless everything is known. */
function colorOf(space: VideoColorSpaceInit | undefined): RecordingColor | undefined {
  const { primaries, transfer, matrix, fullRange } = space ?? {}
  if (!primaries || !transfer || !matrix || typeof fullRange !== 'boolean') return undefined
  return { primaries, transfer, matrix, fullRange }
}
