// SPDX-License-Identifier: GPL-2.0-or-later
import type { FourccRow } from './fourcc.ts'
import type { Size } from './geometry.ts'
import { type ModifierRow, type Tiling, tileBytes } from './modifier.ts'

/** Guest pixels per side of any plane. */
export const MAX_SIDE = 16384
/** Guest pixels per side of a cursor; hardware cursors end at 256. */
export const MAX_CURSOR_SIDE = 512
/** Largest stride that producers (QEMU, the kernel) accept, bytes. */
export const MAX_STRIDE = 0x7fff_ffff
/** Most bytes of one plane, as it lies in memory and as decoded RGBA. */
export const MAX_PLANE_BYTES = 512 * 2 ** 20
/** Positions beyond this are as good as outside. */
export const MAX_POSITION = 32768

/** What a layout asks of a memory plane. Bytes. */
export type LayoutNeed = {
  /** The least stride, before it is rounded up to the unit. */
  readonly minStride: number
  readonly strideUnit: number
  readonly offsetUnit: number
  /** From `offset` to the end of the last byte that the layout can address. */
  readonly bytes: number
}

/**
 * The needs of `size` pixels at a given stride. LINEAR: the last row need not be padded. Tiled: every
 * tile row is whole. Exact for sides up to {@link MAX_SIDE} and strides up to {@link MAX_STRIDE}: all
 * products stay below 2^53.
 */
export function layoutNeed(
  format: FourccRow,
  tiling: Tiling | undefined,
  size: Size,
  stride: number,
): LayoutNeed {
  const minStride = size.width * format.bytes
  if (!tiling) {
    const bytes = (size.height - 1) * stride + minStride
    return { minStride, strideUnit: 1, offsetUnit: 1, bytes }
  }
  const rows = Math.ceil(size.height / tiling.tileHeight) * tiling.tileHeight
  const offsetUnit = tileBytes(tiling)
  return { minStride, strideUnit: tiling.tileWidth, offsetUnit, bytes: stride * rows }
}

/**
 * Whether a format may lie in a layout: its pixels must not be torn apart, so the first address bits
 * inside a tile count bytes, and a pixel is a power of two of them.
 */
export function canPair(format: FourccRow, modifier: ModifierRow): boolean {
  const { tiling } = modifier
  if (!tiling) return true
  const bits = Math.log2(format.bytes)
  const whole = (mask: number | undefined, k: number) => mask === 1 << k
  return (
    Number.isInteger(bits) &&
    Array.from({ length: bits }, (_, k) => k).every((k) => whole(tiling.xMasks[k], k))
  )
}
