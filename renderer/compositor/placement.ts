// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../core/assert-never.ts'
import type { Point, Rect, Size } from '../../core/geometry.ts'
import type { ScaleMode } from '../../core/settings.ts'

/** Where the picture goes in the view. */
export type Placement = {
  /** Device pixels, y down from the view's top; may reach beyond the view in `1:1`. */
  readonly rect: Rect
  /** True when a guest pixel is not a whole number of device pixels, so that edges must be blended. */
  readonly smooth: boolean
}

/**
 * Places a guest picture in the view.
 *
 * @param guest guest pixels, positive
 * @param view device pixels, positive
 * @param pan device pixels by which a picture larger than the view is scrolled in `1:1`
 * @param zoom percent of a device pixel that a guest pixel takes in `1:1`
 */
export function place(
  mode: ScaleMode,
  guest: Size,
  view: Size,
  pan: Point = origin,
  zoom = 100,
): Placement {
  const ratio = Math.min(view.width / guest.width, view.height / guest.height)
  switch (mode) {
    case 'fit':
      return fitted(guest, view, ratio)
    case 'integer':
      return ratio < 1
        ? fitted(guest, view, ratio)
        : centred(scaled(guest, Math.floor(ratio)), view)
    case '1:1': {
      const size = zoomed(guest, zoom)
      const { x, y } = clampPan(size, view, pan)
      const middle = centred(size, view).rect
      return {
        rect: {
          ...size,
          x: size.width > view.width ? -x : middle.x,
          y: size.height > view.height ? -y : middle.y,
        },
        smooth: !isWhole(guest, size),
      }
    }
    case 'stretch':
      return {
        rect: { x: 0, y: 0, width: view.width, height: view.height },
        smooth: !isWhole(guest, view),
      }
    default:
      return assertNever(mode)
  }
}

const origin: Point = { x: 0, y: 0 }

/** A picture's size on the screen in `1:1`: device pixels, one at least each way. */
export function zoomed(guest: Size, percent: number): Size {
  const along = (side: number) => Math.max(1, Math.round((side * percent) / 100))
  return { width: along(guest.width), height: along(guest.height) }
}

/**
 * Keeps the view inside a picture that is shown `1:1`; zero along an axis that fits. Whole pixels.
 *
 * @param shown the picture's size on the screen, device pixels
 */
export function clampPan(shown: Size, view: Size, pan: Point): Point {
  const along = (at: number, room: number) =>
    Math.min(Math.max(0, Math.round(at)), Math.max(0, room))
  return {
    x: along(pan.x, shown.width - view.width),
    y: along(pan.y, shown.height - view.height),
  }
}

/**
 * The device pixels that a part of the picture can touch, blending included.
 *
 * @param part guest pixels
 */
export function deviceRect(part: Rect, guest: Size, placement: Placement): Rect {
  const { rect, smooth } = placement
  const margin = smooth ? 1 : 0
  const along = (from: number, length: number, size: number, at: number, extent: number) => {
    const first = Math.floor(((from - margin) * extent) / size)
    const last = Math.ceil(((from + length + margin) * extent) / size)
    const low = Math.max(0, first - margin)
    return { at: at + low, extent: Math.min(extent, last + margin) - low }
  }
  const x = along(part.x, part.width, guest.width, rect.x, rect.width)
  const y = along(part.y, part.height, guest.height, rect.y, rect.height)
  return { x: x.at, y: y.at, width: x.extent, height: y.extent }
}

/** The largest size of the picture's shape, and not larger than it, that fits into `most`. Whole pixels, one at least. */
export function sizeWithin(size: Size, most: Size): Size {
  const ratio = Math.min(1, most.width / size.width, most.height / size.height)
  return {
    width: Math.max(1, Math.round(size.width * ratio)),
    height: Math.max(1, Math.round(size.height * ratio)),
  }
}

function fitted(guest: Size, view: Size, ratio: number): Placement {
  const size = {
    width: Math.min(view.width, Math.max(1, Math.round(guest.width * ratio))),
    height: Math.min(view.height, Math.max(1, Math.round(guest.height * ratio))),
  }
  return centred(size, view, !isWhole(guest, size))
}

function centred(size: Size, view: Size, smooth = false): Placement {
  return {
    rect: {
      x: Math.floor((view.width - size.width) / 2),
      y: Math.floor((view.height - size.height) / 2),
      width: size.width,
      height: size.height,
    },
    smooth,
  }
}

function scaled(size: Size, factor: number): Size {
  return { width: size.width * factor, height: size.height * factor }
}

function isWhole(guest: Size, shown: Size): boolean {
  return shown.width % guest.width === 0 && shown.height % guest.height === 0
}
