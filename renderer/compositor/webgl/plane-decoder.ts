// SPDX-License-Identifier: GPL-2.0-or-later
import type { DecodeJob } from '../../../core/decode-job.ts'
import type { Failure } from '../../../core/failure.ts'
import { fourccRow } from '../../../core/fourcc.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { GlContext } from './context.ts'
import { PictureTarget } from './picture-target.ts'
import { PlaneTexture } from './plane-texture.ts'
import { Programs } from './programs.ts'

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
    const format = fourccRow(plane.fourcc)
    const layout = job.images[0]
    const bytes = images[0]
    if (!format || !layout || !bytes) throw new Error(`plane was not checked: ${plane.fourcc}`)
    const rowBytes = plane.width * (to === 'linear' ? format.bytes : 4)
    const size = { width: Math.ceil(rowBytes / 4), height: plane.height }
    const longest = Math.max(size.width, size.height, layout.pitch / 4, layout.rows)
    if (longest > this.#context.maxTexture) return fail(this.#tooLarge(longest))

    const { gl } = this.#context
    using texture = new PlaneTexture(gl, layout)
    texture.upload([{ x: 0, y: 0, width: layout.pitch, height: layout.rows }], {
      layout: 'image',
      bytes,
    })
    using target = new PictureTarget(gl, size, to === 'linear' ? gl.RGBA8UI : gl.RGBA8)
    const program = this.#programs.plane(plane, to === 'linear' ? 'linear' : 'rgba')
    target.within([{ x: 0, y: 0, ...size }], () =>
      this.#programs.run(program, {
        memory: texture.texture,
        size: [plane.width, plane.height],
        origin: [0, 0],
        stride: plane.memory[0]?.stride ?? 0,
        bottomUp: plane.bottomUp,
      }),
    )
    const padded = new Uint8Array(size.width * 4 * size.height)
    const order = to === 'linear' ? gl.RGBA_INTEGER : gl.RGBA
    gl.readPixels(0, 0, size.width, size.height, order, gl.UNSIGNED_BYTE, padded)
    return ok(tighten(padded, size.width * 4, rowBytes, plane.height))
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
