// SPDX-License-Identifier: GPL-2.0-or-later
import type { Size } from '../../core/geometry.ts'
import type { RecordedPixels } from './recorded-pixels.ts'

/** What {@link LimitedYuv} makes, as `VideoFrame` names it. */
export const limitedColor = {
  primaries: 'bt709',
  transfer: 'iec61966-2-1',
  matrix: 'smpte170m',
  fullRange: false,
} as const satisfies VideoColorSpaceInit

/**
 * BT.601 with studio levels, 4:2:0: all that a VP8 stream can say of its colours (RFC 6386 §9.2). Left
 * to itself the browser gives the encoder others, and players show them wrong.
 */
export class LimitedYuv {
  readonly #size: Size
  /** Luma, then the two planes of colour at half its size, as `I420` has them. */
  readonly bytes: Uint8Array<ArrayBuffer>

  /** @param size of every picture; even */
  constructor(size: Size) {
    this.#size = { width: size.width, height: size.height }
    this.bytes = new Uint8Array((size.width * size.height * 3) / 2)
  }

  /** @throws RangeError when the picture has another size */
  convert({ format, bytes, stride, width, height }: RecordedPixels): void {
    if (width !== this.#size.width || height !== this.#size.height) {
      throw new RangeError(`a picture of ${width} × ${height} is not one of this recording`)
    }
    const yuv = this.bytes
    const red = format === 'RGBX' ? 0 : 2
    const blue = 2 - red
    const luma = (at: number, to: number) => {
      const r = bytes[at + red] ?? 0
      const g = bytes[at + 1] ?? 0
      const b = bytes[at + blue] ?? 0
      yuv[to] = (66 * r + 129 * g + 25 * b + 4224) >> 8
    }
    let u = width * height
    let v = u + u / 4
    for (let y = 0; y < height; y += 2) {
      for (let x = 0; x < width; x += 2) {
        const at = y * stride + x * 4
        const to = y * width + x
        const below = at + stride
        luma(at, to)
        luma(at + 4, to + 1)
        luma(below, to + width)
        luma(below + 4, to + width + 1)
        const sum = (channel: number) =>
          (bytes[at + channel] ?? 0) +
          (bytes[at + 4 + channel] ?? 0) +
          (bytes[below + channel] ?? 0) +
          (bytes[below + 4 + channel] ?? 0)
        const r = sum(red)
        const g = sum(1)
        const b = sum(blue)
        // Four times the colour, and half of the divisor for rounding.
        yuv[u] = (131_584 - 38 * r - 74 * g + 112 * b) >> 10
        yuv[v] = (131_584 + 112 * r - 94 * g - 18 * b) >> 10
        u += 1
        v += 1
      }
    }
  }
}
