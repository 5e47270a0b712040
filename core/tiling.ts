// SPDX-License-Identifier: GPL-2.0-or-later
import type { Rect } from './geometry.ts'

/**
 * How tiles follow each other in memory: `rows` row by row; `serpentine` the same, every other row
 * from right to left; `zigzag` in squares of four, alternately as Z and as its mirror image;
 * `columns` column by column; `uif` in columns of four, as Broadcom's V3D keeps them.
 */
export const tileOrders = ['rows', 'serpentine', 'zigzag', 'columns', 'uif'] as const
export type TileOrder = (typeof tileOrders)[number]

/**
 * A tiling: equal tiles, and inside a tile a map from (byte, row) to an offset that is linear over
 * bits. `xMasks[k]` is XORed into the offset when bit k of the byte column is set, `yMasks[k]` when
 * bit k of the row is. Masks beyond the bits of a tile's sides let the tile's place decide, too.
 */
export type Tiling = {
  /** Width of a tile in bytes; a power of two. */
  readonly tileWidth: number
  /** Height of a tile in rows; a power of two. */
  readonly tileHeight: number
  readonly xMasks: readonly number[]
  readonly yMasks: readonly number[]
  readonly order: TileOrder
  /** Tiles across that a stride must be a multiple of. */
  readonly strideTiles: number
  /** `columns`: rows that every column has room for. */
  readonly columnHeight: number
}

/** Tiles of a memory plane: what an address needs to know of the whole. */
export type TileGrid = { readonly across: number; readonly down: number }

/** Bytes of one tile. */
export function tileBytes(tiling: Tiling): number {
  return tiling.tileWidth * tiling.tileHeight
}

/**
 * A tiling from the bits of an offset inside the tile, lowest first: `x0-3 y0-4 x4-6` says that bits
 * 0 to 3 are bits 0 to 3 of the byte column, and so on; `x6^y5` is the XOR of two.
 */
export function bitTiling(
  tileWidth: number,
  tileHeight: number,
  bits: string,
  rules: Partial<Pick<Tiling, 'order' | 'strideTiles' | 'columnHeight'>> = {},
): Tiling {
  const masks = { x: Array<number>(Math.log2(tileWidth)).fill(0), y: [] as number[] }
  masks.y = Array<number>(Math.log2(tileHeight)).fill(0)
  let place = 0
  for (const [, terms = ''] of bits.matchAll(/(\S+)/g)) {
    const [, axis, from, to] = /^([xy])(\d+)-(\d+)$/.exec(terms) ?? []
    const steps = from === undefined ? [terms] : range(`${axis}`, Number(from), Number(to))
    for (const step of steps) {
      for (const term of step.split('^')) {
        const side = term.startsWith('x') ? masks.x : masks.y
        const bit = Number(term.slice(1))
        while (side.length <= bit) side.push(0)
        side[bit] = (side[bit] ?? 0) | (1 << place)
      }
      place += 1
    }
  }
  return maskTiling(tileWidth, tileHeight, masks.x, masks.y, rules)
}

/** A tiling from its masks. */
export function maskTiling(
  tileWidth: number,
  tileHeight: number,
  xMasks: readonly number[],
  yMasks: readonly number[],
  rules: Partial<Pick<Tiling, 'order' | 'strideTiles' | 'columnHeight'>> = {},
): Tiling {
  const { order = 'rows', strideTiles = 1, columnHeight = 0 } = rules
  return { tileWidth, tileHeight, xMasks, yMasks, order, strideTiles, columnHeight }
}

function range(axis: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, k) => `${axis}${from + k}`)
}

/** The tiles of `height` rows at a stride. `down` counts what the layout pads with. */
export function tileGrid(tiling: Tiling, stride: number, height: number): TileGrid {
  const across = Math.ceil(stride / tiling.tileWidth)
  const rows = Math.ceil(height / tiling.tileHeight)
  switch (tiling.order) {
    case 'columns':
      return { across, down: tiling.columnHeight }
    case 'uif':
      return { across, down: rows + uifPadding(rows) }
    case 'rows':
    case 'serpentine':
    case 'zigzag':
      return { across, down: rows }
  }
}

/** Rows of blocks in a page, a page and a half, and the page cache of V3D. */
const [UIF_PAGE_AND_A_HALF, UIF_CACHE] = [6, 32]

