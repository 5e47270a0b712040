// SPDX-License-Identifier: GPL-2.0-or-later
import type { Mapping, Memory, RowRange, ScanShape, WordOrder } from './api.ts'
import { inside, outOfRange, record, whole, wrongType } from './argument.ts'
import { native } from './bindings.ts'
import { NativeMapping, writableMemory } from './mapping.ts'

/** Rectangles are int32, and sums of two such numbers stay exact. */
const maxSide = 0x7fff_ffff

function multipleOf4(name: string, value: number): void {
  if (value % 4 !== 0) throw outOfRange(name, 'a multiple of 4', value)
}

/** Products of two sides stay below 2^62: they are compared as quotients. */
function lastRow(name: string, rows: number, pitch: number, size: number): number {
  if (rows - 1 > (size - 1) / pitch) {
    throw new RangeError(`${name}: ${rows} rows of ${pitch} lie beyond ${size}`)
  }
  return (rows - 1) * pitch
}

function checkedShape(given: ScanShape, source: Mapping, shadow: Mapping): ScanShape {
  const fields = record<keyof ScanShape>('shape', given)
  const field = (name: keyof ScanShape, least: number, most: number) =>
    whole(`shape.${name}`, fields[name], least, most)
  const rowBytes = field('rowBytes', 1, maxSide)
  const shape = {
    sourceOffset: field('sourceOffset', 0, source.size),
    sourcePitch: field('sourcePitch', rowBytes, maxSide),
    shadowPitch: field('shadowPitch', rowBytes, maxSide),
    rows: field('rows', 1, maxSide),
    rowBytes,
    lastRowBytes: field('lastRowBytes', 1, rowBytes),
    cellWidth: field('cellWidth', 4, maxSide),
    cellRows: field('cellRows', 1, maxSide),
  }
  multipleOf4('shape.cellWidth', shape.cellWidth)
  multipleOf4('shape.shadowPitch', shape.shadowPitch)
  const room = source.size - shape.sourceOffset
  const last = lastRow('source', shape.rows, shape.sourcePitch, room)
  inside('source', last, shape.lastRowBytes, room)
  if (shape.rows > 1) inside('source', last - shape.sourcePitch, rowBytes, room)
  inside(
    'shadow',
    lastRow('shadow', shape.rows, shape.shadowPitch, shadow.size),
    shape.shadowPitch,
    shadow.size,
  )
  return shape
}

/** Rounded out to whole cells. */
function checkedRange(
  given: RowRange | undefined,
  { rows, rowBytes, cellRows, cellWidth }: ScanShape,
): Required<RowRange> {
  if (given === undefined) return { first: 0, end: rows, left: 0, right: rowBytes }
  const fields = record<keyof RowRange>('within', given)
  const end = whole('within.end', fields.end, 0, rows)
  const first = whole('within.first', fields.first, 0, end)
  const right = whole('within.right', fields.right ?? rowBytes, 0, rowBytes)
  const left = whole('within.left', fields.left ?? 0, 0, right)
  if (first === end || left === right) return { first: 0, end: 0, left: 0, right: 0 }
  return {
    first: first - (first % cellRows),
    end,
    left: left - (left % cellWidth),
    right: Math.min(rowBytes, Math.ceil(right / cellWidth) * cellWidth),
  }
}

/** See NativeShim.scanDamage. The shadow holds `rows` whole rows of `shadowPitch`. */
export function scanDamage(
  source: Mapping,
  shadow: Mapping,
  shape: ScanShape,
  within?: RowRange,
): Int32Array<ArrayBuffer> {
  const from = NativeMapping.handleOf('source', source)
  const seen = NativeMapping.handleOf('shadow', shadow)
  if (from === seen) throw new TypeError('shadow must be another mapping than source')
  if (!shadow.writable) throw new TypeError('shadow must be writable')
  const checked = checkedShape(shape, source, shadow)
  const { first, end, left, right } = checkedRange(within, checked)
  return native().scanDamage(from, seen, checked, first, end, left, right)
}

/** Bits of damage.cc. */
const SWAP = 1
const OPAQUE = 2

/** See NativeShim.packRects. Empty rectangles add nothing. */
export function packRects(
  mapping: Mapping,
  pitch: number,
  rects: Int32Array,
  target: Memory,
  offset = 0,
  { swap, opaque }: WordOrder = asItIs,
): number {
  const handle = NativeMapping.handleOf('mapping', mapping)
  whole('pitch', pitch, 1, maxSide)
  if (!(rects instanceof Int32Array)) throw wrongType('rects', 'an Int32Array', rects)
  if (rects.length % 4 !== 0) throw outOfRange('rects.length', 'a multiple of 4', rects.length)
  const { raw, size } = writableMemory('target', target)
  if (raw === handle) throw new TypeError('target must be another mapping')
  whole('offset', offset, 0, size)
  const order = (swap ? SWAP : 0) | (opaque ? OPAQUE : 0)
  let total = 0
  for (let i = 0; i < rects.length; i += 4) {
    const [x = 0, y = 0, width = 0, height = 0] = rects.subarray(i, i + 4)
    if (Math.min(x, y, width, height) < 0) {
      throw new RangeError(`rects[${i / 4}] is negative: ${x}, ${y}, ${width}, ${height}`)
    }
    if (width === 0 || height === 0) continue
    if (order !== 0 && (x % 4 !== 0 || width % 4 !== 0)) {
      throw outOfRange(`rects[${i / 4}]`, 'of whole pixels', `${x}, ${width}`)
    }
    inside(`rects[${i / 4}]`, x, width, pitch)
    const begin = lastRow(`rects[${i / 4}]`, y + height, pitch, mapping.size)
    inside(`rects[${i / 4}]`, begin, x + width, mapping.size)
    total += width * height
  }
  inside('target', offset, total, size)
  return native().packRects(handle, pitch, rects, raw, offset, order)
}

const asItIs: WordOrder = { swap: false, opaque: false }
