// SPDX-License-Identifier: GPL-2.0-or-later
import type { FourccRow } from './fourcc.ts'

/** A number of `bits` bits of a format as 8 bits. */
export function sample8(numbers: FourccRow['numbers'], value: number, bits: number): number {
  return numbers === 'float' ? halfToByte(value) : toByte(value, bits)
}

/**
 * An n-bit value as 8 bits. Fewer than 8 are widened by repeating the bits, as Mesa, pixman and
 * display hardware do; more are narrowed by round(v · 255 / (2ⁿ − 1)), as Mesa does.
 */
export function toByte(value: number, bits: number): number {
  if (bits > 8) return Math.round((value * 255) / (2 ** bits - 1))
  let wide = 0
  for (let shift = 8 - bits; shift > -bits; shift -= bits) {
    wide |= shift >= 0 ? value << shift : value >> -shift
  }
  return wide
}

/**
 * A half float as 8 bits: clamped to 0…1, times 255, rounded. Not a number counts as its sign's end.
 * In integers, so that every engine gives the same.
 */
export function halfToByte(half: number): number {
  if (half >= 0x8000) return 0
  if (half >= 0x3c00) return 255
  const exponent = half >> 10
  // Subnormal numbers are far below half a step.
  if (exponent === 0) return 0
  const mantissa = (half & 0x3ff) | 0x400
  return Math.floor((mantissa * 255) / 2 ** (25 - exponent) + 0.5)
}
