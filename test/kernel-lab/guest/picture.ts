// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'

// Expectations are computed here by rules written down once more, not by the product's own code.

/** RGBA, 8 bits each, rows tight. */
export type Pixels = { readonly width: number; readonly height: number; readonly rgba: Uint8Array }

/** The three layouts that a guest's display engine of the lab scans out. */
export const layouts = {
  linear: 0n,
  x: 0x0100_0000_0000_0001n,
  y: 0x0100_0000_0000_0002n,
} as const
export type LayoutName = keyof typeof layouts

/** Every pixel another value, alpha included, and never a colour above its alpha. */
export function noise(width: number, height: number, seed: number): Pixels {
  const rgba = new Uint8Array(width * height * 4)
  let state = seed | 1
  for (let at = 0; at < rgba.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const alpha = [0, 255, (state >>> 3) & 255, (state >>> 11) & 255][state >>> 30] ?? 0
    rgba[at + 3] = alpha
    rgba[at] = ((state >>> 4) & 255) % (alpha + 1)
    rgba[at + 1] = ((state >>> 12) & 255) % (alpha + 1)
    rgba[at + 2] = ((state >>> 20) & 255) % (alpha + 1)
  }
  return { width, height, rgba }
}

/** As {@link noise} without alpha. */
export function opaqueNoise(width: number, height: number, seed: number): Pixels {
  const pixels = noise(width, height, seed)
  for (let at = 0; at < pixels.rgba.length; at += 4) {
    pixels.rgba[at + 1] = (at * 31 + seed) & 255
    pixels.rgba[at + 3] = 255
  }
  return pixels
}

/** How many bytes a plane of these rows occupies. */
export function planeBytes(stride: number, height: number, layout: LayoutName): number {
  const rows = { linear: 1, x: 8, y: 32 }[layout]
  return stride * Math.ceil(height / rows) * rows
}

/** Where byte x of row y lies: Intel's X tiles are 512 bytes × 8 rows, Y tiles 128 × 32 in columns of 16. */
function place(layout: LayoutName, stride: number, x: number, y: number): number {
  if (layout === 'x') {
    const tile = Math.floor(y / 8) * (stride / 512) + Math.floor(x / 512)
    return tile * 4096 + (y % 8) * 512 + (x % 512)
  }
  if (layout === 'y') {
    const tile = Math.floor(y / 32) * (stride / 128) + Math.floor(x / 128)
    return tile * 4096 + Math.floor((x % 128) / 16) * 512 + (y % 32) * 16 + (x % 16)
  }
  return y * stride + x
}

/** Memory of an XRGB8888 or ARGB8888 plane; what is not picture is 0xA5, the X byte too. */
export function argbMemory(
  { width, height, rgba }: Pixels,
  stride: number,
  layout: LayoutName,
  hasAlpha: boolean,
): Uint8Array {
  const memory = new Uint8Array(planeBytes(stride, height, layout)).fill(0xa5)
  for (let y = 0, at = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1, at += 4) {
      const to = place(layout, stride, x * 4, y)
      memory[to] = rgba[at + 2] ?? 0
      memory[to + 1] = rgba[at + 1] ?? 0
      memory[to + 2] = rgba[at] ?? 0
      if (hasAlpha) memory[to + 3] = rgba[at + 3] ?? 0
    }
  return memory
}

/** Premultiplied source-over, each channel rounded to nearest. Changes `canvas`. */
export function drawOver(canvas: Pixels, layer: Pixels, left: number, top: number): void {
  for (let y = 0; y < layer.height; y += 1)
    for (let x = 0; x < layer.width; x += 1) {
      const [column, row] = [x + left, y + top]
      if (column < 0 || row < 0 || column >= canvas.width || row >= canvas.height) continue
      const from = (y * layer.width + x) * 4
      const to = (row * canvas.width + column) * 4
      const through = 255 - (layer.rgba[from + 3] ?? 0)
      for (let c = 0; c < 3; c += 1)
        canvas.rgba[to + c] =
          (layer.rgba[from + c] ?? 0) + Math.round(((canvas.rgba[to + c] ?? 0) * through) / 255)
    }
}

export function copyOf({ width, height, rgba }: Pixels): Pixels {
  return { width, height, rgba: rgba.slice() }
}

/** The first pixel that differs, in words; undefined when none does. */
export function difference(seen: Pixels, expected: Pixels): string | undefined {
  if (seen.width !== expected.width || seen.height !== expected.height)
    return `${seen.width}x${seen.height} instead of ${expected.width}x${expected.height}`
  if (Buffer.compare(seen.rgba, expected.rgba) === 0) return undefined
  const at = seen.rgba.findIndex((byte, index) => byte !== expected.rgba[index]) & ~3
  const [x, y] = [(at / 4) % seen.width, Math.floor(at / 4 / seen.width)]
  const show = (pixels: Pixels) => [...pixels.rgba.subarray(at, at + 4)].join(',')
  return `pixel ${x},${y} is ${show(seen)} instead of ${show(expected)}`
}

/** A PNG of 8 bits a channel, RGB or RGBA, not interlaced (PNG specification, third edition). */
export function readPng(file: string): Pixels {
  const bytes = readFileSync(file)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.toString('latin1', 1, 4) !== 'PNG') throw new Error(`${file} is no PNG`)
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  const channels = { 2: 3, 6: 4 }[bytes[25] ?? 0]
  if (bytes[24] !== 8 || !channels || bytes[28] !== 0)
    throw new Error(`${file} is of an unexpected kind`)
  const parts: Buffer[] = []
  for (let at = 8; at < bytes.length; ) {
    const length = view.getUint32(at)
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(bytes.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  return unfilter(inflateSync(Buffer.concat(parts)), width, height, channels)
}

function unfilter(raw: Uint8Array, width: number, height: number, channels: number): Pixels {
  const row = width * channels
  const plain = new Uint8Array(row * height)
  for (let y = 0; y < height; y += 1) {
    const from = y * (row + 1)
    const to = y * row
    const guess = guesses[raw[from] ?? 0]
    if (guess === undefined) throw new Error(`filter ${raw[from]}`)
    for (let x = 0; x < row; x += 1) {
      const left = x < channels ? 0 : (plain[to + x - channels] ?? 0)
      const up = y === 0 ? 0 : (plain[to - row + x] ?? 0)
      const corner = y === 0 || x < channels ? 0 : (plain[to - row + x - channels] ?? 0)
      plain[to + x] = (raw[from + 1 + x] ?? 0) + guess(left, up, corner)
    }
  }
  if (channels === 4) return { width, height, rgba: plain }
  const rgba = new Uint8Array(width * height * 4).fill(255)
  for (let i = 0; i < width * height; i += 1) rgba.set(plain.subarray(i * 3, i * 3 + 3), i * 4)
  return { width, height, rgba }
}

/** Filter types 0 to 4: none, sub, up, average, Paeth. */
const guesses: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_left, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
]

function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner)
  const toUp = Math.abs(left - corner)
  const toCorner = Math.abs(left + up - 2 * corner)
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}
