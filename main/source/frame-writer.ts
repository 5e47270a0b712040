// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import { type ImageRect, wholeImage } from '../../core/memory-image.ts'
import { type Carriage, carriage, type PixelNeed } from '../../core/plain-plane.ts'
import type { Plane, PlaneKind } from '../../core/plane.ts'
import type {
  CopySharing,
  FrameMessage,
  ScenePlane,
  Sharing,
  SurfaceDamage,
  SurfaceDescription,
  SurfaceId,
} from '../../core/protocol.ts'
import { textureLayout } from '../../core/texture-route.ts'
import type { Fd, NativeShim } from '../../native-shim/api.ts'
import { sameLayout, sameScene } from './likeness.ts'
import { nativeFailure } from './native-failure.ts'
import { type Payload, type PayloadPart, PayloadWriter } from './payload-writer.ts'
import { PlaneCache } from './plane-cache.ts'
import { Shadow } from './shadow.ts'
import type { PlaneMemory, PlaneReading } from './source.ts'
import { TexturePolicy } from './texture-policy.ts'
import { TextureSurface } from './texture-surface.ts'

/** Memory of a surface that the page is to map; the receiver closes it. */
export type SurfaceMemory = {
  readonly surface: SurfaceId
  readonly image: number
  readonly memfd: Fd
  readonly size: number
}

/** Dma-bufs of a surface that the window's GPU is to import; the receiver closes them. */
export type SurfaceTexture = {
  readonly surface: SurfaceId
  readonly plane: Plane
  readonly dmabufs: readonly Fd[]
}

/** One step of the guest's picture, ready to go out. */
export type WrittenFrame = Payload & {
  readonly frame: FrameMessage
  /** `shared-memory` only: must arrive before the frame. Owned by the taker. */
  readonly memory: readonly SurfaceMemory[]
  /** `shared-texture` only: the same. */
  readonly textures: readonly SurfaceTexture[]
  /** False when nobody can tell whether it differs from the frame before. */
  readonly isNews: boolean
}

/** What reading the pixels brought: a frame when something changed, and planes that could not be read. */
export type WriteOutcome = {
  readonly written: WrittenFrame | undefined
  readonly failures: ReadonlyMap<PlaneKind, Failure>
}

/** What one refresh adds up to, while it is being collected. */
type Draft = {
  readonly surfaces: SurfaceDescription[]
  readonly damage: SurfaceDamage[]
  readonly parts: PayloadPart[]
  readonly memory: SurfaceMemory[]
  readonly textures: SurfaceTexture[]
  readonly failures: Map<PlaneKind, Failure>
}

