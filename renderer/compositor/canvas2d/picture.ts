// SPDX-License-Identifier: GPL-2.0-or-later
import type { Rect, Size } from '../../../core/geometry.ts'
import { SceneDamage } from '../scene-damage.ts'
import { changedRows } from './changed-rows.ts'
import { type DrawnPlane, RowComposer } from './row-composer.ts'
import { makePixels, OPAQUE, type Pixels } from './words.ts'

/** The guest's picture at guest size in memory, kept up to date by composing only what may have changed. */
export class MemoryPicture {
  readonly damage = new SceneDamage()
  #pixels: Pixels = makePixels(0, 0)
  readonly #rows = new RowComposer()

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
    if (size.width !== this.#pixels.width || size.height !== this.#pixels.height) {
      this.#pixels = makePixels(size.width, size.height)
    }
    const parts = this.damage.take(primary, layers, size)
    return changedRows(parts, (row) => this.#composeRow(primary, layers, row))
  }

  /** Composes a part of one row. What of it is another than before; undefined when nothing is. */
  #composeRow(primary: DrawnPlane, layers: readonly DrawnPlane[], row: Rect): Rect | undefined {
    const line = this.#rows.compose(primary, layers, row)
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
}
