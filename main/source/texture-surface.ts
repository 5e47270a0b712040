// SPDX-License-Identifier: GPL-2.0-or-later
import { type ImageRect, memoryImages, wholeImage } from '../../core/memory-image.ts'
import { LINEAR } from '../../core/modifier.ts'
import type { Plane } from '../../core/plane.ts'
import type { SurfaceDescription, SurfaceId } from '../../core/protocol.ts'
import type { Fd, RowRange } from '../../native-shim/api.ts'
import { clampRows, everyRow, joinRows } from './row-range.ts'

/** A surface whose pixels stay where they are: nothing is read, compared or copied here. */
export class TextureSurface implements Disposable {
  readonly id: SurfaceId
  readonly identity: string
  readonly plane: Plane
  /** The page knows this surface. */
  isSent = false
  readonly #dmabufs: readonly Fd[]
  #stale: RowRange | undefined

  /** @param dmabufs as the plane counts buffers; owned from here on */
  constructor(id: SurfaceId, identity: string, plane: Plane, dmabufs: readonly Fd[]) {
    this.id = id
    this.identity = identity
    this.plane = plane
    this.#dmabufs = dmabufs
  }

  touch(rows: RowRange = everyRow): void {
    this.#stale = joinRows(this.#stale, rows)
  }

  get description(): SurfaceDescription {
    const { id, identity, plane } = this
    return { id, identity, plane, images: memoryImages(plane), sharing: 'shared-texture' }
  }

  /** Descriptors for whoever imports it; the taker closes them. */
  descriptors(): readonly Fd[] {
    return this.#dmabufs.map((fd) => fd.dup())
  }

  /** What may differ from what the page was told last, all of it the first time. */
  takeDamage(): readonly ImageRect[] {
    const rows = this.isSent ? this.#stale : everyRow
    this.#stale = undefined
    const [image] = memoryImages(this.plane)
    if (!rows || !image) return []
    const whole = wholeImage(image)
    const [first] = whole
    if (this.plane.modifier !== LINEAR || !first) return whole
    const { first: y, end } = clampRows(rows, image.rows, image.rowBytes)
    return end > y ? [{ ...first, y, height: end - y }] : []
  }

  [Symbol.dispose](): void {
    for (const fd of this.#dmabufs) fd[Symbol.dispose]()
  }
}
