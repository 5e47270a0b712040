// SPDX-License-Identifier: GPL-2.0-or-later
import { damagedPart } from '../../../core/damage.ts'
import type { Failure } from '../../../core/failure.ts'
import { bounds, intersect, isEmpty, type Rect, type Size } from '../../../core/geometry.ts'
import type { ImageRect } from '../../../core/memory-image.ts'
import { planeKinds } from '../../../core/plane.ts'
import type { ScenePlane, SurfaceDescription, SurfaceId } from '../../../core/protocol.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { DamageBytes } from '../damage-bytes.ts'
import { FlipDifferences } from '../flip-differences.ts'
import { deviceRect, type Placement, sizeWithin } from '../placement.ts'
import {
  type CreatePresenter,
  type Picture,
  type Presenter,
  type PresenterEvents,
  sceneSize,
  type View,
} from '../presenter.ts'
import { areaOf, SceneDamage } from '../scene-damage.ts'
import { changedRows } from './changed-rows.ts'
import { MemorySurface } from './memory-surface.ts'
import { MemoryPicture } from './picture.ts'
import { type DrawnPlane, RowComposer } from './row-composer.ts'
import { Scaler } from './scaler.ts'
import { imageOf, makePixels, OPAQUE, type Pixels } from './words.ts'

type Surface = { readonly description: SurfaceDescription; readonly memory: MemorySurface }

/** A picture in memory, and the same memory as the canvas takes it. */
type Shown = { readonly pixels: Pixels; readonly image: ImageData }
type ScaledPicture = Shown & { readonly scaler: Scaler }

/** What is drawn: the planes of a scene, taken apart. */
type Drawing = {
  readonly guest: Size
  readonly primary: DrawnPlane
  /** Above it, bottom to top. */
  readonly layers: readonly DrawnPlane[]
}

/**
 * Draws without a GPU: only what changed is put on a 2D canvas, whose pixels Chromium's software compositor
 * shows without another pass over the picture. A primary whose bytes are as a canvas's goes there as it
 * is, and what lies above it on top; all else is composed in memory, and scaled there.
 */
