// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { GpuDevice } from '../../core/gpu.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { GpuImage } from '../../main/gpu/gpu-image.ts'
import type { GpuAccess } from '../../main/transport/texture-transport.ts'
import type { Fd } from '../../native-shim/api.ts'

const AR24 = 0x34325241

/** A GPU as its driver describes it. */
export function gpuDevice(fields: Partial<GpuDevice> = {}): GpuDevice {
  return {
    node: '/dev/dri/renderD128',
    vendor: 'Mesa Project',
    renderer: 'Mesa Intel(R) UHD Graphics 630',
    version: 'OpenGL ES 3.2 Mesa 25.0.7',
    software: false,
    importsDmaBufs: true,
    importsModifiers: true,
    formats: [{ fourcc: AR24, modifier: 0n, externalOnly: false }],
    ...fields,
  }
}

/** What a Mesa without a device says of itself. */
export const llvmpipe = gpuDevice({ node: undefined, renderer: 'llvmpipe', software: true })

/** Processes for GPUs, as a test wants them to answer. */
export class FakeGpus {
  devices: Result<readonly GpuDevice[], Failure> = ok([gpuDevice(), llvmpipe])
  verdict: Result<void, Failure> = ok(undefined)
  /** It never answers. */
  isSilent = false
  readonly probed: GpuImage[] = []
  /** Gives memory of a GPU; none without. */
  memory: ((size: number) => Fd) | undefined
  /** Nodes that processes were started for; undefined: all. */
  readonly started: (string | undefined)[] = []
  running = 0

  readonly start = (node?: string): GpuAccess => {
    this.started.push(node)
    this.running += 1
    const over = Promise.withResolvers<Result<readonly GpuDevice[], Failure>>()
    let isOver = false
    return {
      devices: () => (this.isSilent ? over.promise : Promise.resolve(this.devices)),
      probe: async (image) => {
        this.probed.push(image)
        return this.isSilent ? new Promise(() => {}) : this.verdict
      },
      convert: async () => fail(gpuRefusal),
      fill: async (width, height) => {
        if (!this.memory) return fail(gpuRefusal)
        // As GPUs do, with rows longer than they need be.
        const stride = width * 4 + 256
        const size = stride * height
        const memory = [{ fd: this.memory(size), offset: 0, stride, size }]
        return ok({ width, height, fourcc: AR24, modifier: 0n, memory })
      },
      [Symbol.dispose]: () => {
        if (!isOver) this.running -= 1
        isOver = true
        over.resolve(fail(gpuRefusal))
      },
    }
  }
}

export const gpuRefusal: Failure = {
  code: 'no-gpu',
  what: 'cannot draw the buffer with a GPU',
  why: 'the driver says no',
  remedy: 'Use another',
}
