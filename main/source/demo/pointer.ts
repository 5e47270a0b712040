// SPDX-License-Identifier: GPL-2.0-or-later
import type { Point } from '../../../core/geometry.ts'
import { segment } from './canvas.ts'

/** Width and height of the hardware cursor; GVT-g knows 64, 128 and 256. */
export const POINTER_SIDE = 64
/** Where the arrow's tip is. */
export const POINTER_HOTSPOT: Point = { x: 6, y: 4 }

/** The arrow's outline from the tip, clockwise. */
const outline: readonly (readonly [x: number, y: number])[] = [
  [6, 4],
  [30, 28],
  [19.5, 28.6],
  [25.4, 41.4],
  [20.2, 43.8],
  [14.2, 30.8],
  [6, 38],
]
/** Beyond this column and row there is not even shadow. */
const REACH = 54
const BORDER = 1.6
const SHADOW = { x: 1.5, y: 2.5, reach: 5, opacity: 0.35 }

/** An arrow with a soft shadow: AR24 words, pre-multiplied, rows tight. */
export function pointerPixels(): Uint32Array {
  return Uint32Array.from({ length: POINTER_SIDE * POINTER_SIDE }, (_, at) => {
    const x = (at % POINTER_SIDE) + 0.5
    const y = Math.floor(at / POINTER_SIDE) + 0.5
    const isNear = x < REACH && y < REACH
    if (!isNear) return 0
    const depth = distance(x, y)
    const fill = clamp(0.5 - depth)
    const border = clamp(0.5 + BORDER - depth)
    const far = distance(x - SHADOW.x, y - SHADOW.y)
    const shadow = SHADOW.opacity * clamp(1 - far / SHADOW.reach) ** 2
    const alpha = border + shadow * (1 - border)
    const light = Math.round(255 * fill)
    // Pre-multiplied: no channel above alpha. The border is dark, the fill nearly white.
    const grey = Math.round(light * 0.97 + (border - fill) * 24)
    const opaque = Math.max(grey, Math.round(255 * alpha))
    return ((opaque << 24) | (grey << 16) | (grey << 8) | grey) >>> 0
  })
}

function clamp(value: number): number {
  return Math.max(0, Math.min(1, value))
}

const edges = outline.map(([x0, y0], at) => {
  const [x1, y1] = outline[(at + 1) % outline.length] ?? [x0, y0]
  return { x0, y0, x1, y1, distance: segment(x0, y0, x1, y1, 0) }
})

/** To the outline; negative inside. */
function distance(x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY
  let isInside = false
  for (const { x0, y0, x1, y1, distance: toEdge } of edges) {
    least = Math.min(least, toEdge(x, y))
    if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) isInside = !isInside
  }
  return isInside ? -least : least
}
