// SPDX-License-Identifier: GPL-2.0-or-later
import { fourccName } from '../../core/fourcc-names.ts'
import type { CapturedPlane } from '../../core/plane.ts'
import { naiveAddress } from './naive-tiling.ts'

// A second opinion on every pixel, read out of the formats' names and drm_fourcc.h's comments in
// floating point, without any table of core/.

type Rgba = readonly [red: number, green: number, blue: number, alpha: number]

/** A number of n bits as 8: repeated when narrow, rounded when wide. */
function eight(value: number, bits: number): number {
  if (bits > 8) return Math.round((value * 255) / (2 ** bits - 1))
  const text = value.toString(2).padStart(bits, '0').repeat(8)
  return Number.parseInt(text.slice(0, 8), 2)
}

function half(value: number): number {
  const sign = value >= 0x8000 ? -1 : 1
  const exponent = Math.floor(value / 1024) % 32
  const fraction = (value % 1024) / 1024
  if (exponent === 31) return sign < 0 ? 0 : 255
  const number = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15)
  return Math.floor(Math.max(0, Math.min(1, sign * number)) * 255 + 0.5)
}

const weights: Readonly<Record<string, readonly [number, number]>> = {
  bt601: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  bt2020: [0.2627, 0.0593],
}

/** The matrix of BT.601, BT.709 or BT.2020, exact and not rounded. */
export function exactRgb(
  { matrix, range }: { readonly matrix: string; readonly range: string },
  bits: number,
  [luma, cb, cr]: readonly [number, number, number],
): readonly [number, number, number] {
  const [kr, kb] = weights[matrix] ?? [0, 0]
  const top = 2 ** bits - 1
  const unit = 2 ** (bits - 8)
  const limited = range === 'limited'
  const y = limited ? (luma - 16 * unit) / (219 * unit) : luma / top
  const [u, v] = [cb, cr].map((c) => (c - 128 * unit) / (limited ? 224 * unit : top))
  const red = y + 2 * (1 - kr) * (v ?? 0)
  const blue = y + 2 * (1 - kb) * (u ?? 0)
  const green = (y - kr * red - kb * blue) / (1 - kr - kb)
  const clamp = (value: number) => Math.max(0, Math.min(255, value * 255))
  return [clamp(red), clamp(green), clamp(blue)]
}

/** Letters and bits of a name, most significant first: `ARGB2101010`. */
function fieldsOf(name: string): [letter: string, bits: number][] {
  const letters = [...(/^[A-Z]+/.exec(name)?.[0] ?? '')]
  const digits = name.slice(letters.length).replace('F', '')
  if (digits === '2101010') return letters.map((letter, i) => [letter, i === 0 ? 2 : 10])
  if (digits === '1010102') return letters.map((letter, i) => [letter, i === 3 ? 2 : 10])
  const wide = digits.length === letters.length * 2
  return letters.map((letter, i) => [
    letter,
    Number(wide ? digits.slice(2 * i, 2 * i + 2) : digits[i]),
  ])
}

type Fetch = (plane: number, blockBytes: number, x: number, y: number) => readonly number[]

/** How a YUV format keeps the samples of a pixel; numbers as they are stored. */
type Yuv = {
  readonly bits: number
  readonly read: (fetch: Fetch, x: number, y: number) => readonly [number, number, number]
  readonly alpha?: (fetch: Fetch, x: number, y: number) => number
}

const at = (bytes: readonly number[], i: number) => bytes[i] ?? 0
const word16 = (bytes: readonly number[], i: number) => at(bytes, i) + 256 * at(bytes, i + 1)
const word32 = (bytes: readonly number[]) => word16(bytes, 0) + 65536 * word16(bytes, 2)
const half2 = (v: number) => Math.floor(v / 2)

const packed422 = (order: string): Yuv => ({
  bits: 8,
  read: (fetch, x, y) => {
    const block = fetch(0, 4, half2(x), y)
    const luma = at(block, order.indexOf(x % 2 === 0 ? '0' : '1'))
    return [luma, at(block, order.indexOf('U')), at(block, order.indexOf('V'))]
  },
})
const semiPlanar = (order: string, across: number, down: number): Yuv => ({
  bits: 8,
  read: (fetch, x, y) => {
    const pair = fetch(1, 2, Math.floor(x / across), Math.floor(y / down))
    return [at(fetch(0, 1, x, y), 0), at(pair, order.indexOf('U')), at(pair, order.indexOf('V'))]
  },
})
const planar = (order: string, across: number, down: number): Yuv => ({
  bits: 8,
  read: (fetch, x, y) => {
    const chroma = (name: string) =>
      at(fetch(order.indexOf(name), 1, Math.floor(x / across), Math.floor(y / down)), 0)
    return [at(fetch(0, 1, x, y), 0), chroma('U'), chroma('V')]
  },
})
/** Samples in the upper bits of 16. */
const deep420 = (bits: number): Yuv => ({
  bits,
  read: (fetch, x, y) => {
    const pair = fetch(1, 4, half2(x), half2(y))
    const down = (value: number) => Math.floor(value / 2 ** (16 - bits))
    return [down(word16(fetch(0, 2, x, y), 0)), down(word16(pair, 0)), down(word16(pair, 2))]
  },
})

