// SPDX-License-Identifier: GPL-2.0-or-later
import { div255 } from '../../../core/compose.ts'
import { intersect, isEmpty, type Rect, type Size } from '../../../core/geometry.ts'
import { areaOf, type PlacedPlane, SceneDamage } from '../scene-damage.ts'
import type { MemorySurface } from './memory-surface.ts'
import { makePixels, OPAQUE, type Pixels } from './words.ts'

/** A plane of the scene with its pixels. */
export type DrawnPlane = PlacedPlane & { readonly memory: MemorySurface }

/** The guest's picture at guest size in memory, kept up to date by composing only what changed. */
export class MemoryPicture {
  readonly damage = new SceneDamage()
  #pixels: Pixels = makePixels(0, 0)
  /** Pixels of one layer while it is blended. */
  #layer = new Uint32Array(0)

  get pixels(): Pixels {
    return this.#pixels
  }

  /**
   * Brings the picture up to date.
   *
   * @param planes bottom to top, one of them the primary, whose size is `size`
   * @returns parts of the picture that were composed again
   */
  compose(planes: readonly DrawnPlane[], size: Size): readonly Rect[] {
    const primary = planes.find(({ kind }) => kind === 'primary')
    if (!primary) throw new Error('a composition needs a primary plane')
    const layers = planes.filter((plane) => plane !== primary)
    if (size.width !== this.#pixels.width || size.height !== this.#pixels.height) {
      this.#pixels = makePixels(size.width, size.height)
    }
    const { words, width } = this.#pixels
    const changed = this.damage.take(primary, layers, size)
    for (const part of changed) {
      const first = part.y * width + part.x
      primary.memory.read(part, words, first, width)
      for (let row = 0; row < part.height; row += 1) {
        const from = first + row * width
        for (let at = from; at < from + part.width; at += 1) words[at] = (words[at] ?? 0) | OPAQUE
      }
      for (const layer of layers) this.#blend(layer, intersect(areaOf(layer), part))
    }
    return changed
  }

  /** Source-over with premultiplied alpha, as {@link compose} of core/compose.ts defines it. */
  #blend(layer: DrawnPlane, seen: Rect): void {
    if (isEmpty(seen)) return
    const count = seen.width * seen.height
    if (this.#layer.length < count) this.#layer = new Uint32Array(count)
    const above = this.#layer
    const part = { ...seen, x: seen.x - layer.x, y: seen.y - layer.y }
    layer.memory.read(part, above, 0, seen.width)
    const { words, width } = this.#pixels
    for (let row = 0; row < seen.height; row += 1) {
      let to = (seen.y + row) * width + seen.x
      const from = row * seen.width
      for (let at = from; at < from + seen.width; at += 1, to += 1) {
        const word = above[at] ?? 0
        const alpha = word >>> 24
        if (alpha !== 0) words[to] = over(word, alpha, words[to] ?? 0)
      }
    }
  }
}

function over(word: number, alpha: number, below: number): number {
  const rest = 255 - alpha
  const channel = (shift: number) =>
    Math.min((word >>> shift) & 0xff, alpha) + div255(((below >>> shift) & 0xff) * rest)
  return channel(0) | (channel(8) << 8) | (channel(16) << 16) | OPAQUE
}
