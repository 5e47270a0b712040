// SPDX-License-Identifier: GPL-2.0-or-later
import type { Rect, Size } from '../../../core/geometry.ts'

/** An RGBA8 picture that can be drawn into, sampled and read; row 0 is the top row. */
export class PictureTarget implements Disposable {
  readonly size: Size
  readonly texture: WebGLTexture
  readonly framebuffer: WebGLFramebuffer
  readonly #gl: WebGL2RenderingContext

  /** @param format `RGBA8`, or `RGBA8UI` for bytes that are not colours */
  constructor(gl: WebGL2RenderingContext, size: Size, format: GLenum = gl.RGBA8) {
    const filter = format === gl.RGBA8 ? gl.LINEAR : gl.NEAREST
    this.#gl = gl
    this.size = size
    this.texture = gl.createTexture()
    gl.bindTexture(gl.TEXTURE_2D, this.texture)
    gl.texStorage2D(gl.TEXTURE_2D, 1, format, size.width, size.height)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
    this.framebuffer = gl.createFramebuffer()
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.framebuffer)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0)
  }

  /** Calls `draw` once per rectangle with this picture bound, the rectangle as scissor. */
  within(rects: readonly Rect[], draw: (rect: Rect) => void): void {
    const gl = this.#gl
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.framebuffer)
    gl.viewport(0, 0, this.size.width, this.size.height)
    gl.enable(gl.SCISSOR_TEST)
    for (const rect of rects) {
      gl.scissor(rect.x, rect.y, rect.width, rect.height)
      draw(rect)
    }
    gl.disable(gl.SCISSOR_TEST)
  }

  /** Copies rectangles of another picture of the same size to the same places. */
  copyFrom(source: PictureTarget, rects: readonly Rect[]): void {
    const gl = this.#gl
    gl.bindFramebuffer(gl.FRAMEBUFFER, source.framebuffer)
    gl.bindTexture(gl.TEXTURE_2D, this.texture)
    for (const { x, y, width, height } of rects) {
      gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, x, y, x, y, width, height)
    }
  }

  [Symbol.dispose](): void {
    this.#gl.deleteFramebuffer(this.framebuffer)
    this.#gl.deleteTexture(this.texture)
  }
}
