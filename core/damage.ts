// SPDX-License-Identifier: GPL-2.0-or-later
import { fourccRow } from './fourcc.ts'
import { bounds, intersect, isEmpty, type Rect } from './geometry.ts'
import type { ImageRect, MemoryImage } from './memory-image.ts'
import { modifierRow, tileBytes } from './modifier.ts'
import type { Plane } from './plane.ts'

/** More rectangles than this are drawn as the one that holds them all. */
const MANY = 8

/** The part of a plane, in its pixels with the top row first, that changed bytes of its memory can show in. */
export function damagedPart(plane: Plane, image: MemoryImage, rect: ImageRect): Rect {
  const format = fourccRow(plane.fourcc)
  const tiling = modifierRow(plane.modifier)?.tiling
  if (!format) throw new Error(`plane was not checked: ${plane.fourcc}`)
  const inMemory = tiling
    ? tiledPart(plane, image, rect, tiling.tileWidth, tiling.tileHeight, tileBytes(tiling))
    : { x: rect.x, y: rect.y, width: rect.width, height: rect.height }
  const left = Math.floor(inMemory.x / format.bytes)
  const right = Math.ceil((inMemory.x + inMemory.width) / format.bytes)
  const y = plane.bottomUp ? plane.height - inMemory.y - inMemory.height : inMemory.y
  return intersect(
    { x: left, y, width: right - left, height: inMemory.height },
    { x: 0, y: 0, width: plane.width, height: plane.height },
  )
}

/** Byte columns and rows of the tiles that lie between the rectangle's first and last byte. */
function tiledPart(
  plane: Plane,
  image: MemoryImage,
  rect: ImageRect,
  tileWidth: number,
  tileHeight: number,
  bytes: number,
): Rect {
  const stride = plane.memory[0]?.stride ?? 0
  const across = Math.max(1, Math.floor(stride / tileWidth))
  const first = Math.floor((rect.y * image.pitch + rect.x) / bytes)
  const end = (rect.y + rect.height - 1) * image.pitch + rect.x + rect.width
  const last = Math.max(first, Math.ceil(end / bytes) - 1)
  const top = Math.floor(first / across)
  const bottom = Math.floor(last / across)
  const oneRow = top === bottom
  const left = oneRow ? first % across : 0
  const right = oneRow ? last % across : across - 1
  return {
    x: left * tileWidth,
    y: top * tileHeight,
    width: (right - left + 1) * tileWidth,
    height: (bottom - top + 1) * tileHeight,
  }
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
    this.#rects.push(rect)
    if (this.#rects.length > MANY) this.#rects = [this.#rects.reduce(bounds)]
  }

  addAll(rects: readonly Rect[]): void {
    for (const rect of rects) this.add(rect)
  }

  clear(): void {
    this.#rects = []
  }
}

function holds(outer: Rect, inner: Rect): boolean {
  const common = intersect(outer, inner)
  return common.width === inner.width && common.height === inner.height
}
