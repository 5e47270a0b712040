// SPDX-License-Identifier: GPL-2.0-or-later
import type { ImageRect, MemoryImage } from '../../../core/memory-image.ts'
import { checkDamage, type DamageBytes } from '../damage-bytes.ts'

/** One memory image as a texture of its 32-bit words, untouched: R32UI, `pitch / 4` × `rows`. */
export class PlaneTexture implements Disposable {
  readonly texture: WebGLTexture
  readonly #gl: WebGL2RenderingContext
  readonly #image: MemoryImage

  constructor(gl: WebGL2RenderingContext, image: MemoryImage) {
    this.#gl = gl
    this.#image = image
    this.texture = gl.createTexture()
    gl.bindTexture(gl.TEXTURE_2D, this.texture)
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R32UI, image.pitch / 4, image.rows)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
  }

  /**
   * Copies the damaged rectangles.
   *
   * @throws RangeError if a rectangle leaves the image or the bytes do not reach
   */
  upload(rects: readonly ImageRect[], source: DamageBytes): void {
    checkDamage(this.#image, rects, source)
    const gl = this.#gl
    const words = wordsOf(source.bytes)
    gl.bindTexture(gl.TEXTURE_2D, this.texture)
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4)
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, source.layout === 'image' ? this.#image.pitch / 4 : 0)
    let from = 0
    for (const rect of rects) {
      const at = source.layout === 'image' ? (rect.y * this.#image.pitch + rect.x) / 4 : from
      gl.texSubImage2D(
        gl.TEXTURE_2D,
        0,
        rect.x / 4,
        rect.y,
        rect.width / 4,
        rect.height,
        gl.RED_INTEGER,
        gl.UNSIGNED_INT,
        words,
        at,
      )
      from += (rect.width / 4) * rect.height
    }
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, 0)
  }

  [Symbol.dispose](): void {
    this.#gl.deleteTexture(this.texture)
  }
}

/** The same memory as words: a copy only where it does not start on one. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const length = bytes.length >> 2
  if (bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, length)
  return new Uint32Array(bytes.slice(0, length * 4).buffer)
}
