// SPDX-License-Identifier: GPL-2.0-or-later
import type { Rect, Size } from '../../../core/geometry.ts'
import { OPAQUE, type Pixels } from './words.ts'

/** How the pixels of one axis of the view are made: each of `taps` neighbours, from its `first` on. */
type Axis = {
  readonly taps: number
  readonly first: Int32Array
  /** `taps` for each pixel, 256 in all. */
  readonly weights: Int32Array
}

/**
 * Scales a picture to a size. The rule is the shader's (webgl/shader.ts, `smoothShader`): enlarging keeps
 * the inside of each guest pixel flat and blends only its edges over one device pixel, reducing averages
 * the guest pixels under each device pixel. Both are products of a rule for columns and one for rows.
 */
export class Scaler {
  readonly from: Size
  readonly to: Size
  readonly smooth: boolean
  readonly #columns: Axis
  readonly #rows: Axis
  /** Guest rows that were scaled in width, for the rows of one call. */
  #lines = new Uint32Array(0)

  constructor(from: Size, to: Size, smooth: boolean) {
    this.from = { width: from.width, height: from.height }
    this.to = { width: to.width, height: to.height }
    this.smooth = smooth
    this.#columns = axisOf(from.width, to.width, smooth)
    this.#rows = axisOf(from.height, to.height, smooth)
  }

  /**
   * Scales a part.
   *
   * @param source of the size `from`
   * @param part pixels of `to`, not empty
   * @param target of the size `to`; its part is written
   */
  scale(source: Pixels, part: Rect, target: Pixels): void {
    const { taps, first, weights } = this.#rows
    const top = first[part.y] ?? 0
    const bottom = (first[part.y + part.height - 1] ?? 0) + taps
    const room = (bottom - top) * part.width
    if (this.#lines.length < room) this.#lines = new Uint32Array(room)
    const lines = this.#lines
    for (let y = top; y < bottom; y += 1) {
      mixColumns(source.words, y * source.width, this.#columns, part, lines, (y - top) * part.width)
    }
    for (let y = part.y; y < part.y + part.height; y += 1) {
      const from = ((first[y] ?? 0) - top) * part.width
      const to = y * target.width + part.x
      const of = weights.subarray(y * taps, (y + 1) * taps)
      mixRows(lines, from, part.width, of, target.words, to)
    }
  }
}

/** One row of the source becomes one row of the part's width. */
function mixColumns(
  source: Uint32Array,
  from: number,
  { taps, first, weights }: Axis,
  { x, width }: Rect,
  target: Uint32Array,
  to: number,
): void {
  for (let at = 0; at < width; at += 1) {
    const pixel = from + (first[x + at] as number)
    const of = (x + at) * taps
    if (taps === 1) target[to + at] = source[pixel] as number
    else if (taps === 2) {
      const second = weights[of + 1] as number
      target[to + at] = mixed(source[pixel] as number, source[pixel + 1] as number, second)
    } else {
      let redBlue = HALF
      let green = HALF
      for (let tap = 0; tap < taps; tap += 1) {
        const word = source[pixel + tap] as number
        const weight = weights[of + tap] as number
        redBlue += Math.imul(word & RED_BLUE, weight)
        green += Math.imul((word >>> 8) & 0xff, weight)
      }
      target[to + at] = joined(redBlue, green)
    }
  }
}

/** As many rows as there are weights, one after the other, become one. */
function mixRows(
  lines: Uint32Array,
  from: number,
  width: number,
  weights: Int32Array,
  target: Uint32Array,
  to: number,
): void {
  const [, second = 0] = weights
  if (weights.length === 1 || (weights.length === 2 && second === 0)) {
    target.set(lines.subarray(from, from + width), to)
    return
  }
  for (let at = 0; at < width; at += 1) {
    const pixel = from + at
    if (weights.length === 2) {
      target[to + at] = mixed(lines[pixel] as number, lines[pixel + width] as number, second)
    } else {
      let redBlue = HALF
      let green = HALF
      for (let tap = 0; tap < weights.length; tap += 1) {
        const word = lines[pixel + tap * width] as number
        const weight = weights[tap] as number
        redBlue += Math.imul(word & RED_BLUE, weight)
        green += Math.imul((word >>> 8) & 0xff, weight)
      }
      target[to + at] = joined(redBlue, green)
    }
  }
}

// Two channels are mixed at once, with 16 bits for each: weights of 256 in all never carry over.
const RED_BLUE = 0x00ff_00ff
/** Half a step in each of them, for rounding. */
const HALF = 0x0080_0080

/** Two pixels in parts of 256 − `second` and `second`. */
function mixed(a: number, b: number, second: number): number {
  const first = 256 - second
  return joined(
    (Math.imul(a & RED_BLUE, first) + Math.imul(b & RED_BLUE, second) + HALF) | 0,
    (Math.imul((a >>> 8) & 0xff, first) + Math.imul((b >>> 8) & 0xff, second) + HALF) | 0,
  )
}

function joined(redBlue: number, green: number): number {
  return ((redBlue >>> 8) & RED_BLUE) | (green & 0xff00) | OPAQUE
}

function axisOf(from: number, to: number, smooth: boolean): Axis {
  const all = Array.from({ length: to }, (_, at) =>
    smooth ? sharesOf(at, from, to) : new Map([[Math.floor(((at + 0.5) * from) / to), 1]]),
  )
  const reach = (shares: ReadonlyMap<number, number>) =>
    Math.max(...shares.keys()) - Math.min(...shares.keys()) + 1
  const taps = all.reduce((most, shares) => Math.max(most, reach(shares)), 1)
  const first = new Int32Array(to)
  const weights = new Int32Array(to * taps)
  for (const [at, shares] of all.entries()) {
    first[at] = Math.min(Math.min(...shares.keys()), from - taps)
    let sum = 0
    let given = 0
    // Rounded so that they add up to 256: a flat colour stays what it is.
    for (let tap = 0; tap < taps; tap += 1) {
      sum += (shares.get((first[at] as number) + tap) ?? 0) * 256
      weights[at * taps + tap] = Math.round(sum) - given
      given = Math.round(sum)
    }
  }
  return { taps, first, weights }
}

/** Which guest pixels a device pixel shows, and how much of each; 1 in all. */
function sharesOf(device: number, from: number, to: number): ReadonlyMap<number, number> {
  const perDevice = from / to
  const enlarge = Math.max(1 / perDevice, 1)
  const flat = 0.5 - 0.5 / enlarge
  const taps = Math.min(4, Math.max(1, Math.ceil(perDevice / 2)))
  const shares = new Map<number, number>()
  const add = (pixel: number, part: number) => {
    const inside = Math.min(from - 1, Math.max(0, pixel))
    if (part > 0) shares.set(inside, (shares.get(inside) ?? 0) + part)
  }
  for (let tap = 0; tap < taps; tap += 1) {
    const at = (device + (tap + 0.5) / taps) * perDevice
    const fromCenter = at - Math.floor(at) - 0.5
    const edge = (fromCenter - Math.min(flat, Math.max(-flat, fromCenter))) * enlarge
    // Where the pixel's neighbours meet: a texture's colours are those of its pixels' middles.
    const middle = Math.floor(at) + edge
    const part = middle - Math.floor(middle)
    add(Math.floor(middle), (1 - part) / taps)
    add(Math.floor(middle) + 1, part / taps)
  }
  return shares
}
