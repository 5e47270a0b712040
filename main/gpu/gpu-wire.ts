// SPDX-License-Identifier: GPL-2.0-or-later
import type { GpuDevice, GpuFormat } from '../../core/gpu.ts'
import type { ColorMatrix, ColorRange } from '../../core/plane.ts'
import type { GpuImage } from './gpu-image.ts'

// What goes to scanout-gpu and what comes back, in the machine's own byte order, which is little-endian
// on all that is supported: both ends are of one build. Its other side is native-shim/gpu-process/wire.h.

const MAGIC = 0x5550_4753
const REQUEST_BYTES = 144
const PLANES_AT = 48
const PLANE_BYTES = 24
const MOST_PLANES = 4
export const HEADER_BYTES = 16
/** No honest answer is longer. */
const MOST_BYTES = 1 << 18

const operations = { describe: 1, probe: 2, read: 3, convert: 4, draw: 5, fill: 6 } as const
export type GpuOperation = keyof typeof operations

/** What the program says of a request that it could not fulfil. */
const refusals = { 1: 'unsupported', 2: 'failed', 3: 'no-device' } as const
export type GpuRefusal = (typeof refusals)[keyof typeof refusals]

const matrices: Readonly<Record<ColorMatrix, number>> = { bt601: 1, bt709: 2, bt2020: 3 }
const ranges: Readonly<Record<ColorRange, number>> = { limited: 1, full: 2 }

/** @param targetStride of what is drawn into, bytes */
export function requestBytes(
  serial: number,
  operation: GpuOperation,
  image?: GpuImage,
  targetStride = 0,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(REQUEST_BYTES))
  const { width = 0, height = 0, fourcc = 0, modifier = 0n, memory = [], color } = image ?? {}
  if (memory.length > MOST_PLANES) throw new RangeError(`${memory.length} memory planes`)
  const words = [MAGIC, serial, operations[operation], width, height, fourcc]
  for (const [at, word] of words.entries()) view.setUint32(at * 4, word, true)
  view.setBigUint64(24, modifier, true)
  view.setUint32(32, memory.length, true)
  view.setUint32(36, color ? matrices[color.matrix] : 0, true)
  view.setUint32(40, color ? ranges[color.range] : 0, true)
  view.setUint32(44, targetStride, true)
  for (const [at, { offset, stride, size }] of memory.entries()) {
    const place = PLANES_AT + at * PLANE_BYTES
    view.setBigUint64(place, BigInt(offset), true)
    view.setBigUint64(place + 8, BigInt(stride), true)
    view.setBigUint64(place + 16, BigInt(size), true)
  }
  return new Uint8Array(view.buffer)
}

/** What an answer begins with. */
export type AnswerHeader = { readonly outcome: 'done' | GpuRefusal; readonly length: number }

/** @throws SyntaxError when these bytes begin no answer to that request */
export function readHeader(bytes: Uint8Array, serial: number): AnswerHeader {
  const reader = new WireReader(bytes)
  if (reader.number() !== MAGIC) throw new SyntaxError('its answer is none')
  if (reader.number() !== serial) throw new SyntaxError('it answers another question')
  const status = reader.number()
  const length = reader.number()
  if (length > MOST_BYTES) throw new SyntaxError(`its answer has ${length} bytes`)
  if (status === 0) return { outcome: 'done', length }
  const outcome = Object.hasOwn(refusals, status)
    ? refusals[status as keyof typeof refusals]
    : undefined
  if (!outcome) throw new SyntaxError(`its answer has the status ${status}`)
  return { outcome, length }
}

/** @throws SyntaxError when it is no description */
export function readDescription(payload: Uint8Array, node: string | undefined): GpuDevice {
  const reader = new WireReader(payload)
  const flags = reader.number()
  const count = reader.number()
  const [vendor, renderer, version] = [reader.text(), reader.text(), reader.text()]
  const formats: GpuFormat[] = []
  for (let at = 0; at < count; at += 1) {
    const fourcc = reader.number()
    const externalOnly = reader.number() !== 0
    formats.push({ fourcc, modifier: reader.long(), externalOnly })
  }
  reader.end()
  return {
    node,
    vendor,
    renderer,
    version,
    software: (flags & 1) !== 0,
    importsDmaBufs: (flags & 2) !== 0,
    importsModifiers: (flags & 4) !== 0,
    formats,
  }
}

/** The stride of a buffer that was converted into, bytes. @throws SyntaxError */
export function readStride(payload: Uint8Array): number {
  const reader = new WireReader(payload)
  const stride = reader.number()
  reader.end()
  return stride
}

/** Words of another process, for a person: one line, and not a long one. */
export function readWords(payload: Uint8Array): string {
  const text = new TextDecoder().decode(payload).replace(/\s+/g, ' ').trim()
  return text.slice(0, 300)
}

class WireReader {
  readonly #view: DataView
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  number(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  long(): bigint {
    return this.#view.getBigUint64(this.#take(8), true)
  }

  text(): string {
    const length = this.number()
    const at = this.#take(length)
    return readWords(this.#bytes.subarray(at, at + length))
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new SyntaxError('its answer is too long')
  }

  #take(length: number): number {
    const at = this.#at
    if (length > this.#bytes.length - at) throw new SyntaxError('its answer is too short')
    this.#at += length
    return at
  }
}