const yuv: Readonly<Record<string, Yuv>> = {
  YUYV: packed422('0U1V'),
  YVYU: packed422('0V1U'),
  UYVY: packed422('U0V1'),
  VYUY: packed422('V0U1'),
  AYUV: {
    bits: 8,
    read: (fetch, x, y) => {
      const [v = 0, u = 0, luma = 0] = fetch(0, 4, x, y)
      return [luma, u, v]
    },
    alpha: (fetch, x, y) => at(fetch(0, 4, x, y), 3),
  },
  XYUV: {
    bits: 8,
    read: (fetch, x, y) => {
      const [v = 0, u = 0, luma = 0] = fetch(0, 4, x, y)
      return [luma, u, v]
    },
  },
  Y210: {
    bits: 10,
    read: (fetch, x, y) => {
      const block = fetch(0, 8, half2(x), y)
      const ten = (i: number) => Math.floor(word16(block, i * 2) / 64)
      return [ten((x % 2) * 2), ten(1), ten(3)]
    },
  },
  Y410: {
    bits: 10,
    read: (fetch, x, y) => {
      const word = word32(fetch(0, 4, x, y))
      const ten = (place: number) => Math.floor(word / 1024 ** place) % 1024
      return [ten(1), ten(0), ten(2)]
    },
    alpha: (fetch, x, y) => Math.floor(word32(fetch(0, 4, x, y)) / 2 ** 30) * 85,
  },
  NV12: semiPlanar('UV', 2, 2),
  NV21: semiPlanar('VU', 2, 2),
  NV16: semiPlanar('UV', 2, 1),
  NV61: semiPlanar('VU', 2, 1),
  NV24: semiPlanar('UV', 1, 1),
  NV42: semiPlanar('VU', 1, 1),
  P010: deep420(10),
  P012: deep420(12),
  P016: deep420(16),
  YU12: planar('YUV', 2, 2),
  YV12: planar('YVU', 2, 2),
  YU16: planar('YUV', 2, 1),
  YV16: planar('YVU', 2, 1),
  YU24: planar('YUV', 1, 1),
  YV24: planar('YVU', 1, 1),
}

/** How far from {@link naivePixels} a correct decoder may be in a format: rounding of YUV. */
export function naiveTolerance(code: string): number {
  return code in yuv ? 0.53 : 0
}

/** RGBA of a plane, top row first; colours of YUV formats are not rounded. */
export function naivePixels({ plane, buffers }: CapturedPlane): Float64Array {
  const address = naiveAddress(plane.modifier)
  if (!address) throw new Error(`${plane.modifier} has no second opinion`)
  const video = plane.memory.length > 1
  const rows = new Map<number, number>()
  const fetch: Fetch = (index, bytes, x, y) => {
    const memory = plane.memory[index]
    const buffer = memory && buffers[memory.buffer]
    if (!memory || !buffer) throw new Error('no such memory plane')
    const height = rows.get(index) ?? heightOf(plane.fourcc, index, plane.height)
    rows.set(index, height)
    const shape = { bytes, stride: memory.stride, height, video }
    const from = memory.offset + address(shape, x * bytes, y)
    return Array.from(buffer.subarray(from, from + bytes))
  }
  const rgba = new Float64Array(plane.width * plane.height * 4)
  for (let y = 0; y < plane.height; y += 1) {
    const row = plane.bottomUp ? plane.height - 1 - y : y
    for (let x = 0; x < plane.width; x += 1) {
      rgba.set(pixel(plane.fourcc, plane.color, fetch, x, row), (y * plane.width + x) * 4)
    }
  }
  return rgba
}

function heightOf(code: string, index: number, height: number): number {
  const isHalved = index > 0 && /^(NV12|NV21|P01|YU12|YV12)/.test(code)
  return isHalved ? Math.ceil(height / 2) : height
}

function pixel(
  code: string,
  color: CapturedPlane['plane']['color'],
  fetch: Fetch,
  x: number,
  y: number,
): Rgba {
  const video = yuv[code]
  if (video) {
    if (!color) throw new Error(`${code} came without colour info`)
    const [red, green, blue] = exactRgb(color, video.bits, video.read(fetch, x, y))
    return [red, green, blue, video.alpha?.(fetch, x, y) ?? 255]
  }
  const name = fourccName(code) ?? ''
  const fields = fieldsOf(name)
  const size = fields.reduce((sum, [, bits]) => sum + bits, 0) / 8
  const bytes = fetch(0, size, x, y)
  const text = bytes
    .toReversed()
    .map((each) => each.toString(2).padStart(8, '0'))
    .join('')
  const found: Record<string, number> = { A: 255, R: 0, G: 0, B: 0 }
  let from = 0
  for (const [letter, bits] of fields) {
    const value = Number.parseInt(text.slice(from, from + bits), 2)
    found[letter] = name.endsWith('F') ? half(value) : eight(value, bits)
    from += bits
  }
  if (found['C'] !== undefined) return [found['C'], found['C'], found['C'], 255]
  return [found['R'] ?? 0, found['G'] ?? 0, found['B'] ?? 0, found['A'] ?? 255]
}
