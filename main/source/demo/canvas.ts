// SPDX-License-Identifier: GPL-2.0-or-later
import { intersect, type Rect, type Size } from '../../../core/geometry.ts'

/** 0xRRGGBB */
export type Color = number

/** Pixels that the built-in guest draws into, row by row, 0xAARRGGBB; alpha matters for cursors only. */
export class Canvas implements Size {
  readonly width: number
  readonly height: number
  readonly pixels: Uint32Array

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.pixels = new Uint32Array(width * height)
  }

  fill(rect: Rect, color: Color): void {
    const { x, y, width, height } = this.#clip(rect)
    for (let row = y; row < y + height; row += 1) {
      const at = row * this.width + x
      this.pixels.fill(color, at, at + width)
    }
  }

  /** Mixes a colour into a whole rectangle. */
  tint(rect: Rect, color: Color, opacity: number): void {
    const { x, y, width, height } = this.#clip(rect)
    const { pixels } = this
    for (let row = y; row < y + height; row += 1) {
      const end = row * this.width + x + width
      for (let at = end - width; at < end; at += 1)
        pixels[at] = mix(pixels[at] ?? 0, color, opacity)
    }
  }

  /** A tinted rectangle with round corners. */
  panel(rect: Rect, radius: number, color: Color, opacity: number): void {
    const x = Math.round(rect.x)
    const y = Math.round(rect.y)
    const width = Math.round(rect.width)
    const height = Math.round(rect.height)
    const r = Math.round(radius)
    this.tint({ x: x + r, y, width: width - 2 * r, height: r }, color, opacity)
    this.tint({ x, y: y + r, width, height: height - 2 * r }, color, opacity)
    this.tint({ x: x + r, y: y + height - r, width: width - 2 * r, height: r }, color, opacity)
    for (const [left, centreX] of [[x, x + r] as const, [x + width - r, x + width - r] as const]) {
      for (const [top, centreY] of [
        [y, y + r] as const,
        [y + height - r, y + height - r] as const,
      ]) {
        const corner = { x: left, y: top, width: r, height: r }
        this.shape(corner, color, opacity, (px, py) => Math.hypot(px - centreX, py - centreY) - r)
      }
    }
  }

  /** Mixes a colour in; coverage 0…1. Outside the canvas nothing happens. */
  blend(x: number, y: number, color: Color, coverage: number): void {
    if (coverage <= 0 || x < 0 || y < 0 || x >= this.width || y >= this.height) return
    const at = y * this.width + x
    this.pixels[at] = mix(this.pixels[at] ?? 0, color, Math.min(1, coverage))
  }

  /**
   * Mixes a shape in: `distance` says how far outside (positive) or inside a pixel's centre lies,
   * in pixels; edges are one pixel soft.
   */
  shape(
    box: Rect,
    color: Color,
    opacity: number,
    distance: (x: number, y: number) => number,
  ): void {
    const { x, y, width, height } = this.#clip(box)
    for (let row = y; row < y + height; row += 1) {
      for (let column = x; column < x + width; column += 1) {
        const inside = 0.5 - distance(column + 0.5, row + 0.5)
        if (inside > 0) this.blend(column, row, color, opacity * Math.min(1, inside))
      }
    }
  }

  /** The pixels of a rectangle, rows tight. */
  copy(rect: Rect): Uint32Array {
    const { x, y, width, height } = this.#clip(rect)
    const copy = new Uint32Array(width * height)
    for (let row = 0; row < height; row += 1) {
      const at = (y + row) * this.width + x
      copy.set(this.pixels.subarray(at, at + width), row * width)
    }
    return copy
  }

  /** Puts back what {@link copy} took from the same rectangle. */
  paste(rect: Rect, copied: Uint32Array): void {
    const { x, y, width, height } = this.#clip(rect)
    for (let row = 0; row < height; row += 1) {
      this.pixels.set(copied.subarray(row * width, (row + 1) * width), (y + row) * this.width + x)
    }
  }

  #clip(rect: Rect): Rect {
    const x = Math.floor(rect.x)
    const y = Math.floor(rect.y)
    const width = Math.ceil(rect.x + rect.width) - x
    const height = Math.ceil(rect.y + rect.height) - y
    return intersect(
      { x, y, width, height },
      { x: 0, y: 0, width: this.width, height: this.height },
    )
  }
}

/** Between two colours, channel by channel; 0 is the first. */
export function mix(from: Color, to: Color, share: number): Color {
  return mixParts(from, to, Math.round(share * 256))
}

/** The same in parts of 256; whole numbers only, which a cold engine does without allocating. */
export function mixParts(from: Color, to: Color, part: number): Color {
  const rest = 256 - part
  const red = (((from >>> 16) & 255) * rest + ((to >>> 16) & 255) * part) >> 8
  const green = (((from >>> 8) & 255) * rest + ((to >>> 8) & 255) * part) >> 8
  const blue = ((from & 255) * rest + (to & 255) * part) >> 8
  return (red << 16) | (green << 8) | blue
}

/** Distance to a line with round ends, `radius` thick to each side. */
export function segment(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  radius: number,
): (x: number, y: number) => number {
  const dx = x1 - x0
  const dy = y1 - y0
  const length2 = dx * dx + dy * dy || 1
  return (x, y) => {
    const along = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length2))
    return Math.hypot(x - x0 - along * dx, y - y0 - along * dy) - radius
  }
}

/** The whole pixels around a disc. */
export function square(x: number, y: number, r: number): Rect {
  const left = Math.floor(x - r)
  const top = Math.floor(y - r)
  return { x: left, y: top, width: Math.ceil(x + r) - left, height: Math.ceil(y + r) - top }
}

/** Distance to a disc. */
export function disc(x: number, y: number, r: number): (px: number, py: number) => number {
  return (px, py) => Math.hypot(px - x, py - y) - r
}
