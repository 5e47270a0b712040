// SPDX-License-Identifier: GPL-2.0-or-later
import { type Tiling, tileBytes } from './modifier.ts'

/**
 * Where a byte of a plane lies: the address of byte column `x` of row `y`, counted from the memory
 * plane's offset. The only such function in TypeScript; the addon and the shader compute the same.
 *
 * @param stride bytes; for a tiling, a multiple of its tile width
 */
export function byteOffset(
  tiling: Tiling | undefined,
  stride: number,
  x: number,
  y: number,
): number {
  if (!tiling) return y * stride + x
  const column = Math.floor(x / tiling.tileWidth)
  const row = Math.floor(y / tiling.tileHeight)
  const tile = row * (stride / tiling.tileWidth) + column
  const inside =
    spread(x % tiling.tileWidth, tiling.xMasks) ^ spread(y % tiling.tileHeight, tiling.yMasks)
  return tile * tileBytes(tiling) + inside
}

/** XORs the mask of every set bit. */
function spread(value: number, masks: readonly number[]): number {
  return masks.reduce((sum, mask, bit) => ((value >> bit) & 1 ? sum ^ mask : sum), 0)
}
