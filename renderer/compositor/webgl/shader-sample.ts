// SPDX-License-Identifier: GPL-2.0-or-later
import type { BlockShape, Channel, FourccRow } from '../../../core/fourcc.ts'
import type { ColorInfo } from '../../../core/plane.ts'
import { YUV_FRACTION, yuvRule } from '../../../core/yuv.ts'

// GLSL that turns the words of blocks into 8-bit colours, made from the rows of core/fourcc-table.ts.
// Integers throughout: every driver gives the bits of core's reference decoder.

/** `blockAtN(x, y)` of memory plane N: the block of those indices as two little-endian words. */
export function blockFetch(plane: number, { bytes }: BlockShape): string {
  const at = `bytesAt${plane}`
  const bodies: Readonly<Record<number, string>> = {
    1: `return uvec2(${at}(x, y) & 0xffu, 0u);`,
    2: `return uvec2(${at}(x * 2u, y) & 0xffffu, 0u);`,
    3: `uint column = x * 3u;
  uint low = ${at}(column, y);
  if ((column & 3u) > 1u) low |= ${at}((column | 3u) + 1u, y) << (32u - (column & 3u) * 8u);
  return uvec2(low & 0xffffffu, 0u);`,
    4: `return uvec2(${at}(x * 4u, y), 0u);`,
    8: `return uvec2(${at}(x * 8u, y), ${at}(x * 8u + 4u, y));`,
  }
  const body = bodies[bytes]
  if (body === undefined) throw new Error(`no fetch for blocks of ${bytes} bytes`)
  return `
uvec2 blockAt${plane}(uint x, uint y) {
  ${body}
}
`
}

/** Functions that {@link pixelCode} calls. */
export const sampleFunctions = `
uint field(uvec2 block, uint shift, uint mask) {
  return (shift < 32u ? block.x >> shift : block.y >> (shift - 32u)) & mask;
}
uint halfToByte(uint half16) {
  if (half16 >= 0x8000u) return 0u;
  if (half16 >= 0x3c00u) return 255u;
  uint exponent = half16 >> 10;
  if (exponent == 0u) return 0u;
  uint shift = 25u - exponent;
  return (((half16 & 0x3ffu) | 0x400u) * 255u + (1u << (shift - 1u))) >> shift;
}
`

/** Statements that set `uvec3 color` and, with alpha, `uint alpha` of the pixel (x, y) in memory order. */
export function pixelCode(format: FourccRow, color: ColorInfo): string {
  const blocks = format.planes.map(({ across, down }, plane) => {
    const [column, row] = [across === 1 ? 'x' : `x / ${across}u`, down === 1 ? 'y' : `y / ${down}u`]
    return `  uvec2 block${plane} = blockAt${plane}(${column}, ${row});\n`
  })
  const raw = (channel: Channel | undefined) => (channel ? fieldOf(format, channel) : '0u')
  const eight = (channel: Channel | undefined) =>
    channel ? byteOf(format, raw(channel), channel.bits) : '0u'
  const alpha = format.alpha ? `  uint alpha = ${eight(format.alpha)};\n` : ''
  const [first, second, third] = format.color
  if (format.model === 'rgb') {
    const parts = [first, second, third].map(eight).join(', ')
    return `${blocks.join('')}  uvec3 color = uvec3(${parts});\n${alpha}`
  }
  const rule = yuvRule(color, first?.bits ?? 8)
  return `${blocks.join('')}
  int luma = ${rule.luma} * (int(${raw(first)}) - ${rule.black}) + ${2 ** (YUV_FRACTION - 1)};
  int u = int(${raw(second)}) - ${rule.middle};
  int v = int(${raw(third)}) - ${rule.middle};
  ivec3 sum = ivec3(
    luma + ${rule.redV} * v,
    luma - ${rule.greenU} * u - ${rule.greenV} * v,
    luma + ${rule.blueU} * u);
  uvec3 color = uvec3(clamp(sum >> ${YUV_FRACTION}, 0, 255));
${alpha}`
}

/** The bits of a channel out of its block. */
function fieldOf(format: FourccRow, { plane, shift, bits, step }: Channel): string {
  const mask = `${2 ** bits - 1}u`
  const across = format.planes[plane]?.across ?? 1
  if (step !== 0) return `field(block${plane}, ${shift}u + ${step}u * (x % ${across}u), ${mask})`
  const word = shift < 32 ? `block${plane}.x` : `block${plane}.y`
  return `((${word} >> ${shift % 32}u) & ${mask})`
}

/** A number of a channel in 8 bits: replicated when it has fewer, rounded when it has more. */
function byteOf(format: FourccRow, value: string, bits: number): string {
  if (format.numbers === 'float') return `halfToByte(${value})`
  if (bits === 8) return value
  if (bits > 8) {
    const most = 2 ** bits - 1
    return `((${value} * 255u + ${Math.floor(most / 2)}u) / ${most}u)`
  }
  const copies: string[] = []
  for (let place = 8 - bits; place > -bits; place -= bits) {
    copies.push(place >= 0 ? `(${value} << ${place}u)` : `(${value} >> ${-place}u)`)
  }
  return `(${copies.join(' | ')})`
}
