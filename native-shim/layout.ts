// SPDX-License-Identifier: GPL-2.0-or-later
import os from 'node:os'
import type { BlockShape, Channel } from '../core/fourcc.ts'
import { type TileGrid, type Tiling, tileOrders } from '../core/tiling.ts'
import type { YuvRule } from '../core/yuv.ts'
import type { LaidMemory, Layout, PictureShape, PixelFormat } from './api.ts'
import { bytesOf, inside, oneOf, outOfRange, record, truth, whole, wrongType } from './argument.ts'
import { native } from './bindings.ts'

/** Far beyond any display, and small enough that every product below is exact. */
const maxSide = 2 ** 20
const maxStride = 0x7fff_ffff
const maxMasks = 24
const maxPlanes = 4
const maxThreads = 16
/** Pixels from which a second thread pays for its start. */
const MANY_PIXELS = 2 ** 20

function list(name: string, value: unknown, least: number, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(name, 'an array', value)
  whole(`${name}.length`, value.length, least, most)
  return value
}

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

function checkedLayout(value: unknown, memory: Uint8Array): Layout {
  const fields = record<keyof Layout>('layout', value)
  const width = whole('layout.width', fields.width, 1, maxSide)
  const bytes = whole('layout.bytes', fields.bytes, 1, 8)
  const plain = {
    width,
    height: whole('layout.height', fields.height, 1, maxSide),
    bytes,
    offset: whole('layout.offset', fields.offset, 0, memory.length),
    stride: whole('layout.stride', fields.stride, width * bytes, maxStride),
    tiling: checkedTiling(fields.tiling),
  }
  const layout = { ...plain, grid: checkedGrid(fields.grid, plain) }
  inside('layout', layout.offset, needed(layout), memory.length)
  return layout
}

function checkedShape(name: string, value: unknown): BlockShape {
  const fields = record<keyof BlockShape>(name, value)
  return {
    bytes: whole(`${name}.bytes`, fields.bytes, 1, 8),
    across: oneOf(`${name}.across`, fields.across, [1, 2, 4]),
    down: oneOf(`${name}.down`, fields.down, [1, 2, 4]),
  }
}

function checkedChannel(
  name: string,
  value: unknown,
  planes: readonly BlockShape[],
): Channel | undefined {
  if (value === undefined) return undefined
  const fields = record<keyof Channel>(name, value)
  const plane = whole(`${name}.plane`, fields.plane, 0, planes.length - 1)
  const { bytes = 0, across = 1 } = planes[plane] ?? {}
  const bits = whole(`${name}.bits`, fields.bits, 1, Math.min(16, bytes * 8))
  const step = whole(`${name}.step`, fields.step, 0, bytes * 8)
  const room = bytes * 8 - bits - step * (across - 1)
  if (room < 0) throw outOfRange(`${name}.step`, 'room for all pixels of the block', step)
  return { plane, bits, step, shift: whole(`${name}.shift`, fields.shift, 0, room) }
}

function checkedRule(value: unknown): YuvRule | undefined {
  if (value === undefined) return undefined
  const fields = record<keyof YuvRule>('format.yuv', value)
  const factor = (name: keyof YuvRule) => whole(`yuv.${name}`, fields[name], 0, maxStride)
  return {
    black: factor('black'),
    middle: factor('middle'),
    luma: factor('luma'),
    redV: factor('redV'),
    greenU: factor('greenU'),
    greenV: factor('greenV'),
    blueU: factor('blueU'),
  }
}

function checkedFormat(value: unknown): PixelFormat {
  const fields = record<keyof PixelFormat>('format', value)
  const planes = list('format.planes', fields.planes, 1, maxPlanes).map((shape, i) =>
    checkedShape(`planes[${i}]`, shape),
  )
  const channels = list('format.channels', fields.channels, 4, 4).map((channel, i) =>
    checkedChannel(`channels[${i}]`, channel, planes),
  )
  const yuv = checkedRule(fields.yuv)
  const format = { planes, channels, half: truth('format.half', fields.half), yuv }
  if (yuv) checkSums(channels, yuv)
  return format
}

/** No sum of any samples may leave 32 bits. */
function checkSums([luma, cb, cr]: readonly (Channel | undefined)[], rule: YuvRule): void {
  const reach = (channel: Channel | undefined, middle: number) =>
    Math.max(Math.abs(2 ** (channel?.bits ?? 0) - 1 - middle), middle)
  const sum =
    rule.luma * reach(luma, rule.black) +
    Math.max(rule.blueU, rule.greenU) * reach(cb, rule.middle) +
    Math.max(rule.redV, rule.greenV) * reach(cr, rule.middle) +
    2 ** 20
  if (sum > maxStride) throw outOfRange('format.yuv', 'a rule that fits 32 bits', sum)
}

function checkedPicture(value: unknown): PictureShape {
  const fields = record<keyof PictureShape>('picture', value)
  return {
    width: whole('picture.width', fields.width, 1, maxSide),
    height: whole('picture.height', fields.height, 1, maxSide),
    bottomUp: truth('picture.bottomUp', fields.bottomUp),
  }
}

function checkedPlane(
  name: string,
  value: unknown,
  shape: BlockShape,
  picture: PictureShape,
): LaidMemory {
  const fields = record<keyof LaidMemory>(name, value)
  const memory = bytesOf(`${name}.memory`, fields.memory)
  const layout = checkedLayout(fields.layout, memory)
  whole(`${name}.bytes`, layout.bytes, shape.bytes, shape.bytes)
  whole(`${name}.width`, layout.width, Math.ceil(picture.width / shape.across))
  whole(`${name}.height`, layout.height, Math.ceil(picture.height / shape.down))
  return { memory, layout }
}

function threadsFor(pixels: number, wanted: number | undefined): number {
  if (wanted !== undefined) return whole('threads', wanted, 1, maxThreads)
  return pixels < MANY_PIXELS ? 1 : Math.min(4, os.availableParallelism())
}

/** See NativeShim.linearise. */
export function linearise(
  memory: Uint8Array,
  layout: Layout,
  threads?: number,
): Uint8Array<ArrayBuffer> {
  const checked = checkedLayout(layout, bytesOf('memory', memory))
  const { width, height, bytes } = checked
  const target = new Uint8Array(width * bytes * height)
  native().linearise(memory, checked, target, threadsFor(width * height, threads))
  return target
}

/** See NativeShim.decodeRgba8. */
export function decodeRgba8(
  planes: readonly LaidMemory[],
  format: PixelFormat,
  picture: PictureShape,
  threads?: number,
): Uint8Array<ArrayBuffer> {
  const pixels = checkedFormat(format)
  const shape = checkedPicture(picture)
  const { length } = pixels.planes
  const laid = list('planes', planes, length, length).map((plane, i) =>
    checkedPlane(
      `planes[${i}]`,
      plane,
      pixels.planes[i] ?? { bytes: 0, across: 1, down: 1 },
      shape,
    ),
  )
  const target = new Uint8Array(shape.width * 4 * shape.height)
  const count = threadsFor(shape.width * shape.height, threads)
  native().decodeRgba8(laid, pixels, shape, target, count)
  return target
}