/** Turns readings into frames: finds damage, keeps shadows, and says nothing when nothing changed. */
export class FrameWriter implements Disposable {
  readonly #shim: NativeShim
  readonly #nowMs: () => number
  readonly #payloads: PayloadWriter
  readonly #cache = new PlaneCache<Shadow | TextureSurface>(undefined, (surface) => {
    if (surface.isSent) this.#gone.push(surface.id)
  })
  readonly #textures: TexturePolicy
  #gone: SurfaceId[] = []
  #scene: readonly ScenePlane[] = []
  #sharing: Sharing = 'stream'
  /** For surfaces that cannot be textures. */
  #copying: CopySharing = 'stream'
  #pixels: PixelNeed = 'raw'
  #isReset = true
  #seq = 0
  #nextSurface = 1

  /** @param nowMs wall time for `readAtMs` */
  constructor(shim: NativeShim, nowMs: () => number, textures = new TexturePolicy(shim)) {
    this.#shim = shim
    this.#payloads = new PayloadWriter(shim)
    this.#textures = textures
    this.#nowMs = nowMs
  }

  /** The page knows nothing (any more): the next frame tells everything that is shown. */
  reset(sharing: Sharing = this.#sharing, copying: CopySharing = this.#copying): void {
    this.#sharing = sharing
    this.#copying = sharing === 'shared-texture' ? copying : sharing
    this.#isReset = true
    for (const surface of this.#cache.values()) {
      surface.isSent = false
      const { plane, identity } = surface
      const isTexture = surface instanceof TextureSurface
      if (isTexture && sharing !== 'shared-texture') this.#cache.drop(plane.kind, identity)
    }
    this.#gone = []
  }

  /** What the page can draw; the next frame tells everything again when that is something else. */
  set pixels(pixels: PixelNeed) {
    if (pixels === this.#pixels) return
    this.#pixels = pixels
    this.reset()
  }

  /** The window's GPU does not take planes of this layout: they are copied from now on. */
  refuseTexture(layout: string): void {
    if (!this.#textures.refuse(layout)) return
    for (const { plane, identity } of this.#cache.values()) {
      if (textureLayout(plane) === layout) this.#cache.drop(plane.kind, identity)
    }
    this.reset()
  }

  /** Large payloads go through this file, or through none. Takes the descriptor over. */
  shareFile(fd: Fd | undefined): void {
    this.#payloads.share(fd)
  }

  /** A payload came back. */
  recycle(buffer: ArrayBuffer): void {
    this.#payloads.recycle(buffer)
  }

  get frames(): number {
    return this.#seq
  }

  /** Remembers which pixels may have changed; to be told of every refresh, also of those that are not written. */
  note(readings: readonly PlaneReading[]): void {
    for (const { status, mayHaveChanged, changedRows } of readings) {
      if (!mayHaveChanged || status.state !== 'shown') continue
      this.#cache.get(status.kind, status.identity)?.touch(changedRows)
    }
  }

  write(readings: readonly PlaneReading[]): WriteOutcome {
    const readAtMs = this.#nowMs()
    const draft: Draft = {
      surfaces: [],
      damage: [],
      parts: [],
      memory: [],
      textures: [],
      failures: new Map(),
    }
    const scene = readings.flatMap((reading) => this.#place(reading, draft))
    const { surfaces, damage, failures } = draft
    const isKnown =
      !this.#isReset && surfaces.length + this.#gone.length === 0 && sameScene(scene, this.#scene)
    if (isKnown && damage.length === 0) return { written: undefined, failures }
    const ids = new Set(scene.map(({ surface }) => surface).filter((id) => this.#isTexture(id)))
    const isNews = !isKnown || damage.some(({ surface }) => !ids.has(surface))
    const frame: FrameMessage = {
      seq: ++this.#seq,
      readAtMs,
      reset: this.#isReset,
      surfaces,
      gone: this.#gone,
      damage,
      scene,
    }
    const { memory, textures } = draft
    const written = { frame, ...this.#payloads.pack(draft.parts), memory, textures, isNews }
    this.#gone = []
    this.#scene = scene
    this.#isReset = false
    return { written, failures }
  }

  [Symbol.dispose](): void {
    this.#cache[Symbol.dispose]()
    this.#payloads[Symbol.dispose]()
  }

  /** The place of one plane in the scene, after its changes went into the draft. */
  #place(given: PlaneReading, draft: Draft): readonly ScenePlane[] {
    const reading = this.#reachable(given)
    const { status } = reading
    const { kind } = status
    // The last picture stays; an arrow that no longer follows the pointer would only mislead.
    if (status.state === 'stalled') return kind === 'primary' ? this.#lastPlace(kind, draft) : []
    if (status.state !== 'shown') {
      this.#cache.show(kind, undefined)
      const isKept = status.state === 'refused' && kind === 'primary'
      return isKept ? this.#lastPlace(kind, draft) : []
    }
    const { plane, identity } = status
    try {
      const surface = this.#surface(kind, identity, plane, reading.memory)
      if (surface instanceof TextureSurface) this.#tell(surface, draft)
      else this.#read(reading, surface, draft)
      this.#cache.show(kind, identity)
      const { x, y, hotspot } = plane
      return [{ kind, surface: surface.id, x, y, ...(hotspot ? { hotspot } : {}) }]
    } catch (error) {
      const what = `cannot read the pixels of the ${kind} plane`
      const remedy = 'Wait for its next frame, or reopen the source'
      draft.failures.set(kind, nativeFailure(error, what, 'unreadable', remedy))
      return this.#lastPlace(kind, draft)
    }
  }

  /** What a GPU read of a plane that the CPU may not map, unless the page's own GPU shows it as it is. */
  #reachable(given: PlaneReading): PlaneReading {
    const { status, memory, readBack } = given
    if (!readBack) return given
    const isTexture =
      status.state === 'shown' &&
      this.#sharing === 'shared-texture' &&
      this.#textures.admits(status.plane, memory)
    if (isTexture) return given
    const read = readBack.ask()
    this.note([read])
    return read
  }

  /** The surface of an identity; another layout starts afresh. */
  #surface(
    kind: PlaneKind,
    identity: string,
    plane: Plane,
    memory: PlaneMemory | undefined,
  ): Shadow | TextureSurface {
    const known = this.#cache.get(kind, identity)
    const isTexture = this.#sharing === 'shared-texture' && this.#textures.admits(plane, memory)
    const isSameWay =
      known instanceof TextureSurface ? isTexture : !isTexture && known?.pixels === this.#pixels
    if (known && isSameWay && sameLayout(known.plane, plane)) return known
    const dmabufs = isTexture ? this.#textures.open(plane, memory) : undefined
    const id = this.#nextSurface++
    const surface = dmabufs
      ? new TextureSurface(id, identity, plane, dmabufs)
      : new Shadow(this.#shim, id, identity, plane, this.#pixels)
    this.#cache.add(kind, identity, surface)
    return surface
  }

  #isTexture(id: SurfaceId): boolean {
    return this.#cache.values().some((one) => one.id === id && one instanceof TextureSurface)
  }

  /** What the page must know of a texture; its pixels are its GPU's business. */
  #tell(surface: TextureSurface, draft: Draft): void {
    const rects = surface.takeDamage()
    if (!surface.isSent) {
      const { id, plane } = surface
      draft.surfaces.push(surface.description)
      draft.textures.push({ surface: id, plane, dmabufs: surface.descriptors() })
      surface.isSent = true
    }
    if (rects.length > 0) draft.damage.push({ surface: surface.id, image: 0, rects })
  }

  #read(reading: PlaneReading, shadow: Shadow, draft: Draft): void {
    const wasFilled = shadow.isFilled
    const isDue = !wasFilled || shadow.isStale
    if (isDue && !reading.memory) throw new Error('a shown plane has no memory')
    const changes = isDue && reading.memory ? shadow.scan(reading.memory) : []
    if (wasFilled && changes.some(({ rects }) => rects.length > 0)) reading.readBack?.follow()
    if (!shadow.isSent) this.#describe(shadow, draft)
    // A scan that broke off left changes in the shadow that nobody was told of.
    else if (!wasFilled) this.#damageAll(shadow, draft)
    else for (const { image, rects } of changes) this.#damage(shadow, image, rects, draft)
  }

  #describe(shadow: Shadow, draft: Draft): void {
    const { id, identity, shown } = shadow
    const images = shown.images.map(({ image }) => image)
    const carried = this.#carriage(shadow)
    const plane = carried ? { ...shown.plane, fourcc: carried.fourcc } : shown.plane
    const told = { id, identity, plane, images, sharing: this.#copying }
    draft.surfaces.push(carried?.opaque ? { ...told, opaque: true } : told)
    if (this.#copying === 'shared-memory') {
      for (const [image, { memfd, mapping }] of shown.images.entries()) {
        const { size } = mapping
        draft.memory.push({ surface: shadow.id, image, memfd: memfd.dup(), size })
      }
    }
    this.#damageAll(shadow, draft)
    shadow.isSent = true
  }

  #damageAll(shadow: Shadow, draft: Draft): void {
    for (const [at, { image }] of shadow.shown.images.entries()) {
      const rects = wholeImage(image).flatMap(({ x, y, width, height }) => [x, y, width, height])
      this.#damage(shadow, at, Int32Array.from(rects), draft)
    }
  }

  #damage(shadow: Shadow, image: number, rects: Int32Array, draft: Draft): void {
    if (rects.length === 0) return
    const shadowed = shadow.shown.images[image]
    if (!shadowed) throw new Error(`surface ${shadow.id} has no image ${image}`)
    draft.damage.push({ surface: shadow.id, image, rects: rectList(rects) })
    if (this.#copying !== 'stream') return
    const { mapping } = shadowed
    draft.parts.push({ mapping, pitch: shadowed.image.pitch, rects, order: this.#carriage(shadow) })
  }

  /** Plain pixels are packed in the order in which the page puts them on its canvas. */
  #carriage({ shown }: Shadow): Carriage | undefined {
    const isPacked = this.#copying === 'stream' && this.#pixels === 'plain'
    return isPacked ? carriage(shown.plane) : undefined
  }

  /** Where a plane was drawn last, as long as its pixels are still here; the page is told them again if need be. */
  #lastPlace(kind: PlaneKind, draft: Draft): readonly ScenePlane[] {
    const place = this.#scene.find((plane) => plane.kind === kind)
    const surface = this.#cache.values().find(({ id }) => id === place?.surface)
    if (!place || !surface) return []
    if (surface instanceof TextureSurface) this.#tell(surface, draft)
    else if (!surface.isSent) this.#describe(surface, draft)
    return [place]
  }
}

function rectList(rects: Int32Array): readonly ImageRect[] {
  const list: ImageRect[] = []
  for (let at = 0; at + 3 < rects.length; at += 4) {
    const [x = 0, y = 0, width = 0, height = 0] = rects.subarray(at, at + 4)
    list.push({ x, y, width, height })
  }
  return list
}
