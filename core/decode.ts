// SPDX-License-Identifier: GPL-2.0-or-later
import { type Channel, type FourccRow, fourccRow } from './fourcc.ts'
import { modifierRow, type Tiling } from './modifier.ts'
import type { MemoryPlane, Plane } from './plane.ts'
import { layoutNeed } from './plane-layout.ts'
import { byteOffset } from './tiling.ts'

// The reference: what every faster decoder must equal in every byte. Clear rather than fast.

type Readable = {
  readonly format: FourccRow
  readonly tiling: Tiling | undefined
  readonly memory: MemoryPlane
  readonly bytes: Uint8Array
}

/** The parts of a plane that checkPlane let through; anything else is a bug of the caller. */
function readable(plane: Plane, buffers: readonly Uint8Array[]): Readable {
  const format = fourccRow(plane.fourcc)
  const layout = modifierRow(plane.modifier)
  const memory = plane.memory[0]
  const bytes = memory && buffers[memory.buffer]
  if (!format || !layout || !memory || !bytes) {
    throw new Error(`plane was not checked: ${plane.fourcc}`)
  }
  const end = memory.offset + layoutNeed(format, layout.tiling, plane, memory.stride).bytes
  if (bytes.length < end) {
    throw new RangeError(`buffer of ${bytes.length} bytes ends before the plane does at ${end}`)
  }
  return { format, tiling: layout.tiling, memory, bytes }
}

/**
 * A plane's pixels in the same fourcc with the tiling undone: rows tight, in the order they have in
 * memory. A bottom-up plane stays bottom-up.
 *
 * @returns width × height × bytes per pixel
 */
export function linearise(plane: Plane, buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const { format, tiling, memory, bytes } = readable(plane, buffers)
  const tight = new Uint8Array(plane.width * plane.height * format.bytes)
  let to = 0
  for (let y = 0; y < plane.height; y += 1) {
    for (let x = 0; x < plane.width; x += 1) {
      // canPair: a pixel's bytes are neighbours in every layout that it may lie in.
      const from = memory.offset + byteOffset(tiling, memory.stride, x * format.bytes, y)
      for (let i = 0; i < format.bytes; i += 1, to += 1) tight[to] = bytes[from + i] ?? 0
    }
  }
  return tight
}

/**
 * A plane's pixels as 8-bit RGBA, rows tight, the picture's top row first: `bottomUp` is applied.
 * X formats are opaque. Alpha is passed on as it is, premultiplied or not.
 *
 * @returns width × height × 4
 */
export function decodeRgba8(plane: Plane, buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const { format } = readable(plane, buffers)
  const tight = linearise(plane, buffers)
  const rgba = new Uint8Array(plane.width * plane.height * 4)
  for (let y = 0; y < plane.height; y += 1) {
    const source = plane.bottomUp ? plane.height - 1 - y : y
    for (let x = 0; x < plane.width; x += 1) {
      const pixel = littleEndian(tight, (source * plane.width + x) * format.bytes, format.bytes)
      const at = (y * plane.width + x) * 4
      rgba[at] = channel8(pixel, format.red)
      rgba[at + 1] = channel8(pixel, format.green)
      rgba[at + 2] = channel8(pixel, format.blue)
      rgba[at + 3] = format.alpha ? channel8(pixel, format.alpha) : 255
    }
  }
  return rgba
}

/** An unsigned word of up to 6 bytes. */
function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let word = 0
  for (let i = count - 1; i >= 0; i -= 1) word = word * 256 + (bytes[at + i] ?? 0)
  return word
}

function channel8(pixel: number, channel: Channel): number {
  const value = Math.floor(pixel / 2 ** channel.shift) % 2 ** channel.bits
  return toByte(value, channel.bits)
}

/**
 * An n-bit value as 8 bits. Fewer than 8 are widened by repeating the bits, as Mesa, pixman and
 * display hardware do; more are narrowed by round(v · 255 / (2ⁿ − 1)), as Mesa does.
 */
export function toByte(value: number, bits: number): number {
  if (bits > 8) return Math.round((value * 255) / (2 ** bits - 1))
  let wide = 0
  for (let shift = 8 - bits; shift > -bits; shift -= bits) {
    wide |= shift >= 0 ? value << shift : value >> -shift
  }
  return wide
}
