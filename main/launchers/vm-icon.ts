// SPDX-License-Identifier: GPL-2.0-or-later
import type { StraightPicture } from '../capture/picture.ts'
import { shrink } from '../capture/thumbnail.ts'

/** Sizes of a VM's icon in the theme, pixels. */
export const iconSizes = [256, 128, 64, 48] as const

type Colour = readonly [red: number, green: number, blue: number]
/** Places and lengths in 256ths of the icon. */
type Rect = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

type Shape = {
  readonly bounds: Rect
  readonly holds: (x: number, y: number) => boolean
}

const SIDE = 256
const frame: Rect = { x: 6, y: 20, width: 244, height: 176 }
const screen: Rect = { x: 16, y: 30, width: 224, height: 156 }
const neck: Rect = { x: 92, y: 190, width: 56, height: 26 }
const foot: Rect = { x: 62, y: 212, width: 116, height: 16 }
/** Where assets/icon.svg lies in the badge: its 128 units as 256ths. */
const mark = { x: 138, y: 132, scale: 0.92 } as const

const dark: Colour = [28, 43, 61]
const black: Colour = [0, 0, 0]
const metal: Colour = [94, 110, 130]

/** The arrow of assets/icon.svg, in its units. */
const arrow: readonly (readonly [number, number])[] = [
  [64, 57],
  [64, 87],
  [71.6, 80.1],
  [76.5, 91.4],
  [82.5, 88.8],
  [77.6, 77.6],
  [87.7, 77.1],
]

/** A VM's icon: a monitor that shows its picture, with the program's own icon as a badge. RGBA, straight alpha. */
export function drawVmIcon(picture: StraightPicture, size: number): StraightPicture {
  const canvas = new Canvas(size)
  canvas.fill(roundedRect(neck, 4), metal)
  canvas.fill(roundedRect(foot, 8), metal)
  canvas.fill(roundedRect(frame, 16), dark)
  canvas.fill(roundedRect(screen, 8), black)
  const unit = size / SIDE
  const most = { width: Math.round(screen.width * unit), height: Math.round(screen.height * unit) }
  canvas.paste(shrink(picture, most.width, most.height), screen, roundedRect(screen, 8))
  for (const [x, y, colour] of markCards) canvas.fill(markCard(x, y), colour)
  canvas.fill(polygon(arrow.map(([x, y]) => [fromMark(x, 'x'), fromMark(y, 'y')])), dark)
  return canvas.picture
}

/** The three cards of assets/icon.svg. */
const markCards: readonly (readonly [x: number, y: number, colour: Colour])[] = [
  [10, 18, [28, 79, 145]],
  [22, 30, [47, 123, 214]],
  [34, 42, [246, 248, 251]],
]

function markCard(x: number, y: number): Shape {
  const { scale } = mark
  const rect = { x: fromMark(x, 'x'), y: fromMark(y, 'y'), width: 84 * scale, height: 62 * scale }
  return roundedRect(rect, 9 * scale)
}

function fromMark(value: number, axis: 'x' | 'y'): number {
  return mark[axis] + value * mark.scale
}

class Canvas {
  readonly picture: StraightPicture
  /** Units of a shape in a pixel. */
  readonly #step: number

  constructor(size: number) {
    this.picture = { width: size, height: size, rgba: new Uint8Array(size * size * 4) }
    this.#step = SIDE / size
  }

  fill(shape: Shape, colour: Colour): void {
    this.#paint(shape, () => colour)
  }

  /** Puts a picture into the middle of a rectangle, its own pixels on the canvas's. */
  paste({ width, height, rgba }: StraightPicture, into: Rect, shape: Shape): void {
    const left = Math.round((into.x + into.width / 2) / this.#step - width / 2)
    const top = Math.round((into.y + into.height / 2) / this.#step - height / 2)
    this.#paint(shape, (x, y) => {
      const [column, row] = [x - left, y - top]
      if (column < 0 || row < 0 || column >= width || row >= height) return undefined
      const at = (row * width + column) * 4
      return [rgba[at] ?? 0, rgba[at + 1] ?? 0, rgba[at + 2] ?? 0]
    })
  }

  #paint(shape: Shape, colourAt: (x: number, y: number) => Colour | undefined): void {
    const { width, height, rgba } = this.picture
    const { bounds } = shape
    const right = Math.min(width, Math.ceil((bounds.x + bounds.width) / this.#step))
    const bottom = Math.min(height, Math.ceil((bounds.y + bounds.height) / this.#step))
    for (let y = Math.floor(bounds.y / this.#step); y < bottom; y += 1) {
      for (let x = Math.floor(bounds.x / this.#step); x < right; x += 1) {
        const cover = this.#cover(shape, x, y)
        const colour = cover > 0 ? colourAt(x, y) : undefined
        if (colour) blend(rgba, (y * width + x) * 4, colour, cover)
      }
    }
  }

  /** How much of a pixel a shape covers, 0 to 1. Pixels with equal corners are inside or outside. */
  #cover({ holds }: Shape, x: number, y: number): number {
    const at = (dx: number, dy: number) => holds((x + dx) * this.#step, (y + dy) * this.#step)
    const corner = at(0, 0)
    if (at(1, 0) === corner && at(0, 1) === corner && at(1, 1) === corner) return corner ? 1 : 0
    let inside = 0
    for (const dy of samples) for (const dx of samples) if (at(dx, dy)) inside += 1
    return inside / samples.length ** 2
  }
}

const samples = [0.125, 0.375, 0.625, 0.875] as const

/** Over, with straight alpha. */
function blend(rgba: Uint8Array, at: number, colour: Colour, cover: number): void {
  const under = ((rgba[at + 3] ?? 0) / 255) * (1 - cover)
  const alpha = cover + under
  for (const [channel, value] of colour.entries()) {
    const mixed = (value * cover + (rgba[at + channel] ?? 0) * under) / alpha
    rgba[at + channel] = Math.round(mixed)
  }
  rgba[at + 3] = Math.round(alpha * 255)
}

function roundedRect(bounds: Rect, radius: number): Shape {
  const { x, y, width, height } = bounds
  const holds = (px: number, py: number): boolean => {
    const dx = Math.max(x + radius - px, px - (x + width - radius), 0)
    const dy = Math.max(y + radius - py, py - (y + height - radius), 0)
    return dx * dx + dy * dy <= radius * radius
  }
  return { bounds, holds }
}

/** By the even-odd rule. */
function polygon(points: readonly (readonly [number, number])[]): Shape {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  const bounds = { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
  const holds = (px: number, py: number): boolean => {
    let inside = false
    for (const [at, [cornerX, cornerY]] of points.entries()) {
      const [lastX, lastY] = points.at(at - 1) ?? [cornerX, cornerY]
      const crosses = cornerY > py !== lastY > py
      const along = (py - cornerY) / (lastY - cornerY)
      if (crosses && px < (lastX - cornerX) * along + cornerX) inside = !inside
    }
    return inside
  }
  return { bounds, holds }
}
