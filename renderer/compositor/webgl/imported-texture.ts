// SPDX-License-Identifier: GPL-2.0-or-later
import type { Size } from '../../../core/geometry.ts'

/** Uploads between two looks at GL's error flag; a look waits for the GPU process. */
const LOOK_EVERY = 32

/** The GPU did not take a texture over; everything that came this way is in doubt. */
export class TextureError extends Error {
  override readonly name = 'TextureError'
}

/**
 * A surface whose pixels never leave the GPU: RGBA8, row 0 is the first row in memory. The driver copies the
 * frame that wraps the guest's dma-buf, without a look at its bytes.
 */
export class ImportedTexture implements Disposable {
  readonly texture: WebGLTexture
  readonly #gl: WebGL2RenderingContext
  readonly #size: Size
  #uploads = 0

  constructor(gl: WebGL2RenderingContext, size: Size) {
    this.#gl = gl
    this.#size = size
    this.texture = gl.createTexture()
    gl.bindTexture(gl.TEXTURE_2D, this.texture)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
  }

  /** It was filled at least once. */
  get isFilled(): boolean {
    return this.#uploads > 0
  }

  /**
   * Takes the pixels as they are now; the frame stays its owner's. Chromium keeps a frame of a dma-buf on the
   * GPU for `texImage2D` alone, and takes its colours for premultiplied already, which leaves them alone only
   * when premultiplied ones are asked for.
   *
   * @throws TextureError when the GPU does not take them
   */
  upload(frame: VideoFrame): void {
    const { width, height } = this.#size
    if (frame.codedWidth !== width || frame.codedHeight !== height) {
      const came = `${frame.codedWidth} × ${frame.codedHeight}`
      throw new TextureError(`a texture of ${came} came for a plane of ${width} × ${height}`)
    }
    const gl = this.#gl
    gl.bindTexture(gl.TEXTURE_2D, this.texture)
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false)
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE)
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true)
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, frame)
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false)
    if (this.#uploads % LOOK_EVERY === 0) this.#look()
    this.#uploads += 1
  }

  /** Its pixels, RGBA, rows tight, the first row in memory first. */
  read(): Uint8Array {
    const gl = this.#gl
    const { width, height } = this.#size
    const rgba = new Uint8Array(width * height * 4)
    const framebuffer = gl.createFramebuffer()
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0)
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, rgba)
    gl.deleteFramebuffer(framebuffer)
    return rgba
  }

  [Symbol.dispose](): void {
    this.#gl.deleteTexture(this.texture)
  }

  #look(): void {
    const error = this.#gl.getError()
    if (error === this.#gl.NO_ERROR) return
    if (error === this.#gl.CONTEXT_LOST_WEBGL) throw new TextureError('the GPU was reset')
    throw new TextureError(`the GPU did not take a texture (GL error 0x${error.toString(16)})`)
  }
}
