// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { GpuDevice } from '../../core/gpu.ts'
import { fail, type Result } from '../../core/result.ts'
import type { Fd } from '../../native-shim/api.ts'
import type { GpuImage } from './gpu-image.ts'

export type GpuOptions = {
  /** This device alone: `/dev/dri/renderD128`. Every render node, then software, when left out. */
  readonly node?: string
  /** Another program than the addon's own `scanout-gpu`. */
  readonly program?: string
  /** How long one answer may take, ms. */
  readonly patience?: number
}

/** GPUs, each reached through a process of its own that may crash without harm. */
export class GpuProcess implements Disposable {
  static start(_options: GpuOptions = {}): GpuProcess {
    return new GpuProcess()
  }

  /** What there is, GPUs before software; those that could not be opened are left out. */
  async devices(): Promise<Result<readonly GpuDevice[], Failure>> {
    return fail(none)
  }

  /** Imports this very buffer, binds it as GL_TEXTURE_2D and draws one pixel of it. */
  async probe(_image: GpuImage): Promise<Result<void, Failure>> {
    return fail(none)
  }

  /** Reads the picture into a memfd or udmabuf of width × 4 × height bytes: AR24, linear, rows tight. */
  async read(_image: GpuImage, _target: Fd): Promise<Result<GpuDevice, Failure>> {
    return fail(none)
  }

  /** The same picture as a linear AR24 dma-buf, whose descriptor is the caller's. */
  async convert(_image: GpuImage): Promise<Result<GpuImage, Failure>> {
    return fail(none)
  }

  [Symbol.dispose](): void {}
}

const none: Failure = {
  code: 'no-gpu',
  what: 'cannot reach a GPU',
  why: 'no process for one was started',
  remedy: 'Use a transport that copies',
}
