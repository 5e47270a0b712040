// SPDX-License-Identifier: GPL-2.0-or-later
import { type TileGrid, type Tiling, tileOrders } from '../core/tiling.ts'
import type { Layout } from './api.ts'
import { inside, list, oneOf, outOfRange, record, whole } from './argument.ts'

/** Far beyond any display, and small enough that every product below is exact. */
export const maxSide = 2 ** 20
const maxStride = 0x7fff_ffff
const maxMasks = 24

function powerOfTwo(name: string, value: unknown): number {
  const number = whole(name, value, 1, 2 ** 30)
  if (!Number.isInteger(Math.log2(number))) throw outOfRange(name, 'a power of two', number)
  return number
}

function checkedMasks(name: string, value: unknown, tileBytes: number): number[] {
  const masks = list(name, value, 0, maxMasks)
  return masks.map((mask, k) => whole(`${name}[${k}]`, mask, 0, tileBytes - 1))
}

function checkedTiling(value: unknown): Tiling | undefined {
  if (value === undefined) return undefined
  const fields = record<keyof Tiling>('layout.tiling', value)
  const tileWidth = powerOfTwo('tiling.tileWidth', fields.tileWidth)
  const tileHeight = powerOfTwo('tiling.tileHeight', fields.tileHeight)
  const bytes = whole('tiling tile bytes', tileWidth * tileHeight, 1, 2 ** 31)
  return {
    tileWidth,
    tileHeight,
    xMasks: checkedMasks('tiling.xMasks', fields.xMasks, bytes),
    yMasks: checkedMasks('tiling.yMasks', fields.yMasks, bytes),
    order: oneOf('tiling.order', fields.order, tileOrders),
    strideTiles: whole('tiling.strideTiles', fields.strideTiles, 1, 16),
    columnHeight: whole('tiling.columnHeight', fields.columnHeight, 0, maxSide),
  }
}

function checkedGrid(value: unknown, layout: Omit<Layout, 'grid'>): TileGrid | undefined {
  const { tiling } = layout
  if (!tiling) return undefined
  const fields = record<keyof TileGrid>('layout.grid', value)
  const columns = Math.ceil((layout.width * layout.bytes) / tiling.tileWidth)
  const rows = Math.ceil(layout.height / tiling.tileHeight)
  const across = whole('grid.across', fields.across, columns, maxStride)
  if (tiling.order === 'zigzag' && across % 2 !== 0) throw outOfRange('grid.across', 'even', across)
  if (tiling.order === 'uif' && across % 4 !== 0) {
    throw outOfRange('grid.across', 'a multiple of 4', across)
  }
  return { across, down: whole('grid.down', fields.down, rows, maxSide) }
}

/** Bytes from the layout's offset that its rows can address. */
function needed({ tiling, grid, stride, height, width, bytes }: Layout): number {
  if (!tiling || !grid) return (height - 1) * stride + width * bytes
  const tile = tiling.tileWidth * tiling.tileHeight
  if (tiling.order !== 'columns') {
    if (stride % tiling.tileWidth !== 0) {
      throw outOfRange('layout.stride', `a multiple of ${tiling.tileWidth}`, stride)
    }
    return grid.across * grid.down * tile
  }
  const columns = Math.ceil((width * bytes) / tiling.tileWidth)
  return ((columns - 1) * grid.down + Math.ceil(height / tiling.tileHeight)) * tile
}

/** A layout of which every byte lies in memory of that size. */
export function checkedLayout(value: unknown, size: number): Layout {
  const fields = record<keyof Layout>('layout', value)
  const width = whole('layout.width', fields.width, 1, maxSide)
  const bytes = whole('layout.bytes', fields.bytes, 1, 8)
  const plain = {
    width,
    height: whole('layout.height', fields.height, 1, maxSide),
    bytes,
    offset: whole('layout.offset', fields.offset, 0, size),
    stride: whole('layout.stride', fields.stride, width * bytes, maxStride),
    tiling: checkedTiling(fields.tiling),
  }
  const layout = { ...plain, grid: checkedGrid(fields.grid, plain) }
  inside('layout', layout.offset, needed(layout), size)
  return layout
}
