// SPDX-License-Identifier: GPL-2.0-or-later
import type { ColorInfo, ColorMatrix } from './plane.ts'

/** What a producer means that does not say: i915's default for its planes. */
export const DEFAULT_COLOR: ColorInfo = { matrix: 'bt709', range: 'limited' }

/** Kr and Kb of ITU-R BT.601, BT.709 and BT.2020 (non-constant luminance). */
const weights: Readonly<Record<ColorMatrix, readonly [red: number, blue: number]>> = {
  bt601: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  bt2020: [0.2627, 0.0593],
}

/** Fraction bits of the coefficients: as many as leave every sum within 32 bits. */
export const YUV_FRACTION = 21

/**
 * How samples of n bits become 8-bit RGB, in integers, so that every engine gives the same:
 *
 *     y = luma · (Y − black), u = Cb − middle, v = Cr − middle
 *     R = y + redV · v, G = y − greenU · u − greenV · v, B = y + blueU · u
 *
 * each divided by 2^{@link YUV_FRACTION}, rounded and clamped. Off by less than 0.51 from the exact
 * value, 0.53 for 16-bit samples.
 */
export type YuvRule = {
  readonly black: number
  readonly middle: number
  readonly luma: number
  readonly redV: number
  readonly greenU: number
  readonly greenV: number
  readonly blueU: number
}

/** The rule for samples of `bits` bits. */
export function yuvRule({ matrix, range }: ColorInfo, bits: number): YuvRule {
  const [kr, kb] = weights[matrix]
  const kg = 1 - kr - kb
  const unit = 2 ** (bits - 8)
  const isLimited = range === 'limited'
  const lumaSpan = isLimited ? 219 * unit : 2 ** bits - 1
  const chromaSpan = isLimited ? 224 * unit : 2 ** bits - 1
  const fixed = (factor: number, span: number) =>
    Math.round((factor * 255 * 2 ** YUV_FRACTION) / span)
  return {
    black: isLimited ? 16 * unit : 0,
    middle: 128 * unit,
    luma: fixed(1, lumaSpan),
    redV: fixed(2 * (1 - kr), chromaSpan),
    greenU: fixed((2 * kb * (1 - kb)) / kg, chromaSpan),
    greenV: fixed((2 * kr * (1 - kr)) / kg, chromaSpan),
    blueU: fixed(2 * (1 - kb), chromaSpan),
  }
}

/** One pixel; samples as they are stored. */
export function yuvToRgb(
  rule: YuvRule,
  luma: number,
  cb: number,
  cr: number,
): readonly [red: number, green: number, blue: number] {
  const y = rule.luma * (luma - rule.black)
  const u = cb - rule.middle
  const v = cr - rule.middle
  const to8 = (sum: number) => Math.max(0, Math.min(255, Math.floor(sum / 2 ** YUV_FRACTION + 0.5)))
  return [
    to8(y + rule.redV * v),
    to8(y - rule.greenU * u - rule.greenV * v),
    to8(y + rule.blueU * u),
  ]
}
