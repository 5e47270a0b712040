// SPDX-License-Identifier: GPL-2.0-or-later
import type { Layout, PixelFormat, TileMap } from './api.ts'
import { bytesOf, inside, outOfRange, record, whole, wrongType } from './argument.ts'
import { native } from './bindings.ts'

/** Far beyond any display, and small enough that every product below is exact. */
const maxSide = 2 ** 20
const maxStride = 0x7fff_ffff

function powerOfTwo(name: string, value: unknown): number {
  const number = whole(name, value, 1, 2 ** 30)
  if (!Number.isInteger(Math.log2(number))) throw outOfRange(name, 'a power of two', number)
  return number
}

/** One mask for each bit of a coordinate inside the tile, or fewer. */
function checkedMasks(name: string, value: unknown, side: number, tileBytes: number): number[] {
  if (!Array.isArray(value)) throw wrongType(name, 'an array', value)
  whole(`${name}.length`, value.length, 0, Math.log2(side))
  return Array.from(value, (mask, k) => whole(`${name}[${k}]`, mask, 0, tileBytes - 1))
}

function checkedTiling(value: unknown): TileMap | undefined {
  if (value === undefined) return undefined
  const fields = record<keyof TileMap>('layout.tiling', value)
  const tileWidth = powerOfTwo('tiling.tileWidth', fields.tileWidth)
  const tileHeight = powerOfTwo('tiling.tileHeight', fields.tileHeight)
  const bytes = whole('tiling tile bytes', tileWidth * tileHeight, 1, 2 ** 31)
  return {
    tileWidth,
    tileHeight,
    xMasks: checkedMasks('tiling.xMasks', fields.xMasks, tileWidth, bytes),
    yMasks: checkedMasks('tiling.yMasks', fields.yMasks, tileHeight, bytes),
  }
}

/** Bytes from the layout's offset that its rows can address. */
function needed(layout: Layout): number {
  const { tiling, stride, height, width, bytes } = layout
  if (!tiling) return (height - 1) * stride + width * bytes
  if (stride % tiling.tileWidth !== 0) {
    throw outOfRange('layout.stride', `a multiple of ${tiling.tileWidth}`, stride)
  }
  return Math.ceil(height / tiling.tileHeight) * tiling.tileHeight * stride
}

function checkedLayout(value: unknown, memory: Uint8Array): Layout {
  const fields = record<keyof Layout>('layout', value)
  const width = whole('layout.width', fields.width, 1, maxSide)
  const bytes = whole('layout.bytes', fields.bytes, 1, 8)
  const layout = {
    width,
    height: whole('layout.height', fields.height, 1, maxSide),
    bytes,
    offset: whole('layout.offset', fields.offset, 0, memory.length),
    stride: whole('layout.stride', fields.stride, width * bytes, maxStride),
    tiling: checkedTiling(fields.tiling),
  }
  inside('layout', layout.offset, needed(layout), memory.length)
  return layout
}

function checkedFormat(value: unknown, layout: Layout): PixelFormat {
  const fields = record<keyof PixelFormat>('format', value)
  const bytes = whole('format.bytes', fields.bytes, layout.bytes, layout.bytes)
  const list = fields.channels
  if (!Array.isArray(list)) throw wrongType('format.channels', 'an array', list)
  whole('format.channels.length', list.length, 4, 4)
  const channels = list.map((item: unknown, i) => {
    const channel = record<'shift' | 'bits'>(`channels[${i}]`, item)
    const bits = whole(`channels[${i}].bits`, channel.bits, 0, 32)
    return { bits, shift: whole(`channels[${i}].shift`, channel.shift, 0, bytes * 8 - bits) }
  })
  return { bytes, channels }
}

/** See NativeShim.linearise. */
export function linearise(memory: Uint8Array, layout: Layout): Uint8Array<ArrayBuffer> {
  const checked = checkedLayout(layout, bytesOf('memory', memory))
  const target = new Uint8Array(checked.width * checked.bytes * checked.height)
  native().linearise(memory, checked, target)
  return target
}

/** See NativeShim.decodeRgba8. Channels are red, green, blue and alpha. */
export function decodeRgba8(
  memory: Uint8Array,
  layout: Layout,
  format: PixelFormat,
): Uint8Array<ArrayBuffer> {
  const checked = checkedLayout(layout, bytesOf('memory', memory))
  const pixels = checkedFormat(format, checked)
  const target = new Uint8Array(checked.width * 4 * checked.height)
  native().decodeRgba8(memory, checked, pixels, target)
  return target
}
