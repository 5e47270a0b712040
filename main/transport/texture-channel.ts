// SPDX-License-Identifier: GPL-2.0-or-later
import type { Plane } from '../../core/plane.ts'
import type { FrameMessage, SurfaceId } from '../../core/protocol.ts'
import { fail, type Result } from '../../core/result.ts'
import { CANARY_SURFACE } from '../../core/texture-canary.ts'
import { textureRoute } from '../../core/texture-route.ts'
import type { Fd } from '../../native-shim/api.ts'
import { planeImage } from '../gpu/gpu-image.ts'
import type { Clock } from '../source/poller.ts'
import { ConvertedTexture, type TextureGpu } from './converted-texture.ts'
import { type TextureInfo, textureInfo } from './texture-info.ts'

/** One import, as long as main holds it. */
export interface ImportedTexture {
  /** Resolves when the page holds it under this name; rejects when it does not, or not in time. */
  send(surface: SurfaceId): Promise<void>
  release(): void
}

/** The way of dma-bufs into one window's page; Electron's sharedTexture is the real one. */
export interface TextureImporter {
  /** Duplicates the descriptors. @throws Error when Electron refuses at once */
  import(info: TextureInfo): ImportedTexture
  /** The page is to let go of a surface. */
  forget(surface: SurfaceId): void
  /** The page is to let go of all, and to take nothing that comes late. */
  stop(): void
}

export type TextureEvents = {
  /** Planes that lie so must be copied. */
  readonly refused: (plane: Plane, why: string) => void
  /** Nothing can be sent this way any more; everything was let go of. */
  readonly broken: (why: string) => void
}

/** Sends under way at once. */
const MOST_SENDS = 2
/** Electron gives up after a second; this is for the day that it does not. */
const SEND_MS = 2000
/** What left the picture is let go of when the page has surely drawn without it, ms. */
const LEAVE_MS = 1000

type Held = {
  /** True once it is imported, false when it was refused. */
  readonly imported: Promise<boolean>
  texture: ImportedTexture | undefined
  /** What is imported in its place. */
  converted: ConvertedTexture | undefined
  /** Its descriptors, as long as something is made of them. */
  readonly owned: DisposableStack
  /** To the page of now. */
  sent: Promise<boolean> | undefined
  /** Takes the end back that is planned for it. */
  stay: (() => void) | undefined
}

/**
 * The surfaces of one window that are textures: each is imported once, sent to each page once, and after that
 * frames name it by its number alone.
 */
export class TextureChannel implements Disposable {
  readonly #importer: TextureImporter
  readonly #gpu: TextureGpu
  readonly #clock: Clock
  readonly #events: TextureEvents
  readonly #held = new Map<SurfaceId, Held>()
  readonly #waiting: (() => void)[] = []
  #sends = 0
  /** Counts pages: what a page before this one did not take is no failure. */
  #page = 0
  #isOver = false
  /** Frames are of no use until one tells everything anew. */
  #isBehind = false

  constructor(importer: TextureImporter, gpu: TextureGpu, clock: Clock, events: TextureEvents) {
    this.#importer = importer
    this.#gpu = gpu
    this.#clock = clock
    this.#events = events
  }

  /** Surfaces that are held, for leak tests. */
  get held(): number {
    return this.#held.size
  }

