// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { type ImageRect, memoryImages, wholeImage } from '../../core/memory-image.ts'
import { LINEAR } from '../../core/modifier.ts'
import type { Plane } from '../../core/plane.ts'
import type { SurfaceDescription, SurfaceId } from '../../core/protocol.ts'
import { planeRoute, textureLayout } from '../../core/texture-route.ts'
import type { Fd, RowRange } from '../../native-shim/api.ts'
import { clampRows, everyRow, joinRows } from './row-range.ts'
import type { PlaneMemory } from './source.ts'

/**
 * Exporters whose buffers must not be held longer than their source holds them: a second descriptor of one id
 * breaks the kernel (facts of samples/vfio-mdev/mbochs.c).
 */
const fragile: ReadonlySet<string> = new Set(['mbochs'])

/**
 * Which planes go as textures: their dma-bufs are all here, and neither their format nor what the window's GPU
 * said of their layout stands against it.
 */
export class TexturePolicy {
  readonly #refused = new Set<string>()
  readonly #isSturdy: (fd: Fd) => boolean

  /** @param sturdy whether a dma-buf may be held longer than its source holds it */
  constructor(sturdy: (fd: Fd) => boolean = rememberSturdy()) {
    this.#isSturdy = sturdy
  }

  /** The window's GPU does not take such planes. False when that was known. */
  refuse(layout: string): boolean {
    if (this.#refused.has(layout)) return false
    this.#refused.add(layout)
    return true
  }

  admits(plane: Plane, memory: PlaneMemory | undefined): memory is PlaneMemory {
    if (!memory || dmabufsOf(plane, memory) === undefined) return false
    const route = planeRoute(plane, memory.mappings.length > 0)
    if (route.kind === 'copy' || this.#refused.has(textureLayout(plane))) return false
    return memory.dmabufs.every((fd) => this.#isSturdy(fd))
  }
}

/** A surface whose pixels stay where they are: nothing is read, compared or copied here. */
export class TextureSurface implements Disposable {
  readonly id: SurfaceId
  readonly identity: string
  readonly plane: Plane
  /** The page knows this surface. */
  isSent = false
  readonly #fds: readonly Fd[]
  readonly #owned: DisposableStack
  #stale: RowRange | undefined

  /**
   * Holds the plane's dma-bufs by descriptors of its own.
   *
   * @throws Error when memory was not admitted by {@link TexturePolicy}
   */
  constructor(id: SurfaceId, identity: string, plane: Plane, memory: PlaneMemory) {
    const fds = dmabufsOf(plane, memory)
    if (!fds) throw new Error('a texture needs its dma-bufs')
    using owned = new DisposableStack()
    this.id = id
    this.identity = identity
    this.plane = plane
    this.#fds = fds.map((fd) => owned.use(fd.dup()))
    this.#owned = owned.move()
  }

  /** The guest may have drawn since the page was told. */
  get isStale(): boolean {
    return this.#stale !== undefined
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
    return this.#fds.map((fd) => fd.dup())
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
    const { first: y, end } = clampRows(rows, image.rows)
    return end > y ? [{ ...first, y, height: end - y }] : []
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]()
  }
}

/** The dma-buf of every memory plane; undefined where one is something else, or fragile. */
function dmabufsOf(plane: Plane, { mappings, dmabufs }: PlaneMemory): readonly Fd[] | undefined {
  const buffers = 1 + Math.max(...plane.memory.map(({ buffer }) => buffer))
  if (dmabufs.length < buffers) return undefined
  if (mappings.length > 0 && mappings.length !== dmabufs.length) return undefined
  return dmabufs
}

/** {@link isSturdy}, asked once for each descriptor. */
function rememberSturdy(): (fd: Fd) => boolean {
  const known = new WeakMap<Fd, boolean>()
  return (fd) => {
    const answer = known.get(fd) ?? isSturdy(fd)
    known.set(fd, answer)
    return answer
  }
}

/** Whether a dma-buf's exporter bears that it is held twice. */
export function isSturdy(fd: Fd): boolean {
  const text = readFileSync(`/proc/self/fdinfo/${fd.number}`, 'utf8')
  const exporter = /^exp_name:\s*(\S+)$/m.exec(text)?.[1]
  return exporter === undefined || !fragile.has(exporter)
}
