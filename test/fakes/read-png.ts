// SPDX-License-Identifier: GPL-2.0-or-later
import { inflateSync } from 'node:zlib'

export type ReadPng = {
  readonly width: number
  readonly height: number
  readonly bitDepth: number
  readonly colourType: number
  /** RGBA, rows tight. */
  readonly rgba: Uint8Array
  /** Keyword to text, of tEXt and uncompressed iTXt. */
  readonly text: Readonly<Record<string, string>>
  /** Types in order. */
  readonly chunks: readonly string[]
}

/** CRC of the PNG specification, annex D, bit by bit. */
function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return (sum ^ 0xffffffff) >>> 0
}

/** An independent reader of 8-bit truecolour PNGs that checks everything it passes. */
export function readPng(png: Uint8Array): ReadPng {
  const bytes = Buffer.from(png)
  if (bytes.subarray(0, 8).toString('latin1') !== '\x89PNG\r\n\x1a\n') throw new Error('signature')
  const chunks: string[] = []
  const text: Record<string, string> = {}
  const pixels: Buffer[] = []
  let header: Buffer | undefined
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    const data = bytes.subarray(at + 8, at + 8 + length)
    if (data.length !== length) throw new Error(`${type} is cut`)
    if (bytes.readUInt32BE(at + 8 + length) !== crc(bytes.subarray(at + 4, at + 8 + length))) {
      throw new Error(`CRC of ${type}`)
    }
    chunks.push(type)
    if (type === 'IHDR') header = data
    if (type === 'IDAT') pixels.push(data)
    if (type === 'tEXt' || type === 'iTXt') {
      const end = data.indexOf(0)
      const words = data.subarray(end + 1)
      const plain = type === 'tEXt' ? words.toString('latin1') : words.subarray(4).toString('utf8')
      text[data.toString('latin1', 0, end)] = plain
    }
    at += 12 + length
  }
  if (!header || chunks[0] !== 'IHDR' || chunks.at(-1) !== 'IEND')
    throw new Error('order of chunks')
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const [bitDepth, colourType] = [header[8] ?? 0, header[9] ?? 0]
  const channels = colourType === 2 ? 3 : 4
  const rgba = unfilter(inflateSync(Buffer.concat(pixels)), width, height, channels)
  return { width, height, bitDepth, colourType, rgba, text, chunks }
}

function unfilter(rows: Uint8Array, width: number, height: number, channels: number): Uint8Array {
  const stride = width * channels
  if (rows.length !== (stride + 1) * height) throw new Error('length of the pixels')
  const plain = new Uint8Array(stride * height)
  const rgba = new Uint8Array(width * height * 4).fill(255)
  const at = (x: number, y: number) => (x < 0 || y < 0 ? 0 : (plain[y * stride + x] ?? 0))
  for (let y = 0; y < height; y += 1) {
    const guess = filters[rows[y * (stride + 1)] ?? -1]
    if (!guess) throw new Error(`filter ${rows[y * (stride + 1)]}`)
    for (let x = 0; x < stride; x += 1) {
      const left = x - channels
      const guessed = guess(at(left, y), at(x, y - 1), left < 0 ? 0 : at(left, y - 1))
      const value = ((rows[y * (stride + 1) + 1 + x] ?? 0) + guessed) & 255
      plain[y * stride + x] = value
      rgba[(y * width + Math.floor(x / channels)) * 4 + (x % channels)] = value
    }
  }
  return rgba
}

/** PNG specification, 9.2: what a filter guesses of a byte from those to the left, above and both. */
const filters: readonly ((a: number, b: number, c: number) => number)[] = [
  () => 0,
  (a) => a,
  (_a, b) => b,
  (a, b) => (a + b) >> 1,
  (a, b, c) => {
    const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
    if (pa <= pb && pa <= pc) return a
    return pb <= pc ? b : c
  },
]