  /** Takes the descriptors over; a surface that is here already is not imported again. */
  share(surface: SurfaceId, plane: Plane, dmabufs: readonly Fd[]): void {
    using owned = new DisposableStack()
    for (const fd of dmabufs) owned.use(fd)
    if (this.#isOver) return
    if (this.#held.has(surface)) return
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const held: Held = {
      imported: promise,
      texture: undefined,
      converted: undefined,
      owned: owned.move(),
      sent: undefined,
      stay: undefined,
    }
    this.#held.set(surface, held)
    void this.#import(surface, held, plane, dmabufs).then(resolve)
  }

  /** Resolves when the page holds every texture of a frame; false when the frame is of no use to it. */
  async ready(frame: FrameMessage): Promise<boolean> {
    const named = frame.surfaces.filter(({ sharing }) => sharing === 'shared-texture')
    if (frame.reset) {
      this.#isBehind = false
      const kept = new Set(named.map(({ id }) => id))
      for (const surface of this.#held.keys()) if (!kept.has(surface)) this.#leave(surface)
    }
    for (const surface of frame.gone) this.#leave(surface)
    if (this.#isBehind) return false
    const fresh = new Set(named.map(({ id }) => id))
    const drawn = frame.damage.flatMap(({ surface }) => (fresh.has(surface) ? [] : [surface]))
    const arrived = await Promise.all([
      ...named.map(({ id }) => this.#deliver(id)),
      ...drawn.map((surface) => this.#convert(surface)),
    ])
    if (arrived.every((has) => has)) return !this.#isBehind
    this.#isBehind = true
    return false
  }

  /** Resolves when the page holds a surface, or with false. */
  arrives(surface: SurfaceId): Promise<boolean> {
    return this.#deliver(surface)
  }

  /** Lets go of one surface at once. */
  forget(surface: SurfaceId): void {
    this.#drop(surface)
  }

  /** Lets go of all surfaces: their numbers will be given again. */
  forgetAll(): void {
    this.#isBehind = true
    for (const surface of [...this.#held.keys()]) {
      if (surface !== CANARY_SURFACE) this.#drop(surface)
    }
  }

  /** Another page is in the window, which holds nothing. */
  pageLeft(): void {
    this.#page += 1
    for (const held of this.#held.values()) held.sent = undefined
  }

  /** Lets go of everything and takes nothing more; told as broken, once. */
  break(why: string): void {
    if (this.#isOver) return
    this[Symbol.dispose]()
    this.#importer.stop()
    this.#events.broken(why)
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    for (const surface of [...this.#held.keys()]) this.#drop(surface)
    for (const go of this.#waiting.splice(0)) go()
  }

  async #import(
    surface: SurfaceId,
    held: Held,
    plane: Plane,
    dmabufs: readonly Fd[],
  ): Promise<boolean> {
    const info = await this.#prove(held, plane, dmabufs)
    const isWanted = this.#held.get(surface) === held
    if (!info.ok) {
      if (isWanted) this.#drop(surface)
      if (!this.#isOver) this.#events.refused(plane, info.failure)
      return false
    }
    if (!isWanted) return false
    try {
      held.texture = this.#importer.import(info.value)
      // Electron has descriptors of its own now.
      if (!held.converted) held.owned.dispose()
      return true
    } catch (error) {
      this.break(`Electron did not import a dma-buf (${words(error)})`)
      return false
    }
  }

  /** What is to be imported for a plane, once the GPU took it where a failure does no harm. */
  async #prove(
    held: Held,
    plane: Plane,
    dmabufs: readonly Fd[],
  ): Promise<Result<TextureInfo, string>> {
    let [shown, buffers] = [plane, dmabufs]
    if (textureRoute(plane.fourcc)?.kind === 'convert') {
      const made = await ConvertedTexture.make(this.#gpu, plane, dmabufs)
      if (!made.ok) return made
      if (held.owned.disposed) {
        made.value[Symbol.dispose]()
        return fail('it is gone')
      }
      held.converted = held.owned.use(made.value)
      shown = made.value.plane
      buffers = made.value.dmabufs
    }
    const info = textureInfo(shown, buffers)
    if (!info.ok) return info
    const probed = await this.#gpu.probe(planeImage(shown, buffers))
    return probed.ok ? info : fail(probed.failure.why)
  }

  /** Brings what is shown in a surface's place up to date; true for all others. */
  async #convert(surface: SurfaceId): Promise<boolean> {
    const converted = this.#held.get(surface)?.converted
    if (!converted) return true
    const done = await converted.update()
    if (done.ok || this.#isOver) return done.ok
    this.break(`a picture could not be converted (${done.failure})`)
    return false
  }

  async #deliver(surface: SurfaceId): Promise<boolean> {
    const held = this.#held.get(surface)
    if (!held) return false
    held.stay?.()
    held.stay = undefined
    if (!(await held.imported) || !held.texture) return false
    held.sent ??= this.#send(surface, held.texture)
    return held.sent
  }

  async #send(surface: SurfaceId, texture: ImportedTexture): Promise<boolean> {
    const page = this.#page
    while (this.#sends >= MOST_SENDS) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    if (this.#isOver || page !== this.#page) return false
    this.#sends += 1
    try {
      await this.#inTime(texture.send(surface))
      return !this.#isOver
    } catch (error) {
      // A send that came late may still arrive: nothing of this page can be trusted any more.
      if (page === this.#page) this.break(`the window took no texture (${words(error)})`)
      return false
    } finally {
      this.#sends -= 1
      this.#waiting.shift()?.()
    }
  }

  async #inTime(sent: Promise<void>): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>()
    const cancel = this.#clock.after(SEND_MS, () => reject(new Error('no answer in time')))
    try {
      await Promise.race([sent, promise])
    } finally {
      cancel()
    }
  }

  #leave(surface: SurfaceId): void {
    const held = this.#held.get(surface)
    // The test picture is in no frame.
    if (!held || held.stay || surface === CANARY_SURFACE) return
    held.stay = this.#clock.after(LEAVE_MS, () => this.#drop(surface))
  }

  #drop(surface: SurfaceId): void {
    const held = this.#held.get(surface)
    if (!held) return
    held.stay?.()
    this.#held.delete(surface)
    held.owned.dispose()
    if (!held.texture) return
    if (!this.#isOver) this.#importer.forget(surface)
    held.texture.release()
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
