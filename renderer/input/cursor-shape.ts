// SPDX-License-Identifier: GPL-2.0-or-later
import { bounds, type Point, type Rect, type Size } from '../../core/geometry.ts'
import type { CursorImage } from '../compositor/cursor-copies.ts'

/** Chromium draws no larger cursor; CSS pixels. */
export const MAX_CURSOR = 128
/** A larger one must lie within the window, or Chromium draws the next of its list; CSS pixels. */
export const MAX_EDGE_CURSOR = 32

/** A cursor on this screen: device pixels, but for the hotspot, which CSS counts in whole pixels of its own. */
export type ShapeLayout = {
  readonly size: Size
  /** What of the guest's image is shown, guest pixels … */
  readonly part: Rect
  /** … and where it is drawn. */
  readonly place: Rect
  readonly hotspot: Point
}

/** The part of an image that can be seen; undefined when none can. */
export function visiblePart({ width, height, rgba }: CursorImage): Rect | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (rgba[(y * width + x) * 4 + 3] === 0) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = y
    }
  }
  if (right < 0) return undefined
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** Premultiplied colours as a canvas takes them; a colour above its alpha counts as equal to it. */
export function straightAlpha(rgba: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const straight = new Uint8ClampedArray(rgba)
  for (let at = 0; at < straight.length; at += 4) {
    const alpha = straight[at + 3] ?? 0
    if (alpha === 0 || alpha === 255) continue
    for (let c = at; c < at + 3; c += 1) straight[c] = ((straight[c] ?? 0) * 255) / alpha
  }
  return straight
}

/**
 * Lays a cursor out for a screen: its hotspot on a whole CSS pixel, its pixels as large as the
 * picture's.
 *
 * @param visible guest pixels of the image
 * @param hotspot guest pixels; a CSS cursor's must be within its image, so the part reaches to it
 * @param scale device pixels of a guest pixel, each way
 * @param ratio device pixels of a CSS pixel
 */
export function layOutShape(
  visible: Rect,
  hotspot: Point,
  scale: Point,
  ratio: number,
): ShapeLayout {
  const part = bounds(visible, { ...hotspot, width: 1, height: 1 })
  const along = (from: number, at: number, length: number, factor: number) => {
    const before = (at - from) * factor
    const whole = Math.max(0, Math.ceil(before / ratio - 1e-6))
    const start = Math.max(0, whole * ratio - before)
    return { start, extent: length * factor, hotspot: whole }
  }
  const x = along(part.x, hotspot.x, part.width, scale.x)
  const y = along(part.y, hotspot.y, part.height, scale.y)
  return {
    size: { width: Math.ceil(x.start + x.extent), height: Math.ceil(y.start + y.extent) },
    part,
    place: { x: x.start, y: y.start, width: x.extent, height: y.extent },
    hotspot: { x: x.hotspot, y: y.hotspot },
  }
}

/** So small a picture is drawn and read faster without the graphics driver. */
const onCpu = { willReadFrequently: true }

/** A shape as PNG. */
export async function drawShape(image: CursorImage, layout: ShapeLayout): Promise<Blob> {
  const { part, place, size } = layout
  const source = new OffscreenCanvas(image.width, image.height)
  const pixels = new ImageData(straightAlpha(image.rgba), image.width, image.height)
  source.getContext('2d', onCpu)?.putImageData(pixels, 0, 0)
  const canvas = new OffscreenCanvas(size.width, size.height)
  const context = canvas.getContext('2d', onCpu)
  if (!context) throw new Error('no 2D canvas')
  const isWhole = place.width % part.width === 0 && place.height % part.height === 0
  context.imageSmoothingEnabled = !isWhole
  context.imageSmoothingQuality = 'high'
  context.drawImage(
    source,
    ...([part.x, part.y, part.width, part.height] as const),
    ...([place.x, place.y, place.width, place.height] as const),
  )
  return canvas.convertToBlob()
}

/** The CSS of a shape; where Chromium cannot draw it, nothing is drawn. */
export function cursorCss(url: string, { x, y }: Point, ratio: number): string {
  return `image-set(url("${url}") ${ratio}x) ${x} ${y}, none`
}
