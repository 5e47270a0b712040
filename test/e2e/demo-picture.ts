// SPDX-License-Identifier: GPL-2.0-or-later
import type { Rect, Size } from '../../core/geometry.ts'
import { Scene } from '../../main/source/demo/scene.ts'

/** What the built-in guest draws, as RGB, 3 bytes a pixel: the source that a recording is held against. */
export class DemoPicture {
  readonly #scene: Scene
  readonly #size: Size

  constructor({ width, height }: Size, framesPerSecond: number) {
    const lines = [
      `BUILT-IN GUEST  ${width} × ${height}`,
      'XR24 LINEAR',
      `3 BUFFERS  ${framesPerSecond} FRAMES/S`,
    ]
    this.#size = { width, height }
    this.#scene = new Scene({ width, height, lines })
  }

  /** Where every frame differs from the one before: the bead on its ring, and the counter. */
  get dial(): Rect {
    const { width, height } = this.#scene.canvas
    const unit = Math.min(width / 1920, height / 1080)
    const side = Math.floor(250 * unit)
    return {
      x: Math.floor(width - 260 * unit - side / 2),
      y: Math.floor(height - 270 * unit - side / 2),
      width: side,
      height: side,
    }
  }

  /** A part of a frame, or all of it. */
  frame(number: number, part: Rect = { x: 0, y: 0, ...this.#size }): Uint8Array {
    this.#scene.show(number)
    const { pixels, width } = this.#scene.canvas
    const rgb = new Uint8Array(part.width * part.height * 3)
    for (let to = 0; to < rgb.length; to += 3) {
      const row = Math.floor(to / 3 / part.width)
      const pixel = pixels[(part.y + row) * width + part.x + ((to / 3) % part.width)] ?? 0
      rgb[to] = (pixel >>> 16) & 0xff
      rgb[to + 1] = (pixel >>> 8) & 0xff
      rgb[to + 2] = pixel & 0xff
    }
    return rgb
  }
}
