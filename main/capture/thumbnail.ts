// SPDX-License-Identifier: GPL-2.0-or-later
import type { StraightPicture } from './picture.ts'

/** Pixels of a thumbnail: twice what the launcher shows, for screens of twice the density. */
export const THUMBNAIL_WIDTH = 256
export const THUMBNAIL_HEIGHT = 160

/**
 * A smaller copy that fits a box, every pixel the mean of those that it stands for; a picture that fits
 * is given back as it is. Alpha becomes opaque: it is a screen.
 */
export function shrink(
  picture: StraightPicture,
  mostWidth = THUMBNAIL_WIDTH,
  mostHeight = THUMBNAIL_HEIGHT,
): StraightPicture {
  const ratio = Math.min(1, mostWidth / picture.width, mostHeight / picture.height)
  if (ratio === 1) return picture
  const width = Math.max(1, Math.round(picture.width * ratio))
  const height = Math.max(1, Math.round(picture.height * ratio))
  const columns = edges(picture.width, width)
  const rows = edges(picture.height, height)
  const rgba = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [left, right] = [columns[x] ?? 0, columns[x + 1] ?? 0]
      const [top, bottom] = [rows[y] ?? 0, rows[y + 1] ?? 0]
      let [red, green, blue] = [0, 0, 0]
      for (let row = top; row < bottom; row += 1) {
        const end = (row * picture.width + right) * 4
        for (let at = (row * picture.width + left) * 4; at < end; at += 4) {
          red += picture.rgba[at] ?? 0
          green += picture.rgba[at + 1] ?? 0
          blue += picture.rgba[at + 2] ?? 0
        }
      }
      const count = (right - left) * (bottom - top)
      const to = (y * width + x) * 4
      rgba[to] = Math.round(red / count)
      rgba[to + 1] = Math.round(green / count)
      rgba[to + 2] = Math.round(blue / count)
      rgba[to + 3] = 255
    }
  }
  return { width, height, rgba }
}

/** Where each of `to` parts of `from` pixels begins, and where the last one ends; none is empty. */
function edges(from: number, to: number): readonly number[] {
  return Array.from({ length: to + 1 }, (_, at) => Math.floor((at * from) / to))
}
