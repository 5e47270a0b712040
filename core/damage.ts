// SPDX-License-Identifier: GPL-2.0-or-later
import { bounds, intersect, isEmpty, type Rect } from './geometry.ts'
import { type ImageRect, type MemoryImage, memoryImages } from './memory-image.ts'
import type { Plane } from './plane.ts'
import { layoutOf } from './plane-layout.ts'
import { type TileGrid, type Tiling, tileBytes, tileIndex, tilesBetween } from './tiling.ts'

/** More rectangles than this are drawn as the one that holds them all. */
const MANY = 8

/**
 * The part of a plane, in its pixels with the top row first, that changed bytes of its memory can
 * show in.
 *
 * @param at index of the memory plane
 * @param image the memory plane as an image, in which `rect` lies
 */
export function damagedPart(plane: Plane, at: number, image: MemoryImage, rect: ImageRect): Rect {
  const { format, memory } = layoutOf(plane)
  const part = memory[at]
  const shape = format.planes[at]
  if (!part || !shape) throw new RangeError(`plane has no memory plane ${at}`)
  const inMemory = part.tiling && part.grid ? tiledPart(part.tiling, part.grid, image, rect) : rect
  const left = Math.floor(inMemory.x / part.bytes) * shape.across
  const right = Math.ceil((inMemory.x + inMemory.width) / part.bytes) * shape.across
  const top = inMemory.y * shape.down
  const height = inMemory.height * shape.down
  const y = plane.bottomUp ? plane.height - top - height : top
  return intersect(
    { x: left, y, width: right - left, height },
    { x: 0, y: 0, width: plane.width, height: plane.height },
  )
}

/** Byte columns and rows of the tiles that lie between the rectangle's first and last byte. */
function tiledPart(tiling: Tiling, grid: TileGrid, image: MemoryImage, rect: ImageRect): Rect {
  const { tileWidth, tileHeight } = tiling
  const bytes = tileBytes(tiling)
  const first = Math.floor((rect.y * image.pitch + rect.x) / bytes)
  const end = (rect.y + rect.height - 1) * image.pitch + rect.x + rect.width
  const last = Math.max(first, Math.ceil(end / bytes) - 1)
  const tiles = tilesBetween(tiling.order, grid, first, last)
  return {
    x: tiles.x * tileWidth,
    y: tiles.y * tileHeight,
    width: tiles.width * tileWidth,
    height: tiles.height * tileHeight,
  }
}

/**
 * The bytes of each memory plane that hold a part of a plane: rectangles of its image, every tile that
 * the part touches and no other; of linear planes, the bytes rounded to words.
 *
 * @param part pixels with the top row first, inside the plane
 */
export function damagedImages(plane: Plane, part: Rect): readonly (readonly ImageRect[])[] {
  const { format, memory } = layoutOf(plane)
  const images = memoryImages(plane)
  return memory.map((layout, at) => {
    const { across, down } = format.planes[at] ?? { across: 1, down: 1 }
    const image = images[at]
    if (!image || isEmpty(part)) return []
    const y = plane.bottomUp ? plane.height - part.y - part.height : part.y
    const left = Math.floor(part.x / across) * layout.bytes
    const right = Math.ceil((part.x + part.width) / across) * layout.bytes
    const top = Math.floor(y / down)
    const bottom = Math.ceil((y + part.height) / down)
    const { tiling, grid } = layout
    if (!tiling || !grid) {
      const x = left - (left % 4)
      return [{ x, y: top, width: Math.ceil((right - x) / 4) * 4, height: bottom - top }]
    }
    const columns = [Math.floor(left / tiling.tileWidth), Math.ceil(right / tiling.tileWidth)]
    const rows = [Math.floor(top / tiling.tileHeight), Math.ceil(bottom / tiling.tileHeight)]
    const tiles: number[] = []
    for (let row = rows[0] ?? 0; row < (rows[1] ?? 0); row += 1) {
      for (let column = columns[0] ?? 0; column < (columns[1] ?? 0); column += 1) {
        tiles.push(tileIndex(tiling.order, grid, column, row))
      }
    }
    return runsOf(tiles, tileBytes(tiling), image)
  })
}

/** Tiles as rectangles of an image: neighbours in one, runs cut where image rows end. */
function runsOf(tiles: number[], bytes: number, image: MemoryImage): ImageRect[] {
  const rects: ImageRect[] = []
  const sorted = tiles.toSorted((a, b) => a - b)
  for (let at = 0; at < sorted.length; ) {
    const first = sorted[at] ?? 0
    let count = 1
    while (sorted[at + count] === first + count) count += 1
    at += count
    let from = first * bytes
    for (const end = (first + count) * bytes; from < end; ) {
      const x = from % image.pitch
      const isWhole = x === 0 && end - from >= image.pitch
      const width = isWhole ? image.pitch : Math.min(end - from, image.pitch - x)
      const height = isWhole ? Math.floor((end - from) / image.pitch) : 1
      rects.push({ x, y: Math.floor(from / image.pitch), width, height })
      from += width * height
    }
  }
  return rects
}

/** A short list of rectangles that covers what was added: exact while short, their bounds when long. */
export class Region {
  #rects: Rect[] = []

  get rects(): readonly Rect[] {
    return this.#rects
  }

  get empty(): boolean {
    return this.#rects.length === 0
  }

  add(rect: Rect): void {
    if (isEmpty(rect) || this.#rects.some((known) => holds(known, rect))) return
    this.#rects = this.#rects.filter((known) => !holds(rect, known))
    const at = this.#rects.findIndex((known) => continues(known, rect))
    const above = this.#rects[at]
    if (above) this.#rects[at] = bounds(above, rect)
    else this.#rects.push(rect)
    if (this.#rects.length > MANY) this.#rects = [this.#rects.reduce(bounds)]
  }

  addAll(rects: readonly Rect[]): void {
    for (const rect of rects) this.add(rect)
  }

  clear(): void {
    this.#rects = []
  }
}

/** Whether a rectangle goes on right below another: damage comes in bands of cells, top to bottom. */
function continues(above: Rect, below: Rect): boolean {
  const isColumn = above.x === below.x && above.width === below.width
  return isColumn && above.y <= below.y && below.y <= above.y + above.height
}

function holds(outer: Rect, inner: Rect): boolean {
  const common = intersect(outer, inner)
  return common.width === inner.width && common.height === inner.height
}
