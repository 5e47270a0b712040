// SPDX-License-Identifier: GPL-2.0-or-later
import type { Rect } from '../../../core/geometry.ts'
import { type Canvas, type Color, segment } from './canvas.ts'

/**
 * A pen's way per character: `M` lifts it to a point, `L` draws a line, `Q` a curve over a control
 * point. Capitals are 6 units high, y down; the first number is the advance.
 */
// biome-ignore format: one row per character
const glyphs: Readonly<Record<string, readonly [advance: number, path: string]>> = {
  ' ': [3, ''],
  A: [5.6, 'M0 6 L2.3 0 L4.6 6 M0.8 4 L3.8 4'],
  B: [5.2, 'M0.4 0 L0.4 6 L2.4 6 Q4.2 6 4.2 4.4 Q4.2 2.9 2.4 2.9 L0.4 2.9 M2.3 2.9 Q3.8 2.9 3.8 1.4 Q3.8 0 2.2 0 L0.4 0'],
  C: [5.6, 'M4.7 1.2 Q4 0 2.6 0 Q0.2 0 0.2 3 Q0.2 6 2.6 6 Q4 6 4.7 4.8'],
  D: [5.8, 'M0.4 0 L0.4 6 L2 6 Q4.9 6 4.9 3 Q4.9 0 2 0 L0.4 0'],
  E: [4.8, 'M4 0 L0.4 0 L0.4 6 L4 6 M0.4 2.9 L3.4 2.9'],
  F: [4.6, 'M4 0 L0.4 0 L0.4 6 M0.4 2.9 L3.4 2.9'],
  G: [5.9, 'M4.8 1.1 Q4 0 2.6 0 Q0.2 0 0.2 3 Q0.2 6 2.6 6 Q4.9 6 4.9 3.4 L2.9 3.4'],
  H: [5.6, 'M0.4 0 L0.4 6 M4.4 0 L4.4 6 M0.4 2.9 L4.4 2.9'],
  I: [2.2, 'M0.6 0 L0.6 6'],
  J: [4.6, 'M3.4 0 L3.4 4.2 Q3.4 6 1.8 6 Q0.5 6 0.2 4.8'],
  K: [5.2, 'M0.4 0 L0.4 6 M4.2 0 L0.4 3.8 M1.7 2.6 L4.4 6'],
  L: [4.6, 'M0.4 0 L0.4 6 L3.8 6'],
  M: [6.4, 'M0.4 6 L0.4 0 L2.8 4 L5.2 0 L5.2 6'],
  N: [5.8, 'M0.4 6 L0.4 0 L4.6 6 L4.6 0'],
  O: [6.2, 'M2.7 0 Q5.2 0 5.2 3 Q5.2 6 2.7 6 Q0.2 6 0.2 3 Q0.2 0 2.7 0'],
  P: [5, 'M0.4 6 L0.4 0 L2.3 0 Q4.2 0 4.2 1.7 Q4.2 3.4 2.3 3.4 L0.4 3.4'],
  Q: [6.2, 'M2.7 0 Q5.2 0 5.2 3 Q5.2 6 2.7 6 Q0.2 6 0.2 3 Q0.2 0 2.7 0 M3.4 4.4 L5.2 6.3'],
  R: [5.2, 'M0.4 6 L0.4 0 L2.3 0 Q4.2 0 4.2 1.6 Q4.2 3.2 2.3 3.2 L0.4 3.2 M2.4 3.2 L4.4 6'],
  S: [5, 'M4.1 1 Q3.5 0 2.2 0 Q0.5 0 0.5 1.5 Q0.5 2.6 2.2 2.9 Q4.2 3.2 4.2 4.5 Q4.2 6 2.3 6 Q0.8 6 0.2 4.8'],
  T: [5, 'M0.1 0 L4.5 0 M2.3 0 L2.3 6'],
  U: [5.8, 'M0.4 0 L0.4 3.7 Q0.4 6 2.5 6 Q4.6 6 4.6 3.7 L4.6 0'],
  V: [5.4, 'M0 0 L2.3 6 L4.6 0'],
  W: [7.4, 'M0 0 L1.6 6 L3.3 0.8 L5 6 L6.6 0'],
  X: [5.2, 'M0.2 0 L4.4 6 M4.4 0 L0.2 6'],
  Y: [5.2, 'M0 0 L2.2 3 L2.2 6 M4.4 0 L2.2 3'],
  Z: [5, 'M0.3 0 L4.2 0 L0.2 6 L4.3 6'],
  0: [5.2, 'M2.2 0 Q4.2 0 4.2 3 Q4.2 6 2.2 6 Q0.2 6 0.2 3 Q0.2 0 2.2 0'],
  1: [5.2, 'M0.9 1.2 L2.4 0 L2.4 6'],
  2: [5.2, 'M0.4 1.6 Q0.4 0 2.2 0 Q4 0 4 1.7 Q4 2.8 2.9 3.7 L0.3 6 L4.2 6'],
  3: [5.2, 'M0.4 1.2 Q0.8 0 2.2 0 Q3.9 0 3.9 1.5 Q3.9 2.8 2 2.8 Q4.2 2.8 4.2 4.4 Q4.2 6 2.2 6 Q0.6 6 0.2 4.7'],
  4: [5.2, 'M3.2 6 L3.2 0 L0.1 4.2 L4.4 4.2'],
  5: [5.2, 'M3.9 0 L0.9 0 L0.6 2.7 Q1.4 2.2 2.3 2.2 Q4.2 2.2 4.2 4.1 Q4.2 6 2.2 6 Q0.8 6 0.3 4.9'],
  6: [5.2, 'M3.6 0.4 Q0.3 0.4 0.3 4 Q0.3 6 2.3 6 Q4.2 6 4.2 4.1 Q4.2 2.4 2.4 2.4 Q0.7 2.4 0.3 4'],
  7: [5.2, 'M0.2 0 L4.2 0 L1.6 6'],
  8: [5.2, 'M2.2 2.8 Q0.6 2.8 0.6 1.4 Q0.6 0 2.2 0 Q3.8 0 3.8 1.4 Q3.8 2.8 2.2 2.8 Q0.2 2.8 0.2 4.4 Q0.2 6 2.2 6 Q4.2 6 4.2 4.4 Q4.2 2.8 2.2 2.8'],
  9: [5.2, 'M0.8 5.6 Q4.1 5.6 4.1 2 Q4.1 0 2.1 0 Q0.2 0 0.2 1.9 Q0.2 3.6 2 3.6 Q3.7 3.6 4.1 2'],
  '.': [2, 'M0.6 5.9 L0.6 6'],
  ',': [2, 'M0.7 5.8 L0.4 6.9'],
  ':': [2, 'M0.6 2.4 L0.6 2.5 M0.6 5.9 L0.6 6'],
  '-': [4, 'M0.4 3.2 L2.8 3.2'],
  '/': [4, 'M0.2 6.6 L3 -0.6'],
  '×': [4.6, 'M0.6 2.2 L3.6 5.2 M3.6 2.2 L0.6 5.2'],
}

