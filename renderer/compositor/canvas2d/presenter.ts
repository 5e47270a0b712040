// SPDX-License-Identifier: GPL-2.0-or-later
import { damagedPart } from '../../../core/damage.ts'
import type { Failure } from '../../../core/failure.ts'
import { intersect, isEmpty, type Rect, type Size } from '../../../core/geometry.ts'
import type { ImageRect } from '../../../core/memory-image.ts'
import { planeKinds } from '../../../core/plane.ts'
import type { ScenePlane, SurfaceDescription, SurfaceId } from '../../../core/protocol.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { DamageBytes } from '../damage-bytes.ts'
import { deviceRect, type Placement, sizeWithin } from '../placement.ts'
import {
  type CreatePresenter,
  type Picture,
  type Presenter,
  type PresenterEvents,
  sceneSize,
  type View,
} from '../presenter.ts'
import { MemorySurface } from './memory-surface.ts'
import { type DrawnPlane, MemoryPicture } from './picture.ts'
import { Scaler } from './scaler.ts'
import { imageOf, makePixels, type Pixels } from './words.ts'

type Surface = { readonly description: SurfaceDescription; readonly memory: MemorySurface }

/** A picture in memory, and the same memory as the canvas takes it. */
type Shown = { readonly pixels: Pixels; readonly image: ImageData }
type ScaledPicture = Shown & { readonly scaler: Scaler }

/**
 * Draws without a GPU: planes are decoded and composed in memory, and only what changed is put on a 2D
 * canvas, whose pixels Chromium's software compositor shows without another pass over the picture.
 */
export class Canvas2dPresenter implements Presenter {
  readonly kind = 'canvas2d'
  readonly pixels = 'plain'
  readonly detail: string
  readonly drawsAtOnce = true
  readonly #context: CanvasRenderingContext2D
  readonly #canvas: HTMLCanvasElement
  readonly #surfaces = new Map<SurfaceId, Surface>()
  #picture = new MemoryPicture()
  #composed: Shown | undefined
  #scaled: ScaledPicture | undefined
  #lost = false
  /** What the canvas shows now, as far as it decides what must be drawn again. */
  #shown = ''
  readonly #owned = new DisposableStack()

  private constructor(
    canvas: HTMLCanvasElement,
    context: CanvasRenderingContext2D,
    events: PresenterEvents,
    detail: string,
  ) {
    this.#canvas = canvas
    this.#context = context
    this.detail = detail
    const hear = (name: string, listener: (event: Event) => void) => {
      canvas.addEventListener(name, listener)
      this.#owned.defer(() => canvas.removeEventListener(name, listener))
    }
    hear('contextlost', () => {
      this.#lost = true
      events.lost()
    })
    hear('contextrestored', () => {
      this.#lost = false
      this.clear()
      events.restored()
    })
  }

  /** @param detail why this presenter was taken, as shown to the user */
  static create(
    canvas: HTMLCanvasElement,
    events: PresenterEvents,
    detail = 'software',
  ): Result<Canvas2dPresenter, Failure> {
    const context = canvas.getContext('2d', { alpha: false, desynchronized: true })
    if (!context) return fail(noContext)
    return ok(new Canvas2dPresenter(canvas, context, events, detail))
  }

  get lost(): boolean {
    return this.#lost
  }

  add(description: SurfaceDescription): Result<void, Failure> {
    this.drop(description.id)
    const memory = new MemorySurface(description)
    this.#surfaces.set(description.id, { description, memory })
    return ok(undefined)
  }

  drop(id: SurfaceId): void {
    this.#surfaces.delete(id)
    this.#picture.damage.forget(id)
  }

  clear(): void {
    this.#surfaces.clear()
    this.#picture = new MemoryPicture()
    this.#composed = undefined
    this.#scaled = undefined
    this.#shown = ''
  }

