// SPDX-License-Identifier: GPL-2.0-or-later
import type { BlockShape, Channel } from '../core/fourcc.ts'
import type { YuvRule } from '../core/yuv.ts'
import type { PixelFormat } from './api.ts'
import { list, oneOf, outOfRange, record, truth, whole } from './argument.ts'

const maxPlanes = 4
/** Sums of colours are int32. */
const MOST_SUM = 0x7fff_ffff

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
  const factor = (name: keyof YuvRule) => whole(`yuv.${name}`, fields[name], 0, MOST_SUM)
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

/** A format of which every channel lies in its block and no sum leaves 32 bits. */
export function checkedFormat(value: unknown): PixelFormat {
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
  if (sum > MOST_SUM) throw outOfRange('format.yuv', 'a rule that fits 32 bits', sum)
}
