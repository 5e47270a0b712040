// SPDX-License-Identifier: GPL-2.0-or-later
import { TILED_PITCH } from '../../../core/memory-image.ts'
import { type TileOrder, type Tiling, tileBytes } from '../../../core/tiling.ts'

// GLSL that finds bytes in a memory image, made from the rows of core/modifier-table.ts.

/**
 * `bytesAtN(column, row)` of memory plane N: the bytes from that byte column to the end of the 32-bit
 * word that it lies in, lowest first. Uniforms: `memoryN` (R32UI of the memory image) and, of tiled
 * planes, `gridN` (tiles across and down).
 */
export function addressing(plane: number, tiling: Tiling | undefined): string {
  const memory = `memory${plane}`
  if (!tiling) {
    return `
uniform usampler2D ${memory};
uint bytesAt${plane}(uint column, uint row) {
  return texelFetch(${memory}, ivec2(column >> 2, row), 0).r >> ((column & 3u) * 8u);
}
`
  }
  const words = TILED_PITCH / 4
  const inside = [...spread('column', tiling.xMasks), ...spread('row', tiling.yMasks)]
  return `
uniform usampler2D ${memory};
uniform uvec2 grid${plane};
uint bytesAt${plane}(uint column, uint row) {
  uint x = column / ${tiling.tileWidth}u;
  uint y = row / ${tiling.tileHeight}u;
  uint tile = ${tileTerm(tiling.order, `grid${plane}`)};
  uint address = tile * ${tileBytes(tiling)}u + (${inside.join(' ^ ') || '0u'});
  uint word = address >> 2;
  uint held = texelFetch(${memory}, ivec2(word % ${words}u, word / ${words}u), 0).r;
  return held >> ((address & 3u) * 8u);
}
`
}

/** The tile at column `x` and row `y` in memory order: core's `tileIndex`. */
function tileTerm(order: TileOrder, grid: string): string {
  const rowMajor = `y * ${grid}.x + x`
  switch (order) {
    case 'rows':
      return rowMajor
    case 'serpentine':
      return `y * ${grid}.x + ((y & 1u) == 1u ? ${grid}.x - 1u - x : x)`
    case 'zigzag': {
      const pairs = `(y & ~1u) * ${grid}.x + x`
      const last = `y + 1u == ${grid}.y && (y & 1u) == 0u`
      const upper = `${pairs} + ((x + 2u) & ~3u)`
      const lower = `${pairs} + (x & ~3u) + 2u`
      return `${last} ? ${rowMajor} : (y & 1u) == 1u ? ${lower} : ${upper}`
    }
    case 'columns':
      return `x * ${grid}.y + y`
    case 'uif': {
      const isTurned = `${grid}.y % 32u == 0u && ((x >> 2) & 1u) == 1u`
      return `(x >> 2) * 4u * ${grid}.y + (${isTurned} ? y ^ 16u : y) * 4u + (x & 3u)`
    }
  }
}

/**
 * Terms whose XOR is the masks' offset: bits that move together by the same distance become one
 * shift, any other bit selects its mask.
 */
export function spread(name: string, masks: readonly number[]): readonly string[] {
  const terms: string[] = []
  for (let k = 0; k < masks.length; ) {
    const mask = masks[k] ?? 0
    const single = mask !== 0 && (mask & (mask - 1)) === 0
    if (!single) {
      if (mask !== 0) terms.push(`((${name} >> ${k}u & 1u) * ${mask >>> 0}u)`)
      k += 1
      continue
    }
    let run = 1
    while (masks[k + run] === mask * 2 ** run) run += 1
    const low = 31 - Math.clz32(mask)
    terms.push(`((${name} >> ${k}u & ${2 ** run - 1}u) << ${low}u)`)
    k += run
  }
  return terms
}
