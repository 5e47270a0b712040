// SPDX-License-Identifier: GPL-2.0-or-later
import type { Size } from '../../core/geometry.ts'

/**
 * A picture at a smaller size, each pixel the mean of at most 3 × 3 pixels spread over its part: what a
 * preview is to be, written for reading.
 *
 * @param rgba RGBA, rows tight
 */
export function averaged(rgba: Uint8Array, from: Size, to: Size): Uint8Array {
  const across = from.width / to.width
  const down = from.height / to.height
  const taps = Math.min(3, Math.ceil(Math.max(across, down)))
  const small = new Uint8Array(to.width * to.height * 4)
  for (let y = 0; y < to.height; y += 1) {
    for (let x = 0; x < to.width; x += 1) {
      for (let channel = 0; channel < 4; channel += 1) {
        let sum = 0
        for (let j = 0; j < taps; j += 1) {
          for (let i = 0; i < taps; i += 1) {
            const column = Math.floor((x + (i + 0.5) / taps) * across)
            const row = Math.floor((y + (j + 0.5) / taps) * down)
            sum += rgba[(row * from.width + column) * 4 + channel] ?? 0
          }
        }
        small[(y * to.width + x) * 4 + channel] = Math.round(sum / taps ** 2)
      }
    }
  }
  return small
}
