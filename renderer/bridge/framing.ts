// SPDX-License-Identifier: GPL-2.0-or-later
import { type FilePlace, IN_FILE } from '../../core/frame-file.ts'
import { planeKinds } from '../../core/plane.ts'
import type { FrameMessage } from '../../core/protocol.ts'
import { fromWire } from '../../core/wire.ts'

/** Bytes before the header: its length and the payload's, u32 LE each. */
const LENGTHS = 8
/** Bytes that say where in the file. */
const PLACE = 8
const LONGEST_HEADER = 16 * 2 ** 20
const LONGEST_PAYLOAD = 2 ** 30
const FIRST_ROOM = 2 ** 20
/** Reading into less than this at a time costs more calls than the copy it saves. */
const LEAST_ROOM = 64 * 2 ** 10

/** The stream does not hold what was agreed; nothing after it can be trusted. */
export class FramingError extends Error {
  override readonly name = 'FramingError'
}

/** One frame as it came; the payload is a view that lasts until the next {@link FrameBuffer.room}. */
export type ReceivedFrame = {
  readonly frame: FrameMessage
  readonly payload: Uint8Array<ArrayBuffer>
  /** The payload is there, and here is none. */
  readonly filed?: FilePlace
}

/** What is known of a frame from its first bytes. Lengths in bytes. */
type Lengths = {
  /** Before the header. */
  readonly start: number
  readonly header: number
  /** In the stream. */
  readonly payload: number
  readonly filed: FilePlace | undefined
}

/**
 * Cuts a byte stream into frames: u32 LE header length, u32 LE payload length, header (JSON of
 * core/wire.ts), payload; or with {@link IN_FILE} in the second, u64 LE place, header, and the payload in
 * the file. One buffer is filled in place by a BYOB reader and grows to the largest
 * frame; a frame is never copied but when the start of the next one moves to the front.
 */
export class FrameBuffer {
  #bytes = new Uint8Array(FIRST_ROOM)
  #start = 0
  #end = 0

  /** Where to read to next. Its buffer may be detached: give what came back to {@link took}. */
  room(): Uint8Array<ArrayBuffer> {
    const needed = this.#needed()
    if (this.#start > 0 && this.#start === this.#end) {
      this.#start = 0
      this.#end = 0
    }
    const most = this.#start + Math.max(needed, this.#end - this.#start + LEAST_ROOM)
    if (most > this.#bytes.length) this.#makeRoom(Math.max(needed, LEAST_ROOM))
    return this.#bytes.subarray(this.#end)
  }

  /** Takes what was read: the same place, shortened to the bytes that arrived. */
  took(read: Uint8Array<ArrayBuffer>): void {
    if (read.byteOffset !== this.#end) throw new RangeError('bytes were read to another place')
    this.#bytes = new Uint8Array(read.buffer)
    this.#end += read.length
  }

  /**
   * The next whole frame, if it is here.
   *
   * @throws FramingError when the bytes are not a frame
   */
  next(): ReceivedFrame | undefined {
    const lengths = this.#lengths()
    if (!lengths) return undefined
    const { header, payload, filed } = lengths
    const first = this.#start + lengths.start
    const body = first + header
    if (body + payload > this.#end) return undefined
    const text = new TextDecoder('utf-8', { fatal: true })
    const frame = parse(() => text.decode(this.#bytes.subarray(first, body)))
    this.#start = body + payload
    const bytes = this.#bytes.subarray(body, body + payload)
    return { frame, payload: bytes, ...(filed && { filed }) }
  }

  /** True when the stream may end here: nothing of a frame is left over. */
  get complete(): boolean {
    return this.#start === this.#end
  }

  #lengths(): Lengths | undefined {
    const here = this.#end - this.#start
    if (here < LENGTHS) return undefined
    const view = new DataView(this.#bytes.buffer, this.#start, here)
    const header = view.getUint32(0, true)
    const told = view.getUint32(4, true)
    const isFiled = told >= IN_FILE
    const length = isFiled ? told - IN_FILE : told
    if (header > LONGEST_HEADER) throw new FramingError(`header of ${header} bytes`)
    if (length > LONGEST_PAYLOAD) throw new FramingError(`payload of ${length} bytes`)
    if (!isFiled) return { start: LENGTHS, header, payload: length, filed: undefined }
    if (here < LENGTHS + PLACE) return undefined
    const at = Number(view.getBigUint64(LENGTHS, true))
    if (!Number.isSafeInteger(at)) throw new FramingError(`payload at ${at}`)
    return { start: LENGTHS + PLACE, header, payload: 0, filed: { at, length } }
  }

  /** Bytes of the frame that has begun, as far as is known. */
  #needed(): number {
    const lengths = this.#lengths()
    return lengths ? lengths.start + lengths.header + lengths.payload : LENGTHS + PLACE
  }

  #makeRoom(frame: number): void {
    const kept = this.#bytes.subarray(this.#start, this.#end)
    const length = Math.max(frame + LEAST_ROOM, kept.length + LEAST_ROOM)
    if (length <= this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#start, this.#end)
    } else {
      const larger = new Uint8Array(length)
      larger.set(kept)
      this.#bytes = larger
    }
    this.#start = 0
    this.#end = kept.length
  }
}

function parse(text: () => string): FrameMessage {
  let header: unknown
  try {
    header = fromWire(text())
  } catch (error) {
    throw new FramingError(`header is not JSON: ${error instanceof Error ? error.message : error}`)
  }
  if (!isFrame(header)) throw new FramingError('header is not a frame')
  return header
}

/** Checks the shape down to what the compositor uses as names; sizes are checked where they are used. */
export function isFrame(value: unknown): value is FrameMessage {
  if (!isRecord(value)) return false
  const { seq, readAtMs, reset, surfaces, gone, damage, scene } = value
  return (
    Number.isSafeInteger(seq) &&
    typeof readAtMs === 'number' &&
    typeof reset === 'boolean' &&
    isListOf(gone, Number.isSafeInteger) &&
    isListOf(surfaces, isSurface) &&
    isListOf(damage, isDamage) &&
    isListOf(scene, isScenePlane)
  )
}

function isSurface(value: unknown): boolean {
  if (!isRecord(value) || !isRecord(value['plane'])) return false
  const { fourcc, modifier, width, height, memory } = value['plane']
  return (
    Number.isSafeInteger(value['id']) &&
    ['stream', 'shared-memory', 'shared-texture'].includes(String(value['sharing'])) &&
    typeof fourcc === 'string' &&
    typeof modifier === 'bigint' &&
    isListOf([width, height], isPositive) &&
    isListOf(memory, (part) => isRecord(part) && isPositive(part['stride'])) &&
    isListOf(value['images'], (image) => {
      return isRecord(image) && isPositive(image['pitch']) && isPositive(image['rows'])
    })
  )
}

function isDamage(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { surface, image, rects } = value
  return isListOf([surface, image], Number.isSafeInteger) && isListOf(rects, isRecord)
}

function isScenePlane(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { kind, surface, x, y } = value
  return isListOf([surface, x, y], Number.isSafeInteger) && planeKinds.some((one) => one === kind)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isListOf(value: unknown, check: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => check(item))
}

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0
}
