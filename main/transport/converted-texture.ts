// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import { fourccText } from '../../core/fourcc.ts'
import type { Plane } from '../../core/plane.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { Fd } from '../../native-shim/api.ts'
import { type GpuImage, planeImage } from '../gpu/gpu-image.ts'

/** What a GPU does for textures, in a process that may crash without harm. */
export interface TextureGpu {
  /** Whether it imports this very buffer. */
  probe(image: GpuImage): Promise<Result<void, Failure>>
  /** Draws the picture into a linear AR24 dma-buf, an earlier one where it is given. */
  convert(image: GpuImage, into?: GpuImage): Promise<Result<GpuImage, Failure>>
}

/** A dma-buf that a GPU fills from one whose format the window does not take. */
export class ConvertedTexture implements Disposable {
  /** How its own pixels lie. */
  readonly plane: Plane
  readonly dmabufs: readonly Fd[]
  readonly #gpu: TextureGpu
  readonly #from: GpuImage
  readonly #into: GpuImage
  readonly #owned: DisposableStack

  private constructor(gpu: TextureGpu, plane: Plane, from: GpuImage, into: GpuImage) {
    this.plane = convertedPlane(plane, into)
    this.dmabufs = into.memory.map(({ fd }) => fd)
    this.#gpu = gpu
    this.#from = from
    this.#into = into
    this.#owned = new DisposableStack()
    for (const { fd } of into.memory) this.#owned.use(fd)
  }

  /**
   * Fills a new one.
   *
   * @param dmabufs stay their owner's, and are read until this is disposed
   */
  static async make(
    gpu: TextureGpu,
    plane: Plane,
    dmabufs: readonly Fd[],
  ): Promise<Result<ConvertedTexture, string>> {
    const from = planeImage(plane, dmabufs)
    const into = await gpu.convert(from)
    return into.ok ? ok(new ConvertedTexture(gpu, plane, from, into.value)) : fail(into.failure.why)
  }

  /** Fills it with what the guest shows now. */
  async update(): Promise<Result<void, string>> {
    const drawn = await this.#gpu.convert(this.#from, this.#into)
    return drawn.ok ? ok(undefined) : fail(drawn.failure.why)
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

function convertedPlane(plane: Plane, into: GpuImage): Plane {
  const { kind, x, y, bottomUp } = plane
  const { width, height, fourcc, modifier } = into
  const memory = into.memory.map(({ offset, stride, size }, buffer) => {
    return { buffer, offset, stride, size }
  })
  return { kind, fourcc: fourccText(fourcc), modifier, width, height, memory, x, y, bottomUp }
}
