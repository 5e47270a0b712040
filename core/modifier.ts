// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * A tiling: equal tiles in row-major order, and inside a tile a map from (byte, row) to an offset
 * that is linear over bits. `xMasks[k]` is XORed into the offset when bit k of the byte column is
 * set, `yMasks[k]` when bit k of the row is.
 */
export type Tiling = {
  /** Width of a tile in bytes; a power of two. */
  readonly tileWidth: number
  /** Height of a tile in rows; a power of two. */
  readonly tileHeight: number
  readonly xMasks: readonly number[]
  readonly yMasks: readonly number[]
}

export type ModifierRow = {
  readonly value: bigint
  /** Name in drm_fourcc.h. */
  readonly name: string
  /** Undefined for LINEAR. */
  readonly tiling: Tiling | undefined
}

/** Bytes of one tile. */
export function tileBytes(tiling: Tiling): number {
  return tiling.tileWidth * tiling.tileHeight
}

/** Single-bit masks for consecutive offset bits: `bits(4, 3)` → [16, 32, 64]. */
const bits = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => 1 << (first + k))

export const LINEAR = 0n
/** The producer did not say how the pixels lie. */
export const INVALID = 0x00ff_ffff_ffff_ffffn

// biome-ignore format: one row per modifier
const rows = [
  // value in drm_fourcc.h          name                           tile bytes × rows                 offset bits of the byte column             offset bits of the row
  { value: LINEAR,                  name: 'DRM_FORMAT_MOD_LINEAR', tiling: undefined },
  { value: 0x0100_0000_0000_0001n,  name: 'I915_FORMAT_MOD_X_TILED', tiling: { tileWidth: 512, tileHeight: 8,  xMasks: bits(0, 9),                      yMasks: bits(9, 3) } },
  { value: 0x0100_0000_0000_0002n,  name: 'I915_FORMAT_MOD_Y_TILED', tiling: { tileWidth: 128, tileHeight: 32, xMasks: [...bits(0, 4), ...bits(9, 3)],  yMasks: bits(4, 5) } },
] as const satisfies readonly ModifierRow[]

/** Every modifier that can be decoded. */
export const modifiers: readonly ModifierRow[] = rows

const byValue = new Map(modifiers.map((row) => [row.value, row]))

/** The row of a modifier, or undefined when this version cannot decode it. */
export function modifierRow(value: bigint): ModifierRow | undefined {
  return byValue.get(value)
}

/** `0x0100000000000001`: sixteen digits, as dumps, `inspect` and the window write it. */
export function modifierText(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16).padStart(16, '0')}`
}