  upload(id: SurfaceId, at: number, rects: readonly ImageRect[], source: DamageBytes): void {
    const surface = this.#surfaces.get(id)
    const image = surface?.description.images[at]
    if (!surface || !image) throw new RangeError(`no image ${at} of surface ${id}`)
    surface.memory.upload(at, rects, source)
    const { plane } = surface.description
    this.#picture.damage.add(
      id,
      rects.map((rect) => damagedPart(plane, at, image, rect)),
    )
  }

  draw(scene: readonly ScenePlane[], view: View): void {
    const guest = this.#sizeOf(scene)
    if (!guest) {
      this.#clearView(view.size)
      this.#shown = ''
      return
    }
    const placement = view.place(guest)
    const changed = this.#compose(scene, guest)
    const now = JSON.stringify([view.size, placement, guest])
    const isWhole = now !== this.#shown
    this.#shown = now
    if (isWhole) this.#clearView(view.size)
    const parts = isWhole ? [{ x: 0, y: 0, ...guest }] : changed
    for (const part of parts) this.#put(part, guest, placement, view.size)
  }

  read(scene: readonly ScenePlane[]): Picture | undefined {
    const guest = this.#sizeOf(scene)
    if (!guest) return undefined
    // The caller draws again: what this changes is composed anew then.
    const changed = this.#compose(scene, guest)
    if (changed.length > 0) this.#shown = ''
    const { words } = this.#picture.pixels
    return { width: guest.width, height: guest.height, rgba: new Uint8Array(words.slice().buffer) }
  }

  preview(id: SurfaceId, most: Size): Picture | undefined {
    const memory = this.#surfaces.get(id)?.memory
    if (!memory) return undefined
    const size = sizeWithin(memory.plane, most)
    return { ...size, rgba: memory.small(size) }
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
    this.clear()
  }

  #compose(scene: readonly ScenePlane[], guest: Size): readonly Rect[] {
    const changed = this.#picture.compose(this.#planesOf(scene), guest)
    const { pixels } = this.#picture
    if (this.#composed?.pixels !== pixels) this.#composed = { pixels, image: imageOf(pixels) }
    return changed
  }

  /** Puts a part of the picture, guest pixels, where it belongs on the canvas. */
  #put(part: Rect, guest: Size, placement: Placement, view: Size): void {
    const { rect, smooth } = placement
    const isOneToOne = rect.width === guest.width && rect.height === guest.height
    const { x, y, width, height } = isOneToOne
      ? part
      : relativeTo(rect, intersect(deviceRect(part, guest, placement), { x: 0, y: 0, ...view }))
    if (isEmpty({ x, y, width, height })) return
    const image = isOneToOne
      ? this.#composed?.image
      : this.#scale(guest, rect, smooth, { x, y, width, height })
    if (image) this.#context.putImageData(image, rect.x, rect.y, x, y, width, height)
  }

  /** Brings a part of the scaled picture up to date. */
  #scale(guest: Size, to: Size, smooth: boolean, part: Rect): ImageData {
    const { scaler, pixels, image } = this.#scaledTo(guest, to, smooth)
    scaler.scale(this.#picture.pixels, part, pixels)
    return image
  }

  #scaledTo(from: Size, to: Size, smooth: boolean): ScaledPicture {
    const known = this.#scaled
    const scaler = known?.scaler
    const isKnown =
      scaler?.smooth === smooth && sameSize(scaler.from, from) && sameSize(scaler.to, to)
    if (known && isKnown) return known
    const pixels = makePixels(to.width, to.height)
    const made = { pixels, image: imageOf(pixels), scaler: new Scaler(from, to, smooth) }
    this.#scaled = made
    return made
  }

  #clearView({ width, height }: Size): void {
    this.#context.fillStyle = '#000'
    this.#context.fillRect(0, 0, Math.max(width, this.#canvas.width), height)
  }

  #sizeOf(scene: readonly ScenePlane[]): Size | undefined {
    const size = sceneSize(scene, (id) => this.#surfaces.get(id)?.description)
    return size && { width: size.width, height: size.height }
  }

  #planesOf(scene: readonly ScenePlane[]): readonly DrawnPlane[] {
    const planes = scene.flatMap(({ kind, surface, x, y }): readonly DrawnPlane[] => {
      const known = this.#surfaces.get(surface)
      if (!known) throw new RangeError(`surface ${surface} was never described`)
      const place = kind === 'primary' ? { x: 0, y: 0 } : { x, y }
      return [{ kind, surface, ...place, plane: known.description.plane, memory: known.memory }]
    })
    return planes.toSorted((a, b) => planeKinds.indexOf(a.kind) - planeKinds.indexOf(b.kind))
  }
}

/** {@link Canvas2dPresenter.create} as the compositor takes it. */
export const createCanvas2dPresenter: CreatePresenter = (canvas, events) =>
  Canvas2dPresenter.create(canvas, events)

const noContext: Failure = {
  code: 'no-canvas',
  what: 'cannot draw the picture',
  why: 'the browser gives no 2D canvas',
  remedy: 'Close other windows and try again',
}

function relativeTo(origin: Rect, rect: Rect): Rect {
  return { ...rect, x: rect.x - origin.x, y: rect.y - origin.y }
}

function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}
