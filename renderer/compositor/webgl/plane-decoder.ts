// SPDX-License-Identifier: GPL-2.0-or-later
import type { ProgramInfo } from 'twgl.js'
import type { DecodeJob } from '../../../core/decode-job.ts'
import type { Failure } from '../../../core/failure.ts'
import { joinBytes } from '../../../core/join-bytes.ts'
import { memoryImages } from '../../../core/memory-image.ts'
import { layoutOf } from '../../../core/plane-layout.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { GlContext } from './context.ts'
import { PictureTarget } from './picture-target.ts'
import { PlaneTexture } from './plane-texture.ts'
import { memoryUniforms, Programs, type Uniforms } from './programs.ts'

/** A picture of bytes to be made. */
type Output = { readonly rowBytes: number; readonly rows: number }

/** Decodes single planes with the shaders that draw them. */
export class PlaneDecoder implements Disposable {
  readonly #context: GlContext
  readonly #programs: Programs

  private constructor(context: GlContext) {
    this.#context = context
    this.#programs = new Programs(context.gl)
  }

  static create(): Result<PlaneDecoder, Failure> {
    const nothing = () => undefined
    const context = GlContext.create(new OffscreenCanvas(1, 1), {
      lost: nothing,
      restored: nothing,
    })
    return context.ok ? ok(new PlaneDecoder(context.value)) : context
  }

  /** Whose code decodes. */
  get detail(): string {
    return this.#context.renderer
  }

  /**
   * @param images the plane's memory images, each of its full size
   * @returns the bytes that {@link DecodeJob.to} describes
   */
  decode(job: DecodeJob, images: readonly Uint8Array[]): Result<Uint8Array, Failure> {
    const { plane, to } = job
    const { memory } = layoutOf(plane)
    // What the plane's own description says, not what came along with it.
    const shapes = memoryImages(plane)
    if (images.length !== shapes.length) throw new RangeError('one payload per memory image')
    const outputs: readonly Output[] =
      to === 'rgba8'
        ? [{ rowBytes: plane.width * 4, rows: plane.height }]
        : memory.map(({ width, bytes, height }) => ({ rowBytes: width * bytes, rows: height }))
    const sides = [
      ...outputs.flatMap(({ rowBytes, rows }) => [Math.ceil(rowBytes / 4), rows]),
      ...shapes.flatMap(({ pitch, rows }) => [pitch / 4, rows]),
    ]
    const longest = Math.max(...sides)
    if (longest > this.#context.maxTexture) return fail(this.#tooLarge(longest))

    using owned = new DisposableStack()
    const textures = shapes.map((image, at) => {
      const texture = owned.use(new PlaneTexture(this.#context.gl, image))
      const bytes = images[at]
      if (!bytes) throw new RangeError(`no payload for memory image ${at}`)
      const whole = { x: 0, y: 0, width: image.pitch, height: image.rows }
      texture.upload([whole], { layout: 'image', bytes })
      return texture
    })
    const parts = outputs.map((output, at) =>
      to === 'rgba8'
        ? this.#draw(output, this.#programs.plane(plane, textures, 'rgba'), {
            ...memoryUniforms(plane, textures),
            size: [plane.width, plane.height],
            origin: [0, 0],
            bottomUp: plane.bottomUp,
          })
        : this.#draw(
            output,
            this.#programs.linear(plane, at),
            { ...memoryUniforms(plane, textures), rowBytes: output.rowBytes },
            this.#context.gl.RGBA8UI,
          ),
    )
    return ok(joinBytes(parts))
  }

  /** Runs a program over a picture of its own and reads that back, rows tight. */
  #draw(
    { rowBytes, rows }: Output,
    program: ProgramInfo,
    uniforms: Uniforms,
    format?: GLenum,
  ): Uint8Array {
    const { gl } = this.#context
    const size = { width: Math.ceil(rowBytes / 4), height: rows }
    using target = new PictureTarget(gl, size, format)
    target.within([{ x: 0, y: 0, ...size }], () => this.#programs.run(program, uniforms))
    const padded = new Uint8Array(size.width * 4 * rows)
    const order = format === undefined ? gl.RGBA : gl.RGBA_INTEGER
    gl.readPixels(0, 0, size.width, rows, order, gl.UNSIGNED_BYTE, padded)
    return tighten(padded, size.width * 4, rowBytes, rows)
  }

  [Symbol.dispose](): void {
    this.#programs[Symbol.dispose]()
    this.#context[Symbol.dispose]()
  }

  #tooLarge(longest: number): Failure {
    return {
      code: 'picture-too-large',
      what: 'cannot decode the plane with WebGL',
      why: `it needs a texture of ${longest} texels and this graphics driver ends at ${this.#context.maxTexture}`,
      remedy: 'Use --engine native or --engine reference',
    }
  }
}

/** Drops what pads each row to `pitch` bytes. */
function tighten(padded: Uint8Array, pitch: number, rowBytes: number, rows: number): Uint8Array {
  if (pitch === rowBytes) return padded
  const tight = new Uint8Array(rowBytes * rows)
  for (let row = 0; row < rows; row += 1) {
    tight.set(padded.subarray(row * pitch, row * pitch + rowBytes), row * rowBytes)
  }
  return tight
}
