// SPDX-License-Identifier: GPL-2.0-or-later
import { modifierRow } from '../../core/modifier.ts'
import type { GuestPlane } from './guest.ts'

// A second opinion on every pixel, written from the prose of drm_fourcc.h and the hardware manuals'
// formulas with divisions and bytes, without any table of core/.

type Rgba = readonly [number, number, number, number]

const wide5 = (v: number) => v * 8 + Math.floor(v / 4)
const wide6 = (v: number) => v * 4 + Math.floor(v / 16)
const narrow10 = (v: number) => Math.round((v / 1023) * 255)
const word = (b: Uint8Array) =>
  (b[0] ?? 0) + (b[1] ?? 0) * 256 + (b[2] ?? 0) * 65536 + (b[3] ?? 0) * 16777216
const ten = (w: number, place: number) => narrow10(Math.floor(w / 1024 ** place) % 1024)
const byte = (b: Uint8Array, i: number) => b[i] ?? 0

const pixels: Readonly<Record<string, { bytes: number; read: (b: Uint8Array) => Rgba }>> = {
  XR24: { bytes: 4, read: (b) => [byte(b, 2), byte(b, 1), byte(b, 0), 255] },
  AR24: { bytes: 4, read: (b) => [byte(b, 2), byte(b, 1), byte(b, 0), byte(b, 3)] },
  XB24: { bytes: 4, read: (b) => [byte(b, 0), byte(b, 1), byte(b, 2), 255] },
  AB24: { bytes: 4, read: (b) => [byte(b, 0), byte(b, 1), byte(b, 2), byte(b, 3)] },
  RG16: {
    bytes: 2,
    read: (b) => {
      const w = word(b)
      return [wide5(Math.floor(w / 2048)), wide6(Math.floor(w / 32) % 64), wide5(w % 32), 255]
    },
  },
  XR30: { bytes: 4, read: (b) => [ten(word(b), 2), ten(word(b), 1), ten(word(b), 0), 255] },
  XB30: { bytes: 4, read: (b) => [ten(word(b), 0), ten(word(b), 1), ten(word(b), 2), 255] },
}

const places: Readonly<Record<string, (x: number, y: number, stride: number) => number>> = {
  DRM_FORMAT_MOD_LINEAR: (x, y, s) => y * s + x,
  I915_FORMAT_MOD_X_TILED: (x, y, s) =>
    Math.floor(y / 8) * 8 * s + Math.floor(x / 512) * 4096 + (y % 8) * 512 + (x % 512),
  I915_FORMAT_MOD_Y_TILED: (x, y, s) =>
    Math.floor(y / 32) * 32 * s +
    Math.floor(x / 128) * 4096 +
    Math.floor((x % 128) / 16) * 512 +
    (y % 32) * 16 +
    (x % 16),
}

/** Formats and layouts that this decoder knows, to see that no row of the tables is left out. */
export const naiveFourccs: readonly string[] = Object.keys(pixels)
export const naiveModifiers: readonly string[] = Object.keys(places)

/** RGBA, top row first. */
export function naivePixels({ plane, buffer }: GuestPlane): Uint8Array {
  const format = pixels[plane.fourcc]
  const place = places[modifierRow(plane.modifier)?.name ?? '']
  const memory = plane.memory[0]
  if (!format || !place || !memory) throw new Error(`${plane.fourcc} has no second opinion`)
  const rgba = new Uint8Array(plane.width * plane.height * 4)
  for (let y = 0; y < plane.height; y += 1) {
    for (let x = 0; x < plane.width; x += 1) {
      const from = memory.offset + place(x * format.bytes, y, memory.stride)
      const row = plane.bottomUp ? plane.height - 1 - y : y
      rgba.set(format.read(buffer.subarray(from, from + format.bytes)), (row * plane.width + x) * 4)
    }
  }
  return rgba
}

/** The planes on top of each other, on a canvas of the first one's size; opaque RGBA. */
export function naivePicture(
  planes: readonly (GuestPlane & { x?: number; y?: number })[],
): Uint8Array {
  const [primary, ...above] = planes
  if (!primary) throw new Error('no primary')
  const { width, height } = primary.plane
  const picture = naivePixels(primary)
  for (let i = 3; i < picture.length; i += 4) picture[i] = 255
  for (const layer of above) {
    const rgba = naivePixels(layer)
    const left = layer.x ?? layer.plane.x
    const top = layer.y ?? layer.plane.y
    for (let y = 0; y < layer.plane.height; y += 1) {
      for (let x = 0; x < layer.plane.width; x += 1) {
        const [tx, ty] = [left + x, top + y]
        if (tx < 0 || ty < 0 || tx >= width || ty >= height) continue
        const from = (y * layer.plane.width + x) * 4
        const to = (ty * width + tx) * 4
        const alpha = rgba[from + 3] ?? 0
        for (let c = 0; c < 3; c += 1) {
          const color = Math.min(rgba[from + c] ?? 0, alpha)
          picture[to + c] = color + Math.round(((picture[to + c] ?? 0) * (255 - alpha)) / 255)
        }
      }
    }
  }
  return picture
}
