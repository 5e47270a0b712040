// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from './failure.ts'
import { intersect } from './geometry.ts'
import { type Plane, planeKinds } from './plane.ts'
import { fail, ok, type Result } from './result.ts'

/** A decoded plane: `width × height × 4` bytes of RGBA, top row first, premultiplied. */
export type Layer = { readonly plane: Plane; readonly rgba: Uint8Array }

/** An opaque picture, RGBA, rows tight, top row first. */
export type Picture = {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array<ArrayBuffer>
}

/**
 * What the guest's screen shows: primary, then overlay, then cursor, on a canvas of the primary's
 * size; what hangs over its edges is cut. The primary is opaque whatever its alpha says. The others
 * are blended source-over with premultiplied alpha in integers; a colour above its alpha, which
 * straight-alpha guests send, counts as equal to it.
 */
export function compose(layers: readonly Layer[]): Result<Picture, Failure> {
  const primary = layers.find((layer) => layer.plane.kind === 'primary')
  if (!primary) {
    return fail({
      code: 'no-primary',
      what: 'cannot compose the picture',
      why: 'there is no primary plane to draw on',
      remedy: 'Switch the guest display on, or ask for one plane alone with --plane',
    })
  }
  const { width, height } = primary.plane
  const rgba = new Uint8Array(primary.rgba)
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255
  const picture = { width, height, rgba }
  for (const kind of planeKinds.filter((each) => each !== 'primary')) {
    for (const layer of layers.filter(({ plane }) => plane.kind === kind)) blend(picture, layer)
  }
  return ok(picture)
}

/** Source-over of one layer at its plane's position; the hotspot has no part in it. */
function blend(picture: Picture, { plane, rgba }: Layer): void {
  const seen = intersect(plane, { x: 0, y: 0, width: picture.width, height: picture.height })
  const target = picture.rgba
  for (let y = seen.y; y < seen.y + seen.height; y += 1) {
    let from = ((y - plane.y) * plane.width + seen.x - plane.x) * 4
    let to = (y * picture.width + seen.x) * 4
    for (let x = 0; x < seen.width; x += 1, from += 4, to += 4) {
      const alpha = rgba[from + 3] ?? 0
      for (let c = 0; c < 3; c += 1) {
        const colour = Math.min(rgba[from + c] ?? 0, alpha)
        target[to + c] = colour + div255((target[to + c] ?? 0) * (255 - alpha))
      }
    }
  }
}

/** round(t / 255) for 0 ≤ t ≤ 65025, in integers. */
export function div255(t: number): number {
  const u = t + 128
  return (u + (u >> 8)) >> 8
}
