// SPDX-License-Identifier: GPL-2.0-or-later
import type { FourccRow } from '../../../core/fourcc.ts'
import type { Rect } from '../../../core/geometry.ts'
import { type ModifierRow, tilingsOf } from '../../../core/modifier.ts'
import { type Tiling, tileBytes } from '../../../core/tiling.ts'
import type { Canvas } from './canvas.ts'

/** GPUs align linear rows to this, bytes. */
const STRIDE_ALIGN = 64

/**
 * Whether the built-in guest can draw so: packed RGB of up to 32 bits, in tiles that follow each other
 * row by row and lie alike wherever they are.
 */
export function canDraw(format: FourccRow, layout: ModifierRow): boolean {
  const tilings = tilingsOf(format, layout)
  const [tiling] = tilings ?? []
  const isPlain =
    !tiling ||
    (tiling.order === 'rows' &&
      2 ** tiling.xMasks.length <= tiling.tileWidth &&
      2 ** tiling.yMasks.length <= tiling.tileHeight)
  return tilings !== undefined && isPlain && canPack(format)
}

/** Formats of which every pixel is one word of at most 32 bits. */
export function canPack(format: FourccRow): boolean {
  return format.model === 'rgb' && format.numbers === 'unorm' && format.bytes <= 4
}

/** A run of bytes that differs from before. */
export type ByteRun = { readonly offset: number; readonly bytes: Uint8Array }

/**
 * A picture as the guest's GPU would lay it in memory, in any pair that {@link canDraw} allows.
 * Kept whole, so that every buffer of the guest can be brought up to date from it.
 */
export class Framebuffer {
  readonly stride: number
  readonly bytes: Uint8Array
  readonly #canvas: Canvas
  readonly #format: FourccRow
  readonly #tiling: Tiling | undefined
  readonly #columns: Uint32Array
  readonly #rows: Uint32Array
  readonly #words: Uint32Array
  /** The canvas lies as the buffers do: nothing is to be taken over. */
  readonly #isCanvas: boolean
  readonly #pack: (pixel: number) => number

  constructor(canvas: Canvas, format: FourccRow, layout: ModifierRow) {
    const [tiling] = tilingsOf(format, layout) ?? []
    const unit = tiling?.tileWidth ?? STRIDE_ALIGN
    this.stride = Math.ceil((canvas.width * format.bytes) / unit) * unit
    const rows = tiling
      ? Math.ceil(canvas.height / tiling.tileHeight) * tiling.tileHeight
      : canvas.height
    const isCanvas = format.code === 'XR24' && !tiling && this.stride === canvas.width * 4
    const size = Math.ceil((this.stride * rows) / 4) * 4
    this.#words = isCanvas ? canvas.pixels : new Uint32Array(size / 4)
    this.#isCanvas = isCanvas
    this.bytes = new Uint8Array(this.#words.buffer)
    this.#canvas = canvas
    this.#format = format
    this.#tiling = tiling
    this.#pack = packer(format)
    this.#columns = Uint32Array.from({ length: canvas.width }, (_, x) => {
      const at = x * format.bytes
      if (!tiling) return at
      const inTile = at % tiling.tileWidth
      return ((at - inTile) / tiling.tileWidth) * tileBytes(tiling) + xored(tiling.xMasks, inTile)
    })
    this.#rows = Uint32Array.from({ length: canvas.height }, (_, y) => {
      if (!tiling) return y * this.stride
      const inTile = y % tiling.tileHeight
      return (y - inTile) * this.stride + xored(tiling.yMasks, inTile)
    })
    this.draw({ x: 0, y: 0, width: canvas.width, height: canvas.height })
  }

  /** Takes a rectangle over from the canvas. */
  draw(rect: Rect): void {
    if (this.#isCanvas) return
    const right = Math.min(rect.x + rect.width, this.#canvas.width)
    const bottom = Math.min(rect.y + rect.height, this.#canvas.height)
    const left = Math.max(0, rect.x)
    for (let y = Math.max(0, rect.y); y < bottom; y += 1) this.#drawRow(y, left, right)
  }

  /** The bytes that hold a rectangle, in as few runs as is cheap. */
  runs(rect: Rect): readonly ByteRun[] {
    const top = Math.max(0, rect.y)
    const bottom = Math.min(rect.y + rect.height, this.#canvas.height)
    const left = Math.max(0, rect.x) * this.#format.bytes
    const right = Math.min(rect.x + rect.width, this.#canvas.width) * this.#format.bytes
    if (top >= bottom || left >= right) return []
    const tiling = this.#tiling
    const isWide = (right - left) * 2 > this.stride
    if (!tiling) {
      if (isWide) return [this.#run(top * this.stride, (bottom - 1) * this.stride + right)]
      return range(top, bottom).map((y) =>
        this.#run(y * this.stride + left, y * this.stride + right),
      )
    }
    const bytes = tileBytes(tiling)
    const first = Math.floor(left / tiling.tileWidth) * bytes
    const end = Math.ceil(right / tiling.tileWidth) * bytes
    const tileRow = tiling.tileHeight * this.stride
    const rows = range(Math.floor(top / tiling.tileHeight), Math.ceil(bottom / tiling.tileHeight))
    return rows.map((row) => this.#run(row * tileRow + first, row * tileRow + end))
  }

  #run(offset: number, end: number): ByteRun {
    return { offset, bytes: this.bytes.subarray(offset, end) }
  }

  #drawRow(y: number, left: number, right: number): void {
    const { pixels, width } = this.#canvas
    const row = this.#rows[y] ?? 0
    const tiling = this.#tiling
    const inRow = tiling ? row % tileBytes(tiling) : 0
    const base = row - inRow
    for (let x = left; x < right; x += 1) {
      const word = this.#pack(pixels[y * width + x] ?? 0)
      // Offsets inside a tile are XORed: the bits of a column and of a row may meet in one.
      const column = this.#columns[x] ?? 0
      const at = tiling ? base + (column ^ inRow) : base + column
      if (this.#format.bytes === 4) this.#words[at >>> 2] = word
      else {
        for (let byte = 0; byte < this.#format.bytes; byte += 1) {
          this.bytes[at + byte] = word >>> (8 * byte)
        }
      }
    }
  }
}

/** 0xRRGGBB to a pixel of the format, opaque. */
function packer(format: FourccRow): (pixel: number) => number {
  const { color, alpha } = format
  const [reds, greens, blues] = color.map((channel) => {
    const { bits, shift } = channel ?? { bits: 0, shift: 0 }
    return Uint32Array.from(
      { length: 256 },
      (_, v) => Math.round((v * (2 ** bits - 1)) / 255) << shift,
    )
  })
  const opaque = alpha ? (2 ** alpha.bits - 1) << alpha.shift : 0
  return (pixel) =>
    ((reds?.[(pixel >>> 16) & 255] ?? 0) |
      (greens?.[(pixel >>> 8) & 255] ?? 0) |
      (blues?.[pixel & 255] ?? 0) |
      opaque) >>>
    0
}

function xored(masks: readonly number[], value: number): number {
  return masks.reduce((sum, mask, bit) => (value & (1 << bit) ? sum ^ mask : sum), 0)
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at)
}
