// SPDX-License-Identifier: GPL-2.0-or-later
import type { Rect, Size } from '../../../core/geometry.ts'
import { Canvas, type Color, disc, mix, segment, square } from './canvas.ts'
import { paintLandscape } from './landscape.ts'
import { drawText, type TextStyle, textWidth } from './lettering.ts'

const LIGHT: Color = 0xf4efe6
const DIM: Color = 0xa9acc6
const ACCENT: Color = 0xffb86b
const CARD: Color = 0x0d1126
/** Primaries at full strength, so that a swapped channel shows at once. */
const bars: readonly Color[] = [
  0xffffff, 0xffff00, 0x00ffff, 0x00ff00, 0xff00ff, 0xff0000, 0x0000ff, 0x000000,
]
const GREYS = 16
/** All fine lines repeat after this many rows. */
const PATTERN_ROWS = 4

const DIGITS = 6

/** One place of the counter: where it is, what lies under it, what it shows. */
type Digit = {
  readonly left: number
  readonly top: number
  readonly box: Rect
  readonly under: Uint32Array
  shown: string
}

/** What the scene says about itself. */
export type SceneFacts = Size & { readonly lines: readonly string[] }

/**
 * The built-in guest's picture: a quiet evening that is also a test card. Frame and corner marks show
 * cropping, fine lines show scaling, bars and greys show channels and range, letters show mirroring,
 * the bead on its ring and the counter show motion, tearing and lost frames.
 */
export class Scene {
  readonly canvas: Canvas
  readonly #unit: number
  readonly #dial: { readonly box: Rect; readonly x: number; readonly y: number; readonly r: number }
  readonly #dialUnder: Uint32Array
  readonly #counter: TextStyle
  readonly #digits: readonly Digit[]
  #bead: Rect | undefined

