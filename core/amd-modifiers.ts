// SPDX-License-Identifier: GPL-2.0-or-later
import { type AmdEquation, amdEquations } from './amd-equations.ts'
import type { ModifierRow } from './modifier.ts'
import { maskTiling, type Tiling } from './tiling.ts'

/** AMD_FMT_MOD_TILE_VER_*, by value. */
const amdVersions = ['', 'GFX9', 'GFX10', 'GFX10_RBPLUS', 'GFX11', 'GFX12']
/** AMD_FMT_MOD_TILE_GFX9_*, and those of GFX12, which counts anew. */
const amdTiles: Readonly<Record<number, string>> = {
  9: '64K_S',
  10: '64K_D',
  25: '64K_S_X',
  26: '64K_D_X',
  27: '64K_R_X',
  31: '256K_R_X',
}
const gfx12Tiles: Readonly<Record<number, string>> = {
  1: '256B_2D',
  2: '4K_2D',
  3: '64K_2D',
  4: '256K_2D',
}

/** Version and tile of an AMD modifier's lower bits, as drm_fourcc.h names them. */
export function amdName(low: number): string {
  const version = low % 256
  const tile = Math.floor(low / 256) % 32
  const name = (version === 5 ? gfx12Tiles : amdTiles)[tile] ?? `tile ${tile}`
  return `AMD_FMT_MOD (${amdVersions[version] ?? `version ${version}`}, ${name})`
}

/** AMD's layouts depend on the chip: only those with an equation are known. */
export const amdRows: readonly ModifierRow[] = [
  ...Map.groupBy(amdEquations, ({ modifier }) => modifier),
].map(
  ([modifier, equations]): ModifierRow => ({
    value: 0x0200_0000_0000_0000n | BigInt(modifier),
    name: amdName(modifier),
    tilings: Object.fromEntries(equations.map((each) => [each.bytes, amdTiling(each)])),
  }),
)

function amdTiling({ bytes: size, width, height, columns, rows }: AmdEquation): Tiling {
  const read = (masks: string) => masks.split(' ').map((mask) => Number.parseInt(mask, 16))
  const inPixel = Array.from({ length: Math.log2(size) }, (_, k) => 1 << k)
  return maskTiling(width * size, height, [...inPixel, ...read(columns)], read(rows))
}
