// SPDX-License-Identifier: GPL-2.0-or-later
import { LINEAR } from '../../core/modifier.ts'
import type { Plane } from '../../core/plane.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { CANARY_SIDE, canaryBytes } from '../../core/texture-canary.ts'
import type { Fd, NativeShim } from '../../native-shim/api.ts'
import { isNativeError } from '../source/native-failure.ts'

/** A dma-buf with the test picture; its descriptor is the taker's. */
export type CanaryImage = { readonly plane: Plane; readonly dmabuf: Fd }

/** What it takes to make memory a dma-buf. */
export type UdmabufShim = Pick<NativeShim, 'createMemfd' | 'map' | 'createUdmabuf'>

/** Puts the test picture into a dma-buf of our own, or says why there can be none. */
export function makeCanary(shim: UdmabufShim): Result<CanaryImage, string> {
  const bytes = canaryBytes()
  const stride = CANARY_SIDE * 4
  try {
    using memfd = shim.createMemfd('scanout-canary', bytes.length)
    using mapping = shim.map(memfd, 0, bytes.length, true)
    mapping.write(0, bytes)
    return ok({ plane: canaryPlane(stride), dmabuf: shim.createUdmabuf(memfd, 0, bytes.length) })
  } catch (error) {
    if (!isNativeError(error)) throw error
    return fail(`no test picture can be made, because /dev/udmabuf cannot be used (${error.code})`)
  }
}

/** How the test picture lies. @param stride bytes */
export function canaryPlane(stride: number): Plane {
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
