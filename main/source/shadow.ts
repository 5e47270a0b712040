// SPDX-License-Identifier: GPL-2.0-or-later
import { imageSize, type MemoryImage, memoryImages } from '../../core/memory-image.ts'
import { type PixelNeed, plainPlane } from '../../core/plain-plane.ts'
import type { Plane } from '../../core/plane.ts'
import type { SurfaceId } from '../../core/protocol.ts'
import type { Fd, Mapping, NativeShim, RowRange, ScanShape } from '../../native-shim/api.ts'
import { PlainCopy } from './plain-copy.ts'
import { clampRows, everyRow, joinRows } from './row-range.ts'
import type { PlaneMemory } from './source.ts'

/** One memory image and what was last seen of it: a sealed memfd, mapped. */
type ShadowImage = {
  readonly image: MemoryImage
  readonly memfd: Fd
  readonly mapping: Mapping
}

/** Changed runs of cells: x, y, width, height of each, bytes and rows of the image. */
export type ImageDamage = { readonly image: number; readonly rects: Int32Array<ArrayBuffer> }

/**
 * A surface's pixels as they were when last read. Comparing against them finds damage, and the page
 * reads from them, so that the guest's own memory is read once and by this process alone.
 */
export class Shadow implements Disposable {
  readonly id: SurfaceId
  /** Of the guest's buffer, as its source names it. */
  readonly identity: string
  /** Layout of the surface; position and hotspot are those of its first plane. */
  readonly plane: Plane
  readonly images: readonly ShadowImage[]
  /** What the page is told of: the surface as it is, or its plain pixels. */
  readonly shown: { readonly plane: Plane; readonly images: readonly ShadowImage[] }
  readonly pixels: PixelNeed
  /** The page knows this surface. */
  isSent = false
  /** It was read at least once, and completely. */
  isFilled = false
  /** Rows that the guest may have drawn since it was read. */
  #stale: RowRange | undefined
  readonly #shim: NativeShim
  readonly #plain: PlainCopy | undefined
  readonly #owned: DisposableStack

  constructor(
    shim: NativeShim,
    id: SurfaceId,
    identity: string,
    plane: Plane,
    pixels: PixelNeed = 'raw',
  ) {
    using owned = new DisposableStack()
    this.id = id
    this.identity = identity
    this.plane = plane
    this.pixels = pixels
    this.#shim = shim
    const imagesOf = (of: Plane) =>
      memoryImages(of).map((image, at) => {
        const size = imageSize(image)
        const memfd = owned.use(shim.createMemfd(`scanout-surface-${id}-${at}`, size))
        return { image, memfd, mapping: owned.use(shim.map(memfd, 0, size, true)) }
      })
    this.images = imagesOf(plane)
    this.shown = { plane, images: this.images }
    const plain = pixels === 'plain' ? plainPlane(plane) : undefined
    if (plain) {
      const images = imagesOf(plain)
      const [target] = images
      if (!target) throw new Error('a plain plane has one image')
      this.shown = { plane: plain, images }
      this.#plain = new PlainCopy(shim, plane, this.images, plain, target.mapping)
    }
    this.#owned = owned.move()
  }

  /** The guest may have drawn since it was read. */
  get isStale(): boolean {
    return this.#stale !== undefined
  }

  /** The guest may have drawn, in these rows alone when they are known. */
  touch(rows: RowRange = everyRow): void {
    this.#stale = joinRows(this.#stale, rows)
  }

  /**
   * Reads the guest's memory and says what differs from before in the images that are {@link shown}.
   *
   * @throws NativeError EFAULT when the producer took the memory away; the shadow is then unfit
   */
  scan(memory: PlaneMemory): readonly ImageDamage[] {
    const wasFilled = this.isFilled
    const stale = wasFilled ? (this.#stale ?? everyRow) : everyRow
    this.isFilled = false
    const damage = this.#compare(memory, stale)
    const changed = this.#plain
      ? [{ image: 0, rects: this.#plain.update(wasFilled ? damage : undefined) }]
      : damage
    this.isFilled = true
    this.#stale = undefined
    return changed
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]()
  }

  /** Of the images that lie as in the guest. */
  #compare(memory: PlaneMemory, stale: RowRange): readonly ImageDamage[] {
    using _access = beginAccess(this.#shim, memory)
    return this.images.map(({ image, mapping }, at) => {
      const source = memory.mappings[this.plane.memory[at]?.buffer ?? -1]
      if (!source) throw new Error(`no mapping for memory plane ${at}`)
      const rows = clampRows(stale, image.rows, image.rowBytes)
      return { image: at, rects: this.#shim.scanDamage(source, mapping, scanShape(image), rows) }
    })
  }
}

/** DMA_BUF_IOCTL_SYNC around CPU reads, ended whatever happens in between. */
export function beginAccess(shim: NativeShim, memory: PlaneMemory): Disposable {
  const owned = new DisposableStack()
  for (const fd of memory.dmabufs) {
    shim.syncDmabuf(fd, 'start')
    owned.defer(() => shim.syncDmabuf(fd, 'end'))
  }
  return owned
}

function scanShape(image: MemoryImage): ScanShape {
  const { sourceOffset, sourcePitch, rows, rowBytes, lastRowBytes, cellWidth, cellRows } = image
  return {
    sourceOffset,
    sourcePitch,
    shadowPitch: image.pitch,
    rows,
    rowBytes,
    lastRowBytes,
    cellWidth,
    cellRows,
  }
}
