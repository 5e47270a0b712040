// SPDX-License-Identifier: GPL-2.0-or-later
import { div255 } from '../../core/compose.ts'
import { damagedPart } from '../../core/damage.ts'
import { intersect, isEmpty, type Size } from '../../core/geometry.ts'
import { wholeImage } from '../../core/memory-image.ts'
import { planeKinds } from '../../core/plane.ts'
import type {
  FrameMessage,
  ScenePlane,
  SurfaceDescription,
  SurfaceId,
} from '../../core/protocol.ts'
import { MemorySurface } from '../compositor/canvas2d/memory-surface.ts'
import { MemoryPicture } from '../compositor/canvas2d/picture.ts'
import type { DrawnPlane } from '../compositor/canvas2d/row-composer.ts'
import { tightSize } from '../compositor/damage-bytes.ts'
import type { Presenter } from '../compositor/presenter.ts'
import type { RecordedPixels } from './recorded-pixels.ts'

/** Decodes what takes a processor too long: a presenter that is read and never seen. */
export type PictureReader = Pick<
  Presenter,
  'add' | 'drop' | 'clear' | 'upload' | 'read' | 'lost' | typeof Symbol.dispose
>

type Surface = { readonly description: SurfaceDescription; readonly memory: MemorySurface }

/**
 * The guest's picture as a recording sees it, kept up to date by the frames that the window shows. A
 * plain desktop is handed on as it lies in memory, the cursor put on it for the moment; planes of 32 bits
 * in rows are composed here; tiled ones and other formats are read from a graphics driver, if there is one.
 */
export class RecordedPicture implements Disposable {
  readonly #cursor: boolean
  readonly #surfaces = new Map<SurfaceId, Surface>()
  readonly #composed = new MemoryPicture()
  readonly #openReader: () => PictureReader | undefined
  /** Null: there is none to be had. */
  #reader: PictureReader | null | undefined
  #scene: readonly ScenePlane[] = []
  /** Frames are of no use until one comes with `reset`. */
  #waiting = true

  /**
   * @param cursor the cursor is part of the picture
   * @param openReader called once, for the first picture that needs it
   */
  constructor(cursor: boolean, openReader: () => PictureReader | undefined = () => undefined) {
    this.#cursor = cursor
    this.#openReader = openReader
  }

  /** Undefined while the display is off. */
  get size(): Size | undefined {
    const primary = this.#scene.find(({ kind }) => kind === 'primary')
    return primary && this.#surfaces.get(primary.surface)?.description.plane
  }

  /** False until the first whole picture came. */
  get isThere(): boolean {
    return !this.#waiting
  }

