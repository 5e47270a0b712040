// SPDX-License-Identifier: GPL-2.0-or-later
import { amdRows } from './amd-modifiers.ts'
import type { ModifierRow, Tilings } from './modifier.ts'
import { bitTiling, type Tiling } from './tiling.ts'

/** The same for every pixel size: what the tiles hold are bytes. */
const bytes = (tiling: Tiling): Tilings => ({ 1: tiling, 2: tiling, 4: tiling, 8: tiling })

/** For each pixel size, of a tile in pixels. */
const pixels = (make: (bytes: number) => Tiling): Tilings => ({
  1: make(1),
  2: make(2),
  4: make(4),
  8: make(8),
})

/** The masks of a tile whose elements are single bytes, as those of one whose elements are pixels. */
function widened(tiling: Tiling, size: number): Tiling {
  const inPixel = Array.from({ length: Math.log2(size) }, (_, k) => 1 << k)
  const times = (masks: readonly number[]) => masks.map((mask) => mask * size)
  return {
    ...tiling,
    tileWidth: tiling.tileWidth * size,
    xMasks: [...inPixel, ...times(tiling.xMasks)],
    yMasks: times(tiling.yMasks),
  }
}

const yf = bitTiling(128, 32, 'x0-3 y0-1 y2 x4 y3 x5 y4 x6')
const uInterleaved = bitTiling(16, 16, 'x0^y0 y0 x1^y1 y1 x2^y2 y2 x3^y3 y3')
const vivante = bitTiling(4, 4, 'x0-1 y0-1')
const vc4 = bitTiling(128, 32, 'x0-3 y0-1 x4-5 y2-3 x6^y4 x6^y5', { order: 'serpentine' })
const vc4Bytes = bitTiling(64, 64, 'x0-2 y0-2 x3-4 y3-4 x5^y5 x5^y6', { order: 'serpentine' })
const uif = (width: number, height: number, bits: string) =>
  bitTiling(width, height, bits, { order: 'uif', strideTiles: 4 })
const uifNarrow = uif(32, 8, 'x0-3 y0-1 x4 y2')
const nv12 = ['NV12', 'NV21']

// Offset bits of a tile from the lowest up; x counts bytes and y rows, or pixels where it says so.
// Sources: drm_fourcc.h and the tiling code of Mesa, IGT and GStreamer that the test vectors name.
// biome-ignore format: one row per modifier
const named: readonly ModifierRow[] = [
  // value in drm_fourcc.h         name
  { value: 0n,                     name: 'DRM_FORMAT_MOD_LINEAR',                        tilings: undefined },
  { value: 0x0100_0000_0000_0001n, name: 'I915_FORMAT_MOD_X_TILED',                      tilings: bytes(bitTiling(512, 8, 'x0-8 y0-2')), bit6: '9_10' },
  { value: 0x0100_0000_0000_0002n, name: 'I915_FORMAT_MOD_Y_TILED',                      tilings: bytes(bitTiling(128, 32, 'x0-3 y0-4 x4-6')), bit6: '9' },
  { value: 0x0100_0000_0000_0003n, name: 'I915_FORMAT_MOD_Yf_TILED',                     tilings: { 2: yf, 4: yf } },
  { value: 0x0100_0000_0000_0009n, name: 'I915_FORMAT_MOD_4_TILED',                      tilings: bytes(bitTiling(128, 32, 'x0-3 y0-1 x4-5 y2 x6 y3-4')) },
  { value: 0x0400_0000_0000_0001n, name: 'DRM_FORMAT_MOD_SAMSUNG_64_32_TILE',            tilings: {}, video: { codes: nv12, tiling: bitTiling(64, 32, 'x0-5 y0-4', { order: 'zigzag', strideTiles: 2 }) } },
  { value: 0x0600_0000_0000_0001n, name: 'DRM_FORMAT_MOD_VIVANTE_TILED',                 tilings: pixels((size) => widened(vivante, size)), video: { codes: nv12, tiling: vivante } },
  { value: 0x0700_0000_0000_0001n, name: 'DRM_FORMAT_MOD_BROADCOM_VC4_T_TILED',          tilings: { 1: vc4Bytes, 2: vc4, 4: vc4, 8: vc4 } },
  { value: 0x0700_0000_0000_0006n, name: 'DRM_FORMAT_MOD_BROADCOM_UIF',                  tilings: { 1: uif(16, 16, 'x0-2 y0-2 x3 y3'), 2: uifNarrow, 4: uifNarrow, 8: uif(64, 4, 'x0-4 y0 x5 y1') } },
  { value: 0x0810_0000_0000_0001n, name: 'DRM_FORMAT_MOD_ARM_16X16_BLOCK_U_INTERLEAVED', tilings: pixels((size) => widened(uInterleaved, size)) },
  { value: 0x0900_0000_0000_0001n, name: 'DRM_FORMAT_MOD_ALLWINNER_TILED',               tilings: {}, video: { codes: nv12, tiling: bitTiling(32, 32, 'x0-4 y0-4') } },
]

/** Families of NVIDIA's block-linear layouts: bits of the modifier beside the block's height. */
// biome-ignore format: one row per family
const blockLinear = [
  // generation 2 (Turing and later), sector layout 1, page kind 6; compression 0
  { value: 0x0300_0000_0060_6010n, label: 'Turing',           gob: 'x0-3 y0-1 x4 y2 x5' },
  // generation 0, sector layout 0, page kind 0xfe; 0 is its older spelling
  { value: 0x0300_0000_000f_e010n, label: 'Tegra',            gob: 'x0-3 y0 x4 y1-2 x5' },
  { value: 0x0300_0000_0000_0010n, label: 'Tegra, kind 0',    gob: 'x0-3 y0 x4 y1-2 x5' },
]

/** Blocks are 1 to 32 GOBs of 64 bytes × 8 rows high. */
const nvidia = blockLinear.flatMap(({ value, label, gob }) =>
  [0, 1, 2, 3, 4, 5].map((h): ModifierRow => {
    const gobs = 2 ** h
    const above = h === 0 ? '' : ` y3-${2 + h}`
    const name = `DRM_FORMAT_MOD_NVIDIA_BLOCK_LINEAR_2D (${label}, ${gobs} GOB${h ? 's' : ''} high)`
    return { value: value | BigInt(h), name, tilings: bytes(bitTiling(64, 8 * gobs, gob + above)) }
  }),
)

export const fixedRows: readonly ModifierRow[] = [...named, ...nvidia, ...amdRows]

/** The tallest column that a plane can need, twice over: luma and chroma share it. */
const MAX_COLUMN_HEIGHT = 2 ** 16

/** Broadcom's SAND: columns of 32 to 256 bytes (codes 2 to 5), whose height is in bits 8 and up. */
export function sandRow(value: bigint): ModifierRow | undefined {
  const code = Number(value & 0xffn)
  const columnHeight = Number((value >> 8n) & 0xffff_ffff_ffffn)
  if (value >> 56n !== 7n || code < 2 || code > 5) return undefined
  if (columnHeight < 1 || columnHeight > MAX_COLUMN_HEIGHT) return undefined
  const width = 2 ** (code + 3)
  const tiling = bitTiling(width, 1, `x0-${code + 2}`, { order: 'columns', columnHeight })
  const name = `DRM_FORMAT_MOD_BROADCOM_SAND${width}_COL_HEIGHT(${columnHeight})`
  return { value, name, tilings: {}, video: { codes: nv12, tiling } }
}