/**
 * Rows of blocks that V3D adds, so that pages of one bank keep a distance from column to column.
 *
 * @see Mesa, v3d_resource.c v3d_get_ub_pad
 */
function uifPadding(rows: number): number {
  const over = rows % UIF_CACHE
  if (over === 0 || rows < UIF_PAGE_AND_A_HALF) return 0
  if (over < UIF_PAGE_AND_A_HALF) return rows < UIF_CACHE ? 0 : UIF_PAGE_AND_A_HALF - over
  return over > UIF_CACHE - UIF_PAGE_AND_A_HALF ? UIF_CACHE - over : 0
}

/** The place of a tile in memory order. */
export function tileIndex(order: TileOrder, grid: TileGrid, column: number, row: number): number {
  const { across, down } = grid
  switch (order) {
    case 'rows':
      return row * across + column
    case 'serpentine':
      return row * across + (row % 2 === 1 ? across - 1 - column : column)
    case 'zigzag': {
      const isLastAlone = row === down - 1 && row % 2 === 0
      if (isLastAlone) return row * across + column
      const pair = row - (row % 2)
      const group = Math.floor((row % 2 === 1 ? column : column + 2) / 4) * 4
      return pair * across + column + group + (row % 2 === 1 ? 2 : 0)
    }
    case 'columns':
      return column * down + row
    case 'uif': {
      const group = Math.floor(column / 4)
      const turned = down % UIF_CACHE === 0 && group % 2 === 1 ? row ^ 16 : row
      return group * 4 * down + turned * 4 + (column % 4)
    }
  }
}

/** The rectangle of tiles that holds those from `first` to `last` in memory order. */
export function tilesBetween(order: TileOrder, grid: TileGrid, first: number, last: number): Rect {
  const { across, down } = grid
  switch (order) {
    case 'rows':
      return stretch(first, last, across)
    case 'serpentine': {
      const part = stretch(first, last, across)
      const isTurned = part.height === 1 && part.y % 2 === 1
      return isTurned ? { ...part, x: across - part.x - part.width } : part
    }
    case 'zigzag': {
      const pairs = stretch(first, last, 2 * across)
      return { x: 0, y: pairs.y * 2, width: across, height: pairs.height * 2 }
    }
    case 'columns': {
      const part = stretch(first, last, down)
      return { x: part.y, y: part.x, width: part.height, height: part.width }
    }
    case 'uif': {
      const groups = stretch(first, last, 4 * down)
      const isPart = groups.height === 1 && down % UIF_CACHE !== 0
      const top = isPart ? Math.floor(groups.x / 4) : 0
      const bottom = isPart ? Math.ceil((groups.x + groups.width) / 4) : down
      return { x: groups.y * 4, y: top, width: groups.height * 4, height: bottom - top }
    }
  }
}

/** The part of a grid of that width, filled row by row, that holds the cells from first to last. */
function stretch(first: number, last: number, width: number): Rect {
  const [top, bottom] = [Math.floor(first / width), Math.floor(last / width)]
  if (top !== bottom) return { x: 0, y: top, width, height: bottom - top + 1 }
  return { x: first % width, y: top, width: last - first + 1, height: 1 }
}

/**
 * Where a byte of a memory plane lies: the address of byte column `x` of row `y`, counted from the
 * memory plane's offset. The only such function in TypeScript; the addon and the shader compute the
 * same.
 *
 * @param grid the plane's tiles; of no use to a plane without tiling
 */
export function byteOffset(
  tiling: Tiling | undefined,
  stride: number,
  grid: TileGrid | undefined,
  x: number,
  y: number,
): number {
  if (!tiling || !grid) return y * stride + x
  const column = Math.floor(x / tiling.tileWidth)
  const row = Math.floor(y / tiling.tileHeight)
  const tile = tileIndex(tiling.order, grid, column, row)
  return tile * tileBytes(tiling) + (spread(x, tiling.xMasks) ^ spread(y, tiling.yMasks))
}

/** XORs the mask of every set bit. */
function spread(value: number, masks: readonly number[]): number {
  return masks.reduce((sum, mask, bit) => ((value >> bit) & 1 ? sum ^ mask : sum), 0)
}