  constructor(facts: SceneFacts) {
    const { width, height } = facts
    this.canvas = new Canvas(width, height)
    const unit = Math.max(0.05, Math.min(width / 1920, height / 1080))
    this.#unit = unit
    paintLandscape(this.canvas, unit)
    this.#paintCard(facts.lines)
    this.#paintFrame()

    const r = 104 * unit
    const x = width - 260 * unit
    const y = height - 270 * unit
    this.#dial = { box: square(x, y, r + 18 * unit), x, y, r }
    this.canvas.shape(this.#dial.box, LIGHT, 0.28, ring(x, y, r, 1.5 * unit))
    this.#dialUnder = this.canvas.copy(this.#dial.box)
    this.#counter = { height: 26 * unit, stroke: 2.4 * unit, color: LIGHT }
    const step = textWidth('0', this.#counter)
    const top = y - this.#counter.height / 2
    // The places meet and do not overlap, so that one can be drawn anew without its neighbours.
    const edge = (at: number) => Math.floor(x + step * (at - DIGITS / 2) - 3 * unit)
    this.#digits = Array.from({ length: DIGITS }, (_, at) => {
      const box = {
        x: edge(at),
        y: Math.floor(top - 8 * unit),
        width: edge(at + 1) - edge(at),
        height: Math.ceil(this.#counter.height + 16 * unit),
      }
      const left = x + step * (at - DIGITS / 2)
      return { left, top, box, under: this.canvas.copy(box), shown: '' }
    })
    this.show(0)
  }

  /** Paints frame number `frame`; the rectangles that changed. */
  show(frame: number): readonly Rect[] {
    const { canvas } = this
    const { x, y, r, box } = this.#dial
    const changed: Rect[] = []
    if (this.#bead) {
      const bead = this.#bead
      this.#restoreDial(bead)
      changed.push(bead)
    }
    const angle = (frame / 180) * 2 * Math.PI - Math.PI / 2
    const beadX = x + Math.cos(angle) * r
    const beadY = y + Math.sin(angle) * r
    const bead = clip(square(beadX, beadY, 15 * this.#unit), box)
    canvas.shape(bead, ACCENT, 0.25, disc(beadX, beadY, 14 * this.#unit))
    canvas.shape(bead, ACCENT, 1, disc(beadX, beadY, 8 * this.#unit))
    this.#bead = bead
    changed.push(bead)

    const text = String(frame % 10 ** DIGITS).padStart(DIGITS, '0')
    for (const [at, digit] of this.#digits.entries()) {
      const wanted = text[at] ?? '0'
      if (digit.shown === wanted) continue
      digit.shown = wanted
      canvas.paste(digit.box, digit.under)
      drawText(canvas, wanted, digit.left, digit.top, this.#counter, digit.box)
      changed.push(digit.box)
    }
    return changed
  }

  #restoreDial(rect: Rect): void {
    const { box } = this.#dial
    const x0 = Math.max(0, Math.floor(box.x))
    const y0 = Math.max(0, Math.floor(box.y))
    const width = Math.min(this.canvas.width, Math.ceil(box.x + box.width)) - x0
    for (let row = Math.max(rect.y, y0); row < rect.y + rect.height; row += 1) {
      const from = (row - y0) * width + Math.max(rect.x, x0) - x0
      const to = row * this.canvas.width + Math.max(rect.x, x0)
      const columns = Math.min(rect.x + rect.width, x0 + width) - Math.max(rect.x, x0)
      this.canvas.pixels.set(this.#dialUnder.subarray(from, from + columns), to)
    }
  }

  #paintCard(lines: readonly string[]): void {
    const { canvas } = this
    const u = this.#unit
    const card = { x: 120 * u, y: 128 * u, width: 720 * u, height: 556 * u }
    canvas.panel(card, 22 * u, CARD, 0.62)
    const left = card.x + 56 * u
    const title = { height: 62 * u, stroke: 7 * u, color: LIGHT, tracking: 1.1 }
    drawText(canvas, 'SCANOUT', left, card.y + 60 * u, title)
    const small = { height: 19 * u, stroke: 2 * u, color: DIM, tracking: 0.9 }
    for (const [at, line] of lines.entries()) {
      drawText(canvas, line, left, card.y + (164 + at * 38) * u, small)
    }
    this.#paintBars({ x: left, y: card.y + 296 * u, width: 608 * u, height: 96 * u })
    this.#paintGreys({ x: left, y: card.y + 392 * u, width: 608 * u, height: 40 * u })
    this.#paintFineLines({ x: left, y: card.y + 456 * u, width: 608 * u, height: 48 * u })
  }

  #paintBars(rect: Rect): void {
    for (const [at, color] of bars.entries()) this.canvas.fill(cell(rect, at, bars.length), color)
  }

  #paintGreys(rect: Rect): void {
    for (let at = 0; at < GREYS; at += 1) {
      this.canvas.fill(cell(rect, at, GREYS), mix(0x000000, 0xffffff, at / (GREYS - 1)))
    }
  }

  /** Lines one, two and three pixels wide, upright and level, and a chequerboard: grey when scaled badly. */
  #paintFineLines(rect: Rect): void {
    const patterns: readonly ((x: number, y: number) => boolean)[] = [
      (x) => x % 2 === 0,
      (x) => x % 4 < 2,
      (x) => x % 6 < 3,
      (x, y) => (x + y) % 2 === 0,
      (_x, y) => y % 2 === 0,
      (_x, y) => y % 4 < 2,
    ]
    const { pixels, width, height } = this.canvas
    for (const [at, isLight] of patterns.entries()) {
      const area = cell(rect, at, patterns.length)
      const right = Math.min(width, area.x + area.width)
      const bottom = Math.min(height, area.y + area.height)
      for (let y = area.y; y < Math.min(bottom, area.y + PATTERN_ROWS); y += 1) {
        for (let x = area.x; x < right; x += 1) {
          pixels[y * width + x] = isLight(x, y) ? 0xffffff : 0x000000
        }
      }
      for (let y = area.y + PATTERN_ROWS; y < bottom; y += 1) {
        const above = (y - PATTERN_ROWS) * width
        pixels.copyWithin(y * width + area.x, above + area.x, above + right)
      }
    }
  }

  /** The outermost pixels, and a bracket with its name in each corner. */
  #paintFrame(): void {
    const { canvas } = this
    const { width, height } = canvas
    const u = this.#unit
    canvas.fill({ x: 0, y: 0, width, height: 1 }, ACCENT)
    canvas.fill({ x: 0, y: height - 1, width, height: 1 }, ACCENT)
    canvas.fill({ x: 0, y: 0, width: 1, height }, ACCENT)
    canvas.fill({ x: width - 1, y: 0, width: 1, height }, ACCENT)
    const style = { height: 15 * u, stroke: 1.8 * u, color: DIM }
    for (const [name, right, bottom] of corners) {
      const x = right ? width - 28 * u : 28 * u
      const y = bottom ? height - 28 * u : 28 * u
      const inX = right ? -1 : 1
      const inY = bottom ? -1 : 1
      for (const [endX, endY] of [[x + 44 * u * inX, y] as const, [x, y + 44 * u * inY] as const]) {
        canvas.shape(square(x, y, 50 * u), DIM, 0.8, segment(x, y, endX, endY, 1.2 * u))
      }
      const textX = right ? x - 16 * u - textWidth(name, style) : x + 18 * u
      drawText(canvas, name, textX, bottom ? y - 32 * u : y + 17 * u, style)
    }
  }
}

const corners: readonly (readonly [name: string, right: boolean, bottom: boolean])[] = [
  ['TL', false, false],
  ['TR', true, false],
  ['BL', false, true],
  ['BR', true, true],
]

function clip(rect: Rect, to: Rect): Rect {
  const x = Math.max(rect.x, Math.floor(to.x))
  const y = Math.max(rect.y, Math.floor(to.y))
  const right = Math.min(rect.x + rect.width, Math.ceil(to.x + to.width))
  const bottom = Math.min(rect.y + rect.height, Math.ceil(to.y + to.height))
  return { x, y, width: right - x, height: bottom - y }
}

/** One of `count` equal cells of a row, on whole pixels. */
function cell(rect: Rect, at: number, count: number): Rect {
  const x = Math.round(rect.x + (rect.width * at) / count)
  const right = Math.round(rect.x + (rect.width * (at + 1)) / count)
  const y = Math.round(rect.y)
  return { x, y, width: right - x, height: Math.round(rect.y + rect.height) - y }
}

function ring(x: number, y: number, r: number, half: number): (px: number, py: number) => number {
  return (px, py) => Math.abs(Math.hypot(px - x, py - y) - r) - half
}
