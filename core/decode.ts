// SPDX-License-Identifier: GPL-2.0-or-later
import type { Channel } from './fourcc.ts'
import { joinBytes } from './join-bytes.ts'
import type { Plane } from './plane.ts'
import { layoutNeed, layoutOf, type MemoryLayout } from './plane-layout.ts'
import { sample8 } from './sample.ts'
import { byteOffset } from './tiling.ts'
import { DEFAULT_COLOR, yuvRule, yuvToRgb } from './yuv.ts'

// The reference: what every faster decoder must equal in every byte. Clear rather than fast.

/**
 * A plane's pixels in the same fourcc with the tiling undone: rows tight, in the order they have in
 * memory, one memory plane after the other. A bottom-up plane stays bottom-up.
 *
 * @throws RangeError at a buffer that is too short, Error at a plane that nobody checked
 */
export function linearise(plane: Plane, buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joinBytes(untiled(plane, buffers))
}

/**
 * A plane's pixels as 8-bit RGBA, rows tight, the picture's top row first: `bottomUp` is applied.
 * X formats are opaque. Alpha is passed on as it is, premultiplied or not. Pixels that share a sample
 * of chroma all get that sample.
 *
 * @returns width × height × 4
 * @throws RangeError at a buffer that is too short, Error at a plane that nobody checked
 */
export function decodeRgba8(plane: Plane, buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const { format, memory } = layoutOf(plane)
  const parts = untiled(plane, buffers)
  const rule = yuvRule(plane.color ?? DEFAULT_COLOR, format.color[0]?.bits ?? 8)
  const rgba = new Uint8Array(plane.width * plane.height * 4)
  const sampleAt = (channel: Channel, x: number, y: number): number => {
    const { across, down } = format.planes[channel.plane] ?? { across: 1, down: 1 }
    const { width, bytes } = memory[channel.plane] ?? { width: 0, bytes: 0 }
    const block = (Math.floor(y / down) * width + Math.floor(x / across)) * bytes
    const bit = channel.shift + channel.step * (x % across)
    return bitField(parts[channel.plane] ?? new Uint8Array(), block * 8 + bit, channel.bits)
  }
  for (let y = 0; y < plane.height; y += 1) {
    const source = plane.bottomUp ? plane.height - 1 - y : y
    for (let x = 0; x < plane.width; x += 1) {
      const at = (y * plane.width + x) * 4
      const raw = format.color.map((channel) => (channel ? sampleAt(channel, x, source) : 0))
      const [first = 0, second = 0, third = 0] = raw
      const color =
        format.model === 'yuv'
          ? yuvToRgb(rule, first, second, third)
          : raw.map((value, c) => sample8(format.numbers, value, format.color[c]?.bits ?? 8))
      rgba.set(color, at)
      const { alpha } = format
      rgba[at + 3] = alpha ? sample8(format.numbers, sampleAt(alpha, x, source), alpha.bits) : 255
    }
  }
  return rgba
}

/** The memory planes of a plane, each with rows tight and blocks in order. */
function untiled(plane: Plane, buffers: readonly Uint8Array[]): readonly Uint8Array<ArrayBuffer>[] {
  return layoutOf(plane).memory.map((memory) => {
    const bytes = buffers[memory.buffer]
    if (!bytes) throw new Error(`plane was not checked: it has no buffer ${memory.buffer}`)
    const end = memory.offset + layoutNeed(memory, memory.stride).bytes
    if (bytes.length < end) {
      throw new RangeError(`buffer of ${bytes.length} bytes ends before the plane does at ${end}`)
    }
    return untile(memory, bytes)
  })
}

function untile(memory: MemoryLayout, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { tiling, stride, grid, offset, width, height } = memory
  const tight = new Uint8Array(width * height * memory.bytes)
  let to = 0
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      // A block's bytes are neighbours in every layout that it may lie in.
      const from = offset + byteOffset(tiling, stride, grid, x * memory.bytes, y)
      for (let i = 0; i < memory.bytes; i += 1, to += 1) tight[to] = bytes[from + i] ?? 0
    }
  }
  return tight
}

/** Up to 32 bits from bit `at` of little-endian memory. */
function bitField(bytes: Uint8Array, at: number, count: number): number {
  const first = Math.floor(at / 8)
  const end = Math.ceil((at + count) / 8)
  let word = 0
  for (let i = end - 1; i >= first; i -= 1) word = word * 256 + (bytes[i] ?? 0)
  return Math.floor(word / 2 ** (at % 8)) % 2 ** count
}
