// SPDX-License-Identifier: GPL-2.0-or-later
import { decodeRgba8 } from '../../../core/decode.ts'
import type { Rect, Size } from '../../../core/geometry.ts'
import { type ImageRect, imagePlane } from '../../../core/memory-image.ts'
import { LINEAR } from '../../../core/modifier.ts'
import type { Plane } from '../../../core/plane.ts'
import type { SurfaceDescription } from '../../../core/protocol.ts'
import { checkDamage, type DamageBytes } from '../damage-bytes.ts'
import { imageOf, OPAQUE, type Pixels } from './words.ts'

/** How a 32-bit pixel becomes a canvas's; formats that are not here go through the reference decoder. */
type Swizzle = { readonly swap: boolean; readonly opaque: boolean }

// biome-ignore format: one row per format
const swizzles: Readonly<Record<string, Swizzle>> = {
  XR24: { swap: true,  opaque: true },
  AR24: { swap: true,  opaque: false },
  XB24: { swap: false, opaque: true },
  AB24: { swap: false, opaque: false },
}

/** Pixels as `VideoFrame` names their byte order; the fourth byte means nothing. */
export type PixelRows = {
  readonly format: 'BGRX' | 'RGBX'
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Bytes from row to row. */
  readonly stride: number
}

/** A surface's bytes in the page's own memory, read as pixels where they are wanted. */
export class MemorySurface {
  readonly plane: Plane
  readonly #description: SurfaceDescription
  readonly #images: readonly Uint8Array<ArrayBuffer>[]
  readonly #swizzle: Swizzle | undefined
  #canvas: { readonly pixels: Pixels; readonly image: ImageData } | undefined
  /** All pixels of a plane that only the reference decoder reads, while they are current. */
  #decoded: Uint32Array<ArrayBuffer> | undefined

  constructor(description: SurfaceDescription) {
    this.plane = description.plane
    this.#description = description
    this.#images = description.images.map(({ pitch, rows }) => new Uint8Array(pitch * rows))
    const isLinear = this.plane.modifier === LINEAR
    this.#swizzle = isLinear ? swizzles[this.plane.fourcc] : undefined
  }

  /** The memory images, whole, at their own pitch. */
  get images(): readonly Uint8Array<ArrayBuffer>[] {
    return this.#images
  }

  /** The pixels as a canvas takes them, where they lie so; undefined where they must be made. */
  get canvas(): { readonly pixels: Pixels; readonly image: ImageData } | undefined {
    const [image] = this.#description.images
    const [bytes] = this.#images
    const { opaque } = this.#description
    const { width, height, bottomUp } = this.plane
    if (!opaque || bottomUp || !image || !bytes || image.pitch !== width * 4) return undefined
    if (!this.#canvas) {
      const pixels = { width, height, words: new Uint32Array(bytes.buffer, 0, width * height) }
      this.#canvas = { pixels, image: imageOf(pixels) }
    }
    return this.#canvas
  }

  /** Rows of 32-bit pixels as they lie, the top one first; undefined for every other plane. */
  get rows(): PixelRows | undefined {
    const [image] = this.#description.images
    const [bytes] = this.#images
    if (!this.#swizzle || this.plane.bottomUp || !image || !bytes) return undefined
    return { format: this.#swizzle.swap ? 'BGRX' : 'RGBX', bytes, stride: image.pitch }
  }

  /** @throws RangeError if the damage leaves the image or its bytes do not reach */
  upload(at: number, rects: readonly ImageRect[], source: DamageBytes): void {
    const image = this.#description.images[at]
    const bytes = this.#images[at]
    if (!image || !bytes) throw new RangeError(`no image ${at} of surface ${this.#description.id}`)
    checkDamage(image, rects, source)
    this.#decoded = undefined
    const { pitch } = image
    let from = 0
    for (const { x, y, width, height } of rects) {
      for (let row = y; row < y + height; row += 1) {
        const to = row * pitch + x
        if (source.layout === 'image') from = to
        bytes.set(source.bytes.subarray(from, from + width), to)
        from += width
      }
    }
  }

  /**
   * Reads a part of the plane.
   *
   * @param part pixels with the top row first, inside the plane
   * @param to where the part's first row goes, `pitch` words from row to row
   */
  read(part: Rect, to: Uint32Array, at: number, pitch: number): void {
    if (this.#swizzle) this.#readWords(this.#swizzle, part, to, at, pitch)
    else {
      const pixels = this.#decode()
      for (let row = 0; row < part.height; row += 1) {
        const from = (part.y + row) * this.plane.width + part.x
        to.set(pixels.subarray(from, from + part.width), at + row * pitch)
      }
    }
  }

  /** The plane with its own alpha at a smaller size, RGBA bytes: every pixel the mean of some of its part. */
  small(size: Size): Uint8Array<ArrayBuffer> {
    const { width, height } = this.plane
    const across = width / size.width
    const down = height / size.height
    const taps = Math.min(3, Math.ceil(Math.max(across, down)))
    const row = new Uint32Array(width)
    const sums = new Uint32Array(size.width * 4)
    const rgba = new Uint8Array(size.width * size.height * 4)
    for (let y = 0; y < size.height; y += 1) {
      sums.fill(0)
      for (let j = 0; j < taps; j += 1) {
        const from = Math.floor((y + (j + 0.5) / taps) * down)
        this.read({ x: 0, y: from, width, height: 1 }, row, 0, width)
        addTaps(row, across, taps, sums)
      }
      const first = y * sums.length
      for (const [at, sum] of sums.entries()) rgba[first + at] = Math.round(sum / taps ** 2)
    }
    return rgba
  }

  #readWords(swizzle: Swizzle, part: Rect, to: Uint32Array, at: number, pitch: number): void {
    const [image] = this.#description.images
    const [bytes] = this.#images
    if (!image || !bytes) throw new RangeError(`surface ${this.#description.id} has no image`)
    const words = new Uint32Array(bytes.buffer)
    const stride = image.pitch / 4
    const fill = swizzle.opaque ? OPAQUE : 0
    for (let row = 0; row < part.height; row += 1) {
      const y = this.plane.bottomUp ? this.plane.height - 1 - part.y - row : part.y + row
      const from = y * stride + part.x
      const first = at + row * pitch
      if (swizzle.swap) {
        for (let x = 0; x < part.width; x += 1) {
          const word = words[from + x] ?? 0
          const swapped = (word & 0xff00_ff00) | ((word & 0xff) << 16) | ((word >>> 16) & 0xff)
          to[first + x] = swapped | fill
        }
      } else {
        for (let x = 0; x < part.width; x += 1) to[first + x] = (words[from + x] ?? 0) | fill
      }
    }
  }

  #decode(): Uint32Array<ArrayBuffer> {
    this.#decoded ??= new Uint32Array(
      decodeRgba8(imagePlane(this.plane, this.#description.images), this.#images).buffer,
    )
    return this.#decoded
  }
}

/** Adds the channels of some pixels under each smaller pixel to its four sums. */
function addTaps(row: Uint32Array, across: number, taps: number, sums: Uint32Array): void {
  for (let at = 0; at < sums.length; at += 4) {
    for (let i = 0; i < taps; i += 1) {
      const word = row[Math.floor((at / 4 + (i + 0.5) / taps) * across)] ?? 0
      for (let channel = 0; channel < 4; channel += 1) {
        const sum = sums[at + channel] ?? 0
        sums[at + channel] = sum + ((word >>> (channel * 8)) & 0xff)
      }
    }
  }
}