  /**
   * Takes a frame whose payload carries all of its damage, whatever the surfaces' sharing.
   *
   * @returns whether the picture may look different now
   * @throws RangeError when the payload does not fit the frame
   */
  take(frame: FrameMessage, payload: Uint8Array): boolean {
    if (frame.reset) this.#forget()
    if (this.#waiting) return false
    for (const id of frame.gone) {
      this.#surfaces.delete(id)
      this.#composed.damage.forget(id)
      this.#reader?.drop(id)
    }
    for (const description of frame.surfaces) {
      const memory = new MemorySurface(description)
      const surface = { description, memory }
      this.#surfaces.set(description.id, surface)
      this.#add(surface)
      this.#composed.damage.forget(description.id)
    }
    let from = 0
    for (const { surface, image, rects } of frame.damage) {
      const length = tightSize(rects)
      const bytes = payload.subarray(from, from + length)
      from += length
      const known = this.#surfaces.get(surface)
      const layout = known?.description.images[image]
      if (!known || !layout) throw new RangeError(`no image ${image} of surface ${surface}`)
      if (rects.length === 0) continue
      known.memory.upload(image, rects, { layout: 'tight', bytes })
      this.#reader?.upload(surface, image, rects, { layout: 'tight', bytes })
      const { plane } = known.description
      this.#composed.damage.add(
        surface,
        rects.map((rect) => damagedPart(plane, image, layout, rect)),
      )
    }
    if (from !== payload.length) {
      throw new RangeError(`frame ${frame.seq} carries ${payload.length} bytes, not ${from}`)
    }
    const scene = frame.scene.filter(({ kind }) => kind !== 'cursor' || this.#cursor)
    const isDamaged = frame.damage.some(({ surface }) =>
      scene.some((plane) => plane.surface === surface),
    )
    const isChanged = frame.reset || isDamaged || !sameScene(scene, this.#scene)
    this.#scene = scene
    return isChanged
  }

  /** Shows the picture to somebody for as long as the call lasts; undefined while the display is off. */
  show<T>(use: (pixels: RecordedPixels) => T): T | undefined {
    const planes = this.#planes()
    const primary = planes.find(({ kind }) => kind === 'primary')
    if (!primary) return undefined
    const { width, height } = primary.plane
    const rows = primary.memory.rows
    const isPlain = rows !== undefined && planes.every(({ kind }) => kind !== 'overlay')
    if (!isPlain) {
      const isInRows = planes.every(({ kind, memory }) => memory.rows || kind === 'cursor')
      const bytes = isInRows ? undefined : this.#read(planes)
      if (bytes) return use({ format: 'RGBX', bytes, stride: width * 4, width, height })
      this.#composed.compose(planes, { width, height })
      const { words } = this.#composed.pixels
      const composed = new Uint8Array(words.buffer)
      return use({ format: 'RGBX', bytes: composed, stride: width * 4, width, height })
    }
    const pixels: RecordedPixels = { ...rows, width, height }
    const cursor = planes.find(({ kind }) => kind === 'cursor')
    using _lent = cursor ? putOn(pixels, cursor) : undefined
    return use(pixels)
  }

  [Symbol.dispose](): void {
    this.#reader?.[Symbol.dispose]()
    this.#reader = null
  }

  /** Undefined where the driver is not there, or not good for these planes. */
  #read(planes: readonly DrawnPlane[]): Uint8Array<ArrayBuffer> | undefined {
    if (this.#reader === undefined) {
      this.#reader = this.#openReader() ?? null
      for (const surface of this.#surfaces.values()) this.#add(surface)
    }
    const reader = this.#reader
    if (!reader || reader.lost) return undefined
    const picture = reader.read(planes.map(({ kind, surface, x, y }) => ({ kind, surface, x, y })))
    // Made for the page itself: never shared memory.
    return picture && new Uint8Array(picture.rgba.buffer as ArrayBuffer)
  }

  /** Gives a surface with all it holds to the driver; one that takes it not is asked for nothing more. */
  #add({ description, memory }: Surface): void {
    if (!this.#reader) return
    const { id, images } = description
    if (this.#reader.lost || !this.#reader.add(description).ok) {
      this[Symbol.dispose]()
      return
    }
    for (const [at, image] of images.entries()) {
      const bytes = memory.images[at]
      if (bytes) this.#reader.upload(id, at, wholeImage(image), { layout: 'image', bytes })
    }
  }

  #forget(): void {
    this.#waiting = false
    this.#reader?.clear()
    this.#surfaces.clear()
    this.#scene = []
  }

  #planes(): readonly DrawnPlane[] {
    const planes = this.#scene.flatMap(({ kind, surface, x, y }): readonly DrawnPlane[] => {
      const known = this.#surfaces.get(surface)
      if (!known) return []
      const place = kind === 'primary' ? { x: 0, y: 0 } : { x, y }
      return [{ kind, surface, ...place, plane: known.description.plane, memory: known.memory }]
    })
    return planes.toSorted((a, b) => planeKinds.indexOf(a.kind) - planeKinds.indexOf(b.kind))
  }
}

function sameScene(a: readonly ScenePlane[], b: readonly ScenePlane[]): boolean {
  return (
    a.length === b.length &&
    a.every((plane, at) => {
      const other = b[at]
      return (
        other !== undefined &&
        plane.kind === other.kind &&
        plane.surface === other.surface &&
        plane.x === other.x &&
        plane.y === other.y
      )
    })
  )
}

/**
 * Blends a cursor over pixels, premultiplied, as core/compose.ts defines it. Disposing puts back what
 * was there.
 */
function putOn(pixels: RecordedPixels, cursor: DrawnPlane): Disposable {
  const seen = intersect(
    { x: cursor.x, y: cursor.y, width: cursor.plane.width, height: cursor.plane.height },
    { x: 0, y: 0, width: pixels.width, height: pixels.height },
  )
  const kept = new Uint8Array(isEmpty(seen) ? 0 : seen.width * seen.height * 4)
  const eachRow = (visit: (row: number, at: number, from: number) => void) => {
    for (let row = 0; row < kept.length / (seen.width * 4); row += 1) {
      visit(row, (seen.y + row) * pixels.stride + seen.x * 4, row * seen.width * 4)
    }
  }
  eachRow((_row, at, from) => kept.set(pixels.bytes.subarray(at, at + seen.width * 4), from))
  if (kept.length > 0) {
    const words = new Uint32Array(seen.width * seen.height)
    const part = { ...seen, x: seen.x - cursor.x, y: seen.y - cursor.y }
    cursor.memory.read(part, words, 0, seen.width)
    const red = pixels.format === 'RGBX' ? 0 : 2
    eachRow((row, at) => {
      for (let x = 0; x < seen.width; x += 1) {
        blend(pixels.bytes, at + x * 4, red, words[row * seen.width + x] ?? 0)
      }
    })
  }
  return {
    [Symbol.dispose]: () =>
      eachRow((_row, at, from) => pixels.bytes.set(kept.subarray(from, from + seen.width * 4), at)),
  }
}

/** @param red which byte of the pixel at `at` is red: 0, or 2; `word` has it in its lowest */
function blend(bytes: Uint8Array, at: number, red: 0 | 2, word: number): void {
  const alpha = word >>> 24
  if (alpha === 0) return
  const channel = (to: number, shift: number) => {
    const colour = Math.min((word >>> shift) & 0xff, alpha)
    bytes[to] = colour + div255((bytes[to] ?? 0) * (255 - alpha))
  }
  channel(at + red, 0)
  channel(at + 1, 8)
  channel(at + 2 - red, 16)
}