const UNITS = 6
const CURVE_STEPS = 7

type Line = readonly [x0: number, y0: number, x1: number, y1: number]

const drawn = new Map<string, readonly Line[]>()

/** The lines of a character, curves flattened. */
function linesOf(character: string): readonly Line[] {
  const known = drawn.get(character)
  if (known) return known
  const lines: Line[] = []
  let x = 0
  let y = 0
  const path = glyphs[character]?.[1] ?? ''
  for (const [, pen, rest = ''] of path.matchAll(/([MLQ])([^MLQ]*)/g)) {
    const [a = 0, b = 0, c = 0, d = 0] = rest.trim().split(/\s+/).map(Number)
    if (pen === 'L') lines.push([x, y, a, b])
    if (pen === 'Q') {
      let [fromX, fromY] = [x, y]
      for (let step = 1; step <= CURVE_STEPS; step += 1) {
        const t = step / CURVE_STEPS
        const toX = (1 - t) ** 2 * x + 2 * t * (1 - t) * a + t * t * c
        const toY = (1 - t) ** 2 * y + 2 * t * (1 - t) * b + t * t * d
        lines.push([fromX, fromY, toX, toY])
        fromX = toX
        fromY = toY
      }
    }
    x = pen === 'Q' ? c : a
    y = pen === 'Q' ? d : b
  }
  drawn.set(character, lines)
  return lines
}

/** How a text is written: capital height and stroke in pixels, tracking in units of a sixth of the height. */
export type TextStyle = {
  readonly height: number
  readonly stroke: number
  readonly color: Color
  readonly tracking?: number
}

export function textWidth(text: string, style: TextStyle): number {
  const units = [...text].reduce((sum, c) => sum + advance(c, style), 0)
  return (units * style.height) / UNITS
}

/** Writes a line of text with its capitals' top-left at a point, within `clip` when one is given. */
export function drawText(
  canvas: Canvas,
  text: string,
  x: number,
  y: number,
  style: TextStyle,
  clip: Rect = { x: 0, y: 0, width: canvas.width, height: canvas.height },
): void {
  const scale = style.height / UNITS
  const radius = style.stroke / 2
  const box = {
    x: Math.floor(x - radius - 1),
    y: Math.floor(y - style.height * 0.15 - radius - 1),
    width: Math.ceil(textWidth(text, style) + style.stroke + 2),
    height: Math.ceil(style.height * 1.3 + style.stroke + 2),
  }
  const cover = new Float32Array(box.width * box.height)
  let pen = x
  for (const character of text) {
    for (const [x0, y0, x1, y1] of linesOf(character)) {
      stroke(
        cover,
        box,
        [pen + x0 * scale, y + y0 * scale, pen + x1 * scale, y + y1 * scale],
        radius,
      )
    }
    pen += advance(character, style) * scale
  }
  for (let at = 0; at < cover.length; at += 1) {
    const coverage = cover[at] ?? 0
    if (coverage > 0) {
      const column = box.x + (at % box.width)
      const row = box.y + Math.floor(at / box.width)
      if (isInside(clip, column, row)) canvas.blend(column, row, style.color, coverage)
    }
  }
}

function isInside({ x, y, width, height }: Rect, column: number, row: number): boolean {
  return column >= x && row >= y && column < x + width && row < y + height
}

function advance(character: string, { tracking = 0.6 }: TextStyle): number {
  return (glyphs[character]?.[0] ?? 3) + tracking
}

/** Adds one line to a coverage map; where lines meet, the greater coverage counts. */
function stroke(cover: Float32Array, box: Rect, line: Line, radius: number): void {
  const [x0, y0, x1, y1] = line
  const distance = segment(x0, y0, x1, y1, radius)
  const left = Math.max(box.x, Math.floor(Math.min(x0, x1) - radius - 1))
  const right = Math.min(box.x + box.width, Math.ceil(Math.max(x0, x1) + radius + 1))
  const top = Math.max(box.y, Math.floor(Math.min(y0, y1) - radius - 1))
  const bottom = Math.min(box.y + box.height, Math.ceil(Math.max(y0, y1) + radius + 1))
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) {
      const inside = Math.min(1, 0.5 - distance(column + 0.5, row + 0.5))
      const at = (row - box.y) * box.width + column - box.x
      if (inside > (cover[at] ?? 0)) cover[at] = inside
    }
  }
}
