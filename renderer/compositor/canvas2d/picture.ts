// SPDX-License-Identifier: GPL-2.0-or-later
import { div255 } from '../../../core/compose.ts'
import { Region } from '../../../core/damage.ts'
import { bounds, intersect, isEmpty, type Rect, type Size } from '../../../core/geometry.ts'
import { areaOf, type PlacedPlane, SceneDamage } from '../scene-damage.ts'
import type { MemorySurface } from './memory-surface.ts'
import { makePixels, OPAQUE, type Pixels } from './words.ts'

/** A plane of the scene with its pixels. */
export type DrawnPlane = PlacedPlane & { readonly memory: MemorySurface }

/** Rows without a change between two changes that are still put on the screen as one. */
const GAP = 16

/** The guest's picture at guest size in memory, kept up to date by composing only what may have changed. */
export class MemoryPicture {
  readonly damage = new SceneDamage()
  #pixels: Pixels = makePixels(0, 0)
  /** One row of the picture, and one of a layer, while they are composed. */
  #line = new Uint32Array(0)
  #layer = new Uint32Array(0)

  get pixels(): Pixels {
    return this.#pixels
  }

  /**
   * Brings the picture up to date.
   *
   * @param planes bottom to top, one of them the primary, whose size is `size`
   * @returns parts that cover every pixel that is another than before: flips between buffers of the same
   *   picture tell of it all, and mostly little of it is
   */
  compose(planes: readonly DrawnPlane[], size: Size): readonly Rect[] {
    const primary = planes.find(({ kind }) => kind === 'primary')
    if (!primary) throw new Error('a composition needs a primary plane')
    const layers = planes.filter((plane) => plane !== primary)
    const { width } = size
    if (width !== this.#pixels.width || size.height !== this.#pixels.height) {
      this.#pixels = makePixels(width, size.height)
      this.#line = new Uint32Array(width)
      this.#layer = new Uint32Array(width)
    }
    const changed = new Region()
    for (const part of this.damage.take(primary, layers, size)) {
      let run: Rect | undefined
      for (let y = part.y; y < part.y + part.height; y += 1) {
        const row = this.#composeRow(primary, layers, { ...part, y, height: 1 })
        if (!row) continue
        if (run && y - run.y - run.height >= GAP) {
          changed.add(run)
          run = undefined
        }
        run = run ? bounds(run, row) : row
      }
      if (run) changed.add(run)
    }
    return changed.rects
  }

  /** Composes a part of one row. What of it is another than before; undefined when nothing is. */
  #composeRow(primary: DrawnPlane, layers: readonly DrawnPlane[], row: Rect): Rect | undefined {
    const line = this.#line
    primary.memory.read(row, line, 0, row.width)
    for (const layer of layers) this.#blend(layer, row)
    const { words, width } = this.#pixels
    const start = row.y * width + row.x
    let first = 0
    while (first < row.width && ((line[first] as number) | OPAQUE) >>> 0 === words[start + first]) {
      first += 1
    }
    if (first === row.width) return undefined
    let end = row.width
    while (((line[end - 1] as number) | OPAQUE) >>> 0 === words[start + end - 1]) end -= 1
    for (let at = first; at < end; at += 1) words[start + at] = (line[at] as number) | OPAQUE
    return { x: row.x + first, y: row.y, width: end - first, height: 1 }
  }

  /** Source-over with premultiplied alpha, as `compose` of core/compose.ts defines it, onto a part of a row. */
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
