// SPDX-License-Identifier: GPL-2.0-or-later
import os from 'node:os'
import type { BlockShape } from '../core/fourcc.ts'
import type { Rect, Size } from '../core/geometry.ts'
import type { LaidMemory, Layout, Memory, PictureShape, PixelFormat, Place } from './api.ts'
import { inside, list, outOfRange, record, truth, whole } from './argument.ts'
import { native, type RawPlace } from './bindings.ts'
import { checkedLayout, maxSide } from './layout.ts'
import { memoryOf, type RawMemory, writableMemory } from './mapping.ts'
import { checkedFormat } from './pixel-format.ts'

const maxThreads = 16
/** Pixels from which a second thread pays for its start. */
const MANY_PIXELS = 2 ** 20

function checkedPart(value: unknown, { width, height }: Size): Rect {
  const fields = record<keyof Rect>('part', value)
  const x = whole('part.x', fields.x, 0, width - 1)
  const y = whole('part.y', fields.y, 0, height - 1)
  return {
    x,
    y,
    width: whole('part.width', fields.width, 1, width - x),
    height: whole('part.height', fields.height, 1, height - y),
  }
}

function checkedPlace(value: unknown, rowBytes: number, rows: number): RawPlace {
  const fields = record<keyof Place>('place', value)
  const { raw, size } = writableMemory('place.memory', fields.memory)
  const offset = whole('place.offset', fields.offset, 0, size)
  const pitch = whole('place.pitch', fields.pitch, rowBytes, 2 ** 31)
  inside('place', offset, (rows - 1) * pitch + rowBytes, size)
  return { memory: raw, offset, pitch }
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
): { readonly memory: RawMemory['raw']; readonly layout: Layout } {
  const fields = record<keyof LaidMemory>(name, value)
  const { raw, size } = memoryOf(`${name}.memory`, fields.memory)
  const layout = checkedLayout(fields.layout, size)
  whole(`${name}.bytes`, layout.bytes, shape.bytes, shape.bytes)
  whole(`${name}.width`, layout.width, Math.ceil(picture.width / shape.across))
  whole(`${name}.height`, layout.height, Math.ceil(picture.height / shape.down))
  return { memory: raw, layout }
}

function threadsFor({ width, height }: Size, wanted: number | undefined): number {
  if (wanted !== undefined) return whole('threads', wanted, 1, maxThreads)
  return width * height < MANY_PIXELS ? 1 : Math.min(4, os.availableParallelism())
}

/** See NativeShim.lineariseInto. */
export function lineariseInto(
  memory: Memory,
  layout: Layout,
  part: Rect,
  place: Place,
  threads?: number,
): void {
  const { raw, size } = memoryOf('memory', memory)
  const checked = checkedLayout(layout, size)
  const own = checkedPart(part, checked)
  const target = checkedPlace(place, own.width * checked.bytes, own.height)
  if (raw === target.memory) throw outOfRange('place.memory', 'other memory', 'the same')
  native().linearise(raw, checked, own, target, threadsFor(own, threads))
}

/** See NativeShim.linearise. */
export function linearise(
  memory: Memory,
  layout: Layout,
  threads?: number,
): Uint8Array<ArrayBuffer> {
  const { width, height, bytes } = checkedLayout(layout, memoryOf('memory', memory).size)
  const target = new Uint8Array(width * bytes * height)
  const place = { memory: target, offset: 0, pitch: width * bytes }
  lineariseInto(memory, layout, { x: 0, y: 0, width, height }, place, threads)
  return target
}

/** See NativeShim.decodeRgba8Into. */
export function decodeRgba8Into(
  planes: readonly LaidMemory[],
  format: PixelFormat,
  picture: PictureShape,
  part: Rect,
  place: Place,
  threads?: number,
): void {
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
  const own = checkedPart(part, shape)
  const target = checkedPlace(place, own.width * 4, own.height)
  if (laid.some(({ memory }) => memory === target.memory)) {
    throw outOfRange('place.memory', 'other memory', 'the same')
  }
  native().decodeRgba8(laid, pixels, shape, own, target, threadsFor(own, threads))
}

/** See NativeShim.decodeRgba8. */
export function decodeRgba8(
  planes: readonly LaidMemory[],
  format: PixelFormat,
  picture: PictureShape,
  threads?: number,
): Uint8Array<ArrayBuffer> {
  const { width, height } = checkedPicture(picture)
  const target = new Uint8Array(width * 4 * height)
  const place = { memory: target, offset: 0, pitch: width * 4 }
  decodeRgba8Into(planes, format, picture, { x: 0, y: 0, width, height }, place, threads)
  return target
}
