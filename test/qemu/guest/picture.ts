// SPDX-License-Identifier: GPL-2.0-or-later
import type { Size } from '../../../core/geometry.ts'

// What the guest shows, computed anew from the words of picture.h.

export type GuestPattern =
  | 'static'
  | 'bar'
  | 'full'
  | 'dirty'
  | 'flash'
  | 'strip'
  | 'pointer'
  | 'text'

/** Side of the square that holds the frame's number, pixels. */
export const BLOCK = 64
/** Side of the cursor, pixels. */
export const CURSOR = 64

/** Left end of the bar that goes right and back, its width a frame. */
function stripAt(width: number, frame: number): number {
  const turn = Math.floor(width / BLOCK) - 1
  const step = frame % (2 * turn)
  return Math.min(step, 2 * turn - step) * BLOCK
}

/** RGB, rows tight, of one frame; without what was typed, and without the cursor. */
export function guestPicture({ width, height }: Size, pattern: GuestPattern, frame: number) {
  const rgb = new Uint8Array(width * height * 3)
  const barWidth = Math.floor(width / 8)
  const bar = pattern === 'bar' ? (frame * 8) % (width - barWidth) : width
  const shift = pattern === 'full' ? frame : 0
  const strip = pattern === 'strip' ? stripAt(width, frame) : width
  const block = ['strip', 'pointer', 'text'].includes(pattern) ? 0 : BLOCK
  for (let y = 0; y < height; y += 1) {
    const from = (y + shift) % height
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 3
      const isNumber = (x < block && y < block) || (x >= strip && x < strip + BLOCK)
      if (isNumber) rgb.set([frame >> 16, frame >> 8, frame], at)
      else if (x >= bar && x < bar + barWidth) rgb.fill(0xff, at, at + 3)
      else {
        rgb[at] = x >> 3
        rgb[at + 1] = from >> 2
        rgb[at + 2] = (x ^ from) >> 4
      }
    }
  }
  return rgb
}

/** The cursor's pixels as CursorDefine carries them: B, G, R, A, premultiplied. */
export function guestCursor(): Uint8Array {
  const bytes = new Uint8Array(CURSOR * CURSOR * 4)
  for (let y = 0; y < CURSOR; y += 1) {
    for (let x = 0; x < CURSOR; x += 1) {
      const alpha = 255 - x * 2
      const red = Math.floor((alpha * y) / 63)
      const green = Math.floor(alpha / 2)
      bytes.set([alpha - red, green, red, alpha], (y * CURSOR + x) * 4)
    }
  }
  return bytes
}
