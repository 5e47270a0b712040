// SPDX-License-Identifier: GPL-2.0-or-later
import type { Point, Size } from '../../core/geometry.ts'
import type { CursorImage, GuestCursor } from '../compositor/cursor-copies.ts'
import {
  cursorCss,
  drawShape,
  layOutShape,
  MAX_CURSOR,
  MAX_EDGE_CURSOR,
  visiblePart,
} from './cursor-shape.ts'
import type { ShownPicture } from './pointer.ts'

/** What the compositor knows and does for the cursor. */
export type CursorView = {
  readonly shown: ShownPicture | undefined
  readonly cursor: GuestCursor | undefined
  /** Leaves the cursor out of the drawn picture. */
  hidesCursor: boolean
}

/** How far the guest's cursor may be from the pointer and still be the pointer's, guest pixels. */
const NEAR = 2
/** A guest whose cursor is elsewhere after the pointer has rested for so long has put it there, ms. */
const SETTLE_MS = 500

/** Shapes that are kept ready: an animated cursor has some. */
const MOST_SHAPES = 16

/** A cursor's picture, ready to be shown. */
type Shape = {
  readonly css: string
  /** Keeps the browser's copy alive; its address is ours to give back. */
  readonly image: HTMLImageElement
  /** CSS pixels. */
  readonly hotspot: Point
  readonly size: Size
}

/**
 * Lends the host's cursor the shape of the guest's, which then follows the hand at once. It does so
 * while the pointer is over the picture and the guest's cursor is where the pointer is: one that is
 * elsewhere, or has another hotspot than it says, is drawn in the picture, and the host's is hidden.
 */
export class HostCursor implements Disposable {
  readonly #canvas: HTMLCanvasElement
  readonly #view: CursorView
  readonly #isTurned: () => boolean
  /** Where the pointer is over the picture: CSS pixels of the window. */
  #pointer: Point | undefined
  /** Where the guest was told that it is. */
  #told: Point | undefined
  #isNear = false
  #cancelSettle: (() => void) | undefined
  /** By what they look like and how large; undefined for those that cannot be shown. */
  readonly #shapes = new Map<string, Shape | undefined>()
  #shape: Shape | undefined
  #making = ''
  #style = ''

  /** @param isTurned the picture stands on its side or head, which no cursor of the host's can */
  constructor(canvas: HTMLCanvasElement, view: CursorView, isTurned: () => boolean) {
    this.#canvas = canvas
    this.#view = view
    this.#isTurned = isTurned
  }

  /** The pointer is over the picture, and the guest has been told so. */
  over(pointer: Point, told: Point): void {
    this.#pointer = pointer
    if (told.x !== this.#told?.x || told.y !== this.#told.y) {
      this.#told = { x: told.x, y: told.y }
      this.#cancelSettle?.()
      this.#cancelSettle = undefined
    }
    this.update()
  }

  /** The pointer is not the guest's. */
  away(): void {
    this.#pointer = undefined
    this.#told = undefined
    this.#isNear = false
    this.#cancelSettle?.()
    this.#cancelSettle = undefined
    this.update()
  }

  /** To be called after the picture, its cursor or its place changed. */
  update(): void {
    this.#compare()
    const lends = this.#pointer && this.#isNear && !this.#isTurned()
    const shape = lends ? this.#currentShape() : undefined
    const fits = shape !== undefined && this.#fits(shape)
    const style = fits ? shape.css : this.#pointer ? 'none' : ''
    // Read back, the text may differ: it is compared with what was written.
    if (style !== this.#style) this.#canvas.style.cursor = style
    this.#style = style
    this.#view.hidesCursor = fits
  }

  [Symbol.dispose](): void {
    this.away()
    this.#making = ''
    for (const key of [...this.#shapes.keys()]) this.#drop(key)
  }

  #compare(): void {
    const { cursor } = this.#view
    const told = this.#told
    if (!cursor?.hotspot || !told) return
    const dx = cursor.x + cursor.hotspot.x - told.x
    const dy = cursor.y + cursor.hotspot.y - told.y
    const isNear = Math.max(Math.abs(dx), Math.abs(dy)) <= NEAR
    if (isNear) {
      this.#isNear = true
      this.#cancelSettle?.()
      this.#cancelSettle = undefined
    } else if (this.#isNear && !this.#cancelSettle) {
      const timer = setTimeout(() => {
        this.#cancelSettle = undefined
        this.#isNear = false
        this.update()
      }, SETTLE_MS)
      this.#cancelSettle = () => clearTimeout(timer)
    }
  }

  /** The shape of the guest's cursor on this screen; the one before while it is made. */
  #currentShape(): Shape | undefined {
    const { cursor, shown } = this.#view
    if (!cursor?.hotspot || !shown) return undefined
    const { hotspot } = cursor
    const scale = {
      x: shown.rect.width / shown.guest.width,
      y: shown.rect.height / shown.guest.height,
    }
    const ratio = this.#canvas.width / Math.max(1, this.#canvas.clientWidth)
    const key = `${cursor.state} ${hotspot.x} ${hotspot.y} ${scale.x} ${scale.y} ${ratio}`
    if (this.#shapes.has(key)) this.#shape = this.#shapes.get(key)
    else if (key !== this.#making) {
      this.#making = key
      void this.#make(key, cursor, hotspot, scale, ratio)
    }
    return this.#shape
  }

  async #make(
    key: string,
    cursor: GuestCursor,
    hotspot: Point,
    scale: Point,
    ratio: number,
  ): Promise<void> {
    const shape = await makeShape(cursor.read(), hotspot, scale, ratio)
    if (key !== this.#making) {
      if (shape) URL.revokeObjectURL(shape.image.src)
      return
    }
    this.#making = ''
    this.#shapes.set(key, shape)
    this.update()
    for (const old of [...this.#shapes.keys()].slice(0, -MOST_SHAPES)) this.#drop(old)
  }

  #drop(key: string): void {
    const shape = this.#shapes.get(key)
    this.#shapes.delete(key)
    if (shape) URL.revokeObjectURL(shape.image.src)
  }

  #fits({ size, hotspot }: Shape): boolean {
    const at = this.#pointer
    if (!at || Math.max(size.width, size.height) <= MAX_EDGE_CURSOR) return at !== undefined
    const left = at.x - hotspot.x
    const top = at.y - hotspot.y
    const { innerWidth, innerHeight } = window
    return (
      Math.min(left, top) >= 1 &&
      left + size.width < innerWidth - 1 &&
      top + size.height < innerHeight - 1
    )
  }
}

/** Undefined for a cursor that cannot be seen, is too large, or that the browser does not take. */
async function makeShape(
  image: CursorImage | undefined,
  hotspot: Point,
  scale: Point,
  ratio: number,
): Promise<Shape | undefined> {
  const visible = image && visiblePart(image)
  if (!image || !visible) return undefined
  const layout = layOutShape(visible, hotspot, scale, ratio)
  const size = { width: layout.size.width / ratio, height: layout.size.height / ratio }
  if (Math.max(size.width, size.height) > MAX_CURSOR) return undefined
  const loaded = new Image()
  loaded.src = URL.createObjectURL(await drawShape(image, layout))
  try {
    // Known to the browser before it is needed: else the cursor would be gone for a moment.
    await loaded.decode()
  } catch {
    URL.revokeObjectURL(loaded.src)
    return undefined
  }
  const css = cursorCss(loaded.src, layout.hotspot, ratio)
  return { css, image: loaded, hotspot: layout.hotspot, size }
}
