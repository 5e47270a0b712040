// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { GpuDevice } from '../../core/gpu.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { GpuImage } from '../../main/gpu/gpu-image.ts'
import type { GpuReader } from '../../main/source/read-back.ts'
import type { Fd } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'

type Reading = {
  readonly image: GpuImage
  readonly finish: (result: Result<GpuDevice, Failure>) => void
  readonly copy: () => void
}

const device: GpuDevice = {
  ...{ node: undefined, vendor: 'Makers', renderer: 'Slow GPU', version: '1', software: true },
  ...{ importsDmaBufs: true, importsModifiers: true, formats: [] },
}

const failure: Failure = {
  code: 'no-gpu',
  what: 'cannot read the picture back from a GPU',
  why: 'Slow GPU: it has no wish to',
  remedy: 'Wait for a better one',
}

/** Reads linear pixels of four bytes, each time only when a test says so. */
export class SlowGpu implements GpuReader {
  /** Begun and not finished, in order. */
  #readings: Reading[] = []
  reads = 0
  isDisposed = false

  read(image: GpuImage, target: Fd): Promise<Result<GpuDevice, Failure>> {
    const { promise, resolve: finish } = Promise.withResolvers<Result<GpuDevice, Failure>>()
    this.reads += 1
    this.#readings.push({ image, finish, copy: () => copyRows(image, target) })
    return promise
  }

  get pending(): number {
    return this.#readings.length
  }

  /** Finishes the oldest reading with what the buffer holds now; false: it fails. */
  async finish(isGood = true): Promise<void> {
    const reading = this.#readings.shift()
    if (!reading) throw new Error('nothing is being read')
    if (isGood) reading.copy()
    reading.finish(isGood ? ok(device) : fail(failure))
    await settled()
  }

  [Symbol.dispose](): void {
    this.isDisposed = true
    for (const { finish } of this.#readings.splice(0)) finish(fail(failure))
  }
}

/** Everything that waited for a promise has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function copyRows({ width, height, memory }: GpuImage, target: Fd): void {
  const [plane] = memory
  if (!plane) throw new Error('no memory')
  const { fd, offset, stride } = plane
  using from = shim.map(fd, 0, fd.size(), false)
  using to = shim.map(target, 0, width * 4 * height, true)
  for (let y = 0; y < height; y += 1)
    to.write(y * width * 4, from.copyOut(offset + y * stride, width * 4))
}
