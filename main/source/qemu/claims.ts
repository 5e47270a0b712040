// SPDX-License-Identifier: GPL-2.0-or-later
import { fourccText } from '../../../core/fourcc.ts'
import { INVALID, LINEAR } from '../../../core/modifier.ts'
import type { PlaneClaim, PlaneKind } from '../../../core/plane.ts'
import { cropOffset } from '../../../core/plane-layout.ts'
import type { DmabufScanout } from './listener-calls.ts'

// What QEMU's calls say of a plane, as claims for checkPlane.

/** A linear plane without its memory. */
export function planeClaim(
  kind: PlaneKind,
  fourcc: string,
  width: number,
  height: number,
): PlaneClaim {
  const place = { x: 0, y: 0, bottomUp: false }
  return { kind, fourcc, modifier: LINEAR, width, height, memory: [], ...place }
}

/** Of a surface that nothing was said of yet. */
export const emptyClaim = planeClaim('primary', 'XR24', 0, 0)

/** A plane whose bytes came inside of a message. `stride` in bytes. */
export function bytesClaim(
  kind: PlaneKind,
  fourcc: string,
  width: number,
  height: number,
  stride: number,
  data: Uint8Array,
): PlaneClaim {
  const memory = [{ buffer: 0, offset: 0, stride, size: data.length }]
  return { ...planeClaim(kind, fourcc, width, height), memory }
}

/** The part of the buffer that is shown; a part that begins within a tile stays to be refused. */
export function dmabufClaim(
  { offsets, strides, planes, crop, fourcc, modifier, bottomUp }: DmabufScanout,
  sizes: readonly { readonly size: number }[],
): PlaneClaim {
  const [x, y, width, height] = crop
  const code = fourccText(fourcc)
  // Where no modifier came, checkPlane takes the buffer for linear or refuses it.
  const layout = modifier === INVALID ? LINEAR : modifier
  const memory = Array.from({ length: planes }, (_, at) => {
    const buffer = Math.min(at, sizes.length - 1)
    const stride = strides[at] ?? 0
    const offset = (offsets[at] ?? 0) + cropOffset(code, layout, at, stride, x, y)
    return { buffer, offset, stride, size: Math.max(0, (sizes[buffer]?.size ?? 0) - offset) }
  })
  return { ...planeClaim('primary', code, width, height), modifier, memory, bottomUp }
}
