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

/** What it takes to make a dma-buf of our own memory. */
export type CanaryShim = Pick<NativeShim, 'createMemfd' | 'map' | 'createUdmabuf'>

/** Who gives memory of a GPU; scanout-gpu. */
export interface CanaryGpu {
  fill(width: number, height: number, pixels: Fd): Promise<Result<GpuImage, Failure>>
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
  if (ours.ok) return ours
  return fail(`there is no memory for a test picture: ${own.failure}, ${ours.failure}`)
}

/** In a buffer that the GPU's driver allocated. */
export async function makeGpuCanary(
  shim: CanaryShim,
  gpu: CanaryGpu,
): Promise<Result<CanaryImage, string>> {
  using pixels = canaryFile(shim)
  const given = await gpu.fill(CANARY_SIDE, CANARY_SIDE, pixels)
  if (!given.ok) return fail(given.failure.why)
  const [memory] = given.value.memory
  if (!memory) throw new Error('a filled image has memory')
  return ok({ plane: canaryPlane(memory.stride), dmabuf: memory.fd })
}

/** In memory of our own, which /dev/udmabuf makes a dma-buf. */
export function makeUdmabufCanary(shim: CanaryShim): Result<CanaryImage, string> {
  try {
    using pixels = canaryFile(shim)
    return ok({ plane: canaryPlane(ROW), dmabuf: shim.createUdmabuf(pixels, 0, pixels.size()) })
  } catch (error) {
    if (!isNativeError(error)) throw error
    return fail(`/dev/udmabuf cannot be used (${error.code})`)
  }
}

function canaryFile(shim: CanaryShim): Fd {
  const bytes = canaryBytes()
  using owned = new DisposableStack()
  const file = owned.use(shim.createMemfd('scanout-canary', bytes.length))
  using mapping = shim.map(file, 0, bytes.length, true)
  mapping.write(0, bytes)
  owned.move()
  return file
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
