// SPDX-License-Identifier: GPL-2.0-or-later
import { div255 } from '../../../core/compose.ts'
import { intersect, isEmpty, type Rect } from '../../../core/geometry.ts'
import { areaOf, type PlacedPlane } from '../scene-damage.ts'
import type { MemorySurface } from './memory-surface.ts'
import { OPAQUE } from './words.ts'

/** A plane of the scene with its pixels. */
export type DrawnPlane = PlacedPlane & { readonly memory: MemorySurface }

/** Composes planes row by row: source-over with premultiplied alpha, as `compose` of core/compose.ts defines it. */
export class RowComposer {
  #line = new Uint32Array(0)
  #layer = new Uint32Array(0)

  /**
   * @param row one row of the picture, or a part of it
   * @returns its words, alpha undefined; good until the next call
   */
  compose(primary: DrawnPlane, layers: readonly DrawnPlane[], row: Rect): Uint32Array {
    if (row.width > this.#line.length) {
      this.#line = new Uint32Array(row.width)
      this.#layer = new Uint32Array(row.width)
    }
    primary.memory.read(row, this.#line, 0, row.width)
    for (const layer of layers) this.#blend(layer, row)
    return this.#line
  }

  #blend(layer: DrawnPlane, row: Rect): void {
    const seen = intersect(areaOf(layer), row)
    if (isEmpty(seen)) return
    const above = this.#layer
    const part = { ...seen, x: seen.x - layer.x, y: seen.y - layer.y }
    layer.memory.read(part, above, 0, seen.width)
    const line = this.#line
    const to = seen.x - row.x
    for (let at = 0; at < seen.width; at += 1) {
      const word = above[at] as number
      const alpha = word >>> 24
      if (alpha !== 0) line[to + at] = over(word, alpha, line[to + at] as number)
    }
  }
}

function over(word: number, alpha: number, below: number): number {
  const rest = 255 - alpha
  const channel = (shift: number) =>
    Math.min((word >>> shift) & 0xff, alpha) + div255(((below >>> shift) & 0xff) * rest)
  return channel(0) | (channel(8) << 8) | (channel(16) << 16) | OPAQUE
}
