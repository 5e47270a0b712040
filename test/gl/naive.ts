// SPDX-License-Identifier: GPL-2.0-or-later
import { naivePixels as exactPixels } from '../fakes/naive-pixels.ts'
import type { GuestPlane } from './guest.ts'

/** A second opinion on every pixel, rounded: RGBA, top row first. */
export function naivePixels({ plane, buffer }: GuestPlane): Uint8Array {
  return Uint8Array.from(exactPixels({ plane, buffers: [buffer] }), Math.round)
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
