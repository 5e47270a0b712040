// SPDX-License-Identifier: GPL-2.0-or-later
import { bounds, type Rect } from './geometry.ts'
import { LINEAR } from './modifier.ts'
import type { Plane } from './plane.ts'
import { layoutOf } from './plane-layout.ts'

/**
 * What a page is given of a plane: `raw` its bytes as they lie in the guest, for a GPU to decode;
 * `plain` pixels that a CPU can draw as they are.
 */
export const pixelNeeds = ['raw', 'plain'] as const
export type PixelNeed = (typeof pixelNeeds)[number]

/** Formats that are drawn as they are once they are linear. */
const plainCodes: readonly string[] = ['XR24', 'AR24', 'XB24', 'AB24']

/**
 * The plane that stands for another where pixels must be plain: linear, 32 bits, rows tight. A plain
 * format only loses its tiles, and keeps the order of its rows; any other becomes RGBA, top row first.
 * Undefined where the plane is plain already.
 */
export function plainPlane(plane: Plane): Plane | undefined {
  const isPlain = plainCodes.includes(plane.fourcc)
  if (isPlain && plane.modifier === LINEAR) return undefined
  const { kind, width, height, x, y, hotspot, bottomUp } = plane
  const stride = width * 4
  return {
    kind,
    fourcc: isPlain ? plane.fourcc : layoutOf(plane).format.alpha ? 'AB24' : 'XB24',
    modifier: LINEAR,
    width,
    height,
    memory: [{ buffer: 0, offset: 0, stride, size: stride * height }],
    x,
    y,
    ...(hotspot ? { hotspot } : {}),
    bottomUp: isPlain && bottomUp,
  }
}

/** How 32-bit pixels are changed on their way: red and blue change places, the fourth byte becomes 255. */
export type Carriage = { readonly fourcc: string; readonly swap: boolean; readonly opaque: boolean }

// biome-ignore format: one row per format
const carriages: Readonly<Record<string, Carriage>> = {
  XR24: { fourcc: 'XB24', swap: true,  opaque: true },
  AR24: { fourcc: 'AB24', swap: true,  opaque: false },
  XB24: { fourcc: 'XB24', swap: false, opaque: true },
  AB24: { fourcc: 'AB24', swap: false, opaque: false },
}

/** What becomes of a plain plane's pixels where they are copied anyway: RGBA bytes, as canvases keep them. */
export function carriage(plane: Plane): Carriage | undefined {
  return plane.modifier === LINEAR ? carriages[plane.fourcc] : undefined
}

/**
 * The same area in fewer rectangles: neighbours in a row become one, then equal rows. The order is that
 * of damage: along memory.
 *
 * @param most where even so more are left, those that follow each other are drawn as what holds them
 */
export function joinedRects(rects: readonly Rect[], most: number): readonly Rect[] {
  const across = merged(
    rects,
    (a, b) => a.y === b.y && a.height === b.height && b.x <= a.x + a.width && b.x >= a.x,
  )
  const down = merged(
    across,
    (a, b) => a.x === b.x && a.width === b.width && b.y <= a.y + a.height && b.y >= a.y,
  )
  if (down.length <= most) return down
  const group = Math.ceil(down.length / most)
  return merged(down, (_a, _b, index) => index % group !== 0)
}

/** Joins every rectangle with the one before it where the two may be one. */
function merged(
  rects: readonly Rect[],
  may: (before: Rect, rect: Rect, index: number) => boolean,
): readonly Rect[] {
  const result: Rect[] = []
  for (const [index, rect] of rects.entries()) {
    const before = result.at(-1)
    if (before && may(before, rect, index)) result[result.length - 1] = bounds(before, rect)
    else result.push(rect)
  }
  return result
}