export class Canvas2dPresenter implements Presenter {
  readonly kind = 'canvas2d'
  readonly pixels = 'plain'
  readonly detail: string
  readonly drawsAtOnce = true
  readonly #context: CanvasRenderingContext2D
  readonly #canvas: HTMLCanvasElement
  readonly #surfaces = new Map<SurfaceId, Surface>()
  readonly #rows = new RowComposer()
  readonly #flips = new FlipDifferences()
  #picture = new MemoryPicture()
  /** What is to be drawn, while the primary goes to the canvas as it is. */
  #direct: SceneDamage | undefined
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
    this.#damage.forget(id)
    this.#flips.forget(id)
  }

  clear(): void {
    this.#surfaces.clear()
    this.#flips.clear()
    this.#startOver()
    this.#scaled = undefined
    this.#shown = ''
  }

  upload(id: SurfaceId, at: number, rects: readonly ImageRect[], source: DamageBytes): void {
    const surface = this.#surfaces.get(id)
    const image = surface?.description.images[at]
    if (!surface || !image) throw new RangeError(`no image ${at} of surface ${id}`)
    surface.memory.upload(at, rects, source)
    const { plane } = surface.description
    const parts = rects.map((rect) => damagedPart(plane, at, image, rect))
    this.#damage.add(id, parts)
    this.#flips.add(id, parts)
  }

  draw(scene: readonly ScenePlane[], view: View): void {
    const drawing = this.#drawing(scene)
    if (!drawing) {
      this.#clearView(view.size)
      this.#shown = ''
      return
    }
    const { guest, primary } = drawing
    const placement = view.place(guest)
    const isDirect = sameSize(placement.rect, guest) && primary.memory.canvas !== undefined
    if (isDirect !== (this.#direct !== undefined)) this.#startOver(isDirect)
    const now = JSON.stringify([view.size, placement, guest])
    const isWhole = now !== this.#shown
    this.#shown = now
    if (isWhole) this.#clearView(view.size)
    const whole = [{ x: 0, y: 0, ...guest }]
    if (isDirect) {
      const changed = this.#changed(drawing)
      for (const part of isWhole ? whole : changed) this.#putDirectly(drawing, part, placement)
    } else {
      const changed = this.#compose(drawing)
      for (const part of isWhole ? whole : changed) this.#put(part, guest, placement, view.size)
    }
  }

  read(scene: readonly ScenePlane[]): Picture | undefined {
    const drawing = this.#drawing(scene)
    if (!drawing) return undefined
    const { guest, primary, layers } = drawing
    const picture = new MemoryPicture()
    picture.compose([primary, ...layers], guest)
    const { words } = picture.pixels
    return { width: guest.width, height: guest.height, rgba: new Uint8Array(words.buffer) }
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

  get #damage(): SceneDamage {
    return this.#direct ?? this.#picture.damage
  }

  /** Forgets what was drawn of the surfaces: all of it is drawn anew. */
  #startOver(isDirect = false): void {
    this.#direct = isDirect ? new SceneDamage() : undefined
    this.#picture = new MemoryPicture()
    this.#composed = undefined
  }

  #compose({ guest, primary, layers }: Drawing): readonly Rect[] {
    const changed = this.#picture.compose([primary, ...layers], guest)
    const { pixels } = this.#picture
    if (this.#composed?.pixels !== pixels) this.#composed = { pixels, image: imageOf(pixels) }
    return changed
  }

  /** Parts of the picture that may be another than on the canvas; of a flip, those that are. */
  #changed({ guest, primary, layers }: Drawing): readonly Rect[] {
    return this.#damage.take(primary, layers, guest, (former) => {
      const before = this.#surfaces.get(former)?.memory.canvas?.pixels.words
      const words = primary.memory.canvas?.pixels.words
      if (!before || words?.length !== before.length) return undefined
      const known = this.#flips.between(former, primary.surface) ?? [{ x: 0, y: 0, ...guest }]
      const parts = changedRows(known, (row) => differing(before, words, guest.width, row))
      this.#flips.learn(former, primary.surface, parts)
      return parts
    })
  }

  /** Puts a part of the primary on the canvas, and over it what the planes above make of it. */
  #putDirectly({ primary, layers }: Drawing, part: Rect, { rect }: Placement): void {
    const image = primary.memory.canvas?.image
    if (!image) throw new Error('a primary is drawn directly that cannot be')
    const { x, y, width, height } = part
    this.#context.putImageData(image, rect.x, rect.y, x, y, width, height)
    const above = layers
      .map((layer) => intersect(areaOf(layer), part))
      .filter((seen) => !isEmpty(seen))
    if (above.length === 0) return
    const seen = above.reduce((all, one) => bounds(all, one))
    const patch = makePixels(seen.width, seen.height)
    for (let line = 0; line < seen.height; line += 1) {
      const row = { ...seen, y: seen.y + line, height: 1 }
      const words = this.#rows.compose(primary, layers, row)
      for (let at = 0; at < seen.width; at += 1) {
        patch.words[line * seen.width + at] = (words[at] as number) | OPAQUE
      }
    }
    this.#context.putImageData(imageOf(patch), rect.x + seen.x, rect.y + seen.y)
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

  #drawing(scene: readonly ScenePlane[]): Drawing | undefined {
    const size = sceneSize(scene, (id) => this.#surfaces.get(id)?.description)
    const planes = this.#planesOf(scene)
    const primary = planes.find(({ kind }) => kind === 'primary')
    if (!size || !primary) return undefined
    const guest = { width: size.width, height: size.height }
    return { guest, primary, layers: planes.filter((plane) => plane !== primary) }
  }

  #planesOf(scene: readonly ScenePlane[]): readonly DrawnPlane[] {
    const planes = scene.map(({ kind, surface, x, y }): DrawnPlane => {
      const known = this.#surfaces.get(surface)
      if (!known) throw new RangeError(`surface ${surface} was never described`)
      const place = kind === 'primary' ? { x: 0, y: 0 } : { x, y }
      return { kind, surface, ...place, plane: known.description.plane, memory: known.memory }
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

/** What of a row of two pictures is not the same. */
function differing(a: Uint32Array, b: Uint32Array, pitch: number, row: Rect): Rect | undefined {
  const start = row.y * pitch + row.x
  let first = start
  const last = start + row.width
  while (first < last && a[first] === b[first]) first += 1
  if (first === last) return undefined
  let end = last
  while (a[end - 1] === b[end - 1]) end -= 1
  return { x: row.x + first - start, y: row.y, width: end - first, height: 1 }
}
