// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import { LINEAR } from '../../core/modifier.ts'
import type { Plane } from '../../core/plane.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { CANARY_SIDE, canaryBytes } from '../../core/texture-canary.ts'
import type { Fd, NativeShim } from '../../native-shim/api.ts'
import type { GpuImage } from '../gpu/gpu-image.ts'
import { isNativeError } from '../source/native-failure.ts'

/** A dma-buf with the test picture; its descriptor is the taker's. */
export type CanaryImage = { readonly plane: Plane; readonly dmabuf: Fd }

/** What it takes to fill a dma-buf. */
export type CanaryShim = Pick<NativeShim, 'createMemfd' | 'map' | 'createUdmabuf' | 'syncDmabuf'>

/** Who gives memory of a GPU; scanout-gpu. */
export interface CanaryGpu {
  allocate(width: number, height: number): Promise<Result<GpuImage, Failure>>
}

const ROW = CANARY_SIDE * 4

/** The test picture in memory of the GPU's own, else in ours, or why there can be none. */
export async function makeCanary(
  shim: CanaryShim,
  gpu: CanaryGpu,
): Promise<Result<CanaryImage, string>> {
  const own = await makeGpuCanary(shim, gpu)
  if (own.ok) return own
  const ours = makeUdmabufCanary(shim)
  return ours.ok
    ? ours
    : fail(`there is no memory for a test picture: ${own.failure}, ${ours.failure}`)
}

/** In a buffer that the GPU's driver allocated. */
export async function makeGpuCanary(
  shim: CanaryShim,
  gpu: CanaryGpu,
): Promise<Result<CanaryImage, string>> {
  const given = await gpu.allocate(CANARY_SIDE, CANARY_SIDE)
  if (!given.ok) return fail(given.failure.why)
  const [memory] = given.value.memory
  if (!memory) return fail('the GPU gave no memory')
  using owned = new DisposableStack()
  const { fd, stride } = memory
  owned.use(fd)
  try {
    using mapping = shim.map(fd, 0, stride * CANARY_SIDE, true)
    const bytes = canaryBytes()
    shim.syncDmabuf(fd, 'start', true)
    for (let row = 0; row < CANARY_SIDE; row += 1) {
      mapping.write(row * stride, bytes.subarray(row * ROW, (row + 1) * ROW))
    }
    shim.syncDmabuf(fd, 'end', true)
  } catch (error) {
    if (!isNativeError(error)) throw error
    return fail(`the GPU's memory cannot be written (${error.syscall} failed with ${error.code})`)
  }
  owned.move()
  return ok({ plane: canaryPlane(stride), dmabuf: fd })
}

/** In memory of our own, which /dev/udmabuf makes a dma-buf. */
export function makeUdmabufCanary(shim: CanaryShim): Result<CanaryImage, string> {
  const bytes = canaryBytes()
  try {
    using memfd = shim.createMemfd('scanout-canary', bytes.length)
    using mapping = shim.map(memfd, 0, bytes.length, true)
    mapping.write(0, bytes)
    return ok({ plane: canaryPlane(ROW), dmabuf: shim.createUdmabuf(memfd, 0, bytes.length) })
  } catch (error) {
    if (!isNativeError(error)) throw error
    return fail(`/dev/udmabuf cannot be used (${error.code})`)
  }
}

/** How the test picture lies. @param stride bytes */
function canaryPlane(stride: number): Plane {
  const size = stride * CANARY_SIDE
  return {
    kind: 'primary',
    fourcc: 'AR24',
    modifier: LINEAR,
    width: CANARY_SIDE,
    height: CANARY_SIDE,
    memory: [{ buffer: 0, offset: 0, stride, size }],
    x: 0,
    y: 0,
    bottomUp: false,
  }
}
