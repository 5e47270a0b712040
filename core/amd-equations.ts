// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * How one AMD layout lies at one pixel size, probed from AMD's own address library: for each bit of
 * the pixel column and row, from bit 0 up, the mask that it XORs into the offset inside a block, hex.
 * The masks of X modes go on beyond the block's sides and end at zeros: bits above have none either.
 */
export type AmdEquation = {
  /** The lower 56 bits of the modifier. */
  readonly modifier: number
  readonly bytes: number
  /** Of a block, in pixels. */
  readonly width: number
  readonly height: number
  readonly columns: string
  readonly rows: string
}

// biome-ignore format: one row per equation
export const amdEquations: readonly AmdEquation[] = [
  // vega10
  { modifier: 0x4801a01, bytes: 1, width: 256, height: 256, columns: '1 2 4 40 200 800 2400 8100 4000 1000', rows: '10 8 20 80 100 400 1800 4200 8000 2000' },
  { modifier: 0x4801a01, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 800 2400 8100 4000 1000', rows: '10 20 40 100 400 1800 4200 8000 2000' },
  { modifier: 0x4801a01, bytes: 4, width: 128, height: 128, columns: '4 8 20 200 800 2400 8100 4000 1000', rows: '10 40 80 100 400 1800 4200 8000 2000' },
  { modifier: 0x4801a01, bytes: 8, width: 128, height: 64, columns: '8 20 40 200 800 2400 8100 4000 1000', rows: '10 80 100 400 1800 4200 8000 2000' },
  // vega10
  { modifier: 0x4801901, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 800 2400 8100 4000 1000', rows: '10 20 40 80 100 400 1800 4200 8000 2000' },
  { modifier: 0x4801901, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 800 2400 8100 4000 1000', rows: '10 20 40 100 400 1800 4200 8000 2000' },
  { modifier: 0x4801901, bytes: 4, width: 128, height: 128, columns: '4 8 80 200 800 2400 8100 4000 1000', rows: '10 20 40 100 400 1800 4200 8000 2000' },
  { modifier: 0x4801901, bytes: 8, width: 128, height: 64, columns: '8 40 80 200 800 2400 8100 4000 1000', rows: '10 20 100 400 1800 4200 8000 2000' },
  // vega10
  { modifier: 0xa01, bytes: 1, width: 256, height: 256, columns: '1 2 4 40 200 800 2000 8000', rows: '10 8 20 80 100 400 1000 4000' },
  { modifier: 0xa01, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 800 2000 8000', rows: '10 20 40 100 400 1000 4000' },
  { modifier: 0xa01, bytes: 4, width: 128, height: 128, columns: '4 8 20 200 800 2000 8000', rows: '10 40 80 100 400 1000 4000' },
  { modifier: 0xa01, bytes: 8, width: 128, height: 64, columns: '8 20 40 200 800 2000 8000', rows: '10 80 100 400 1000 4000' },
  // vega10
  { modifier: 0x901, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 800 2000 8000', rows: '10 20 40 80 100 400 1000 4000' },
  { modifier: 0x901, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 800 2000 8000', rows: '10 20 40 100 400 1000 4000' },
  { modifier: 0x901, bytes: 4, width: 128, height: 128, columns: '4 8 80 200 800 2000 8000', rows: '10 20 40 100 400 1000 4000' },
  { modifier: 0x901, bytes: 8, width: 128, height: 64, columns: '8 40 80 200 800 2000 8000', rows: '10 20 100 400 1000 4000' },
  // vega10_diff_bank
  { modifier: 0x3801a01, bytes: 1, width: 256, height: 256, columns: '1 2 4 40 200 800 2400 c100 1000', rows: '10 8 20 80 100 400 1800 4200 2000' },
  { modifier: 0x3801a01, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 800 2400 c100 1000', rows: '10 20 40 100 400 1800 4200 2000' },
  { modifier: 0x3801a01, bytes: 4, width: 128, height: 128, columns: '4 8 20 200 800 2400 c100 1000', rows: '10 40 80 100 400 1800 4200 2000' },
  { modifier: 0x3801a01, bytes: 8, width: 128, height: 64, columns: '8 20 40 200 800 2400 c100 1000', rows: '10 80 100 400 1800 4200 2000' },
  // vega10_diff_bank
  { modifier: 0x3801901, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 800 2400 c100 1000', rows: '10 20 40 80 100 400 1800 4200 2000' },
  { modifier: 0x3801901, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 800 2400 c100 1000', rows: '10 20 40 100 400 1800 4200 2000' },
  { modifier: 0x3801901, bytes: 4, width: 128, height: 128, columns: '4 8 80 200 800 2400 c100 1000', rows: '10 20 40 100 400 1800 4200 2000' },
  { modifier: 0x3801901, bytes: 8, width: 128, height: 64, columns: '8 40 80 200 800 2400 c100 1000', rows: '10 20 100 400 1800 4200 2000' },
  // vega10_diff_pipe
  { modifier: 0x4401a01, bytes: 1, width: 256, height: 256, columns: '1 2 4 40 200 900 2000 9000 400', rows: '10 8 20 80 100 600 1000 6000 800' },
  { modifier: 0x4401a01, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 900 2000 9000 400', rows: '10 20 40 100 600 1000 6000 800' },
  { modifier: 0x4401a01, bytes: 4, width: 128, height: 128, columns: '4 8 20 200 900 2000 9000 400', rows: '10 40 80 100 600 1000 6000 800' },
  { modifier: 0x4401a01, bytes: 8, width: 128, height: 64, columns: '8 20 40 200 900 2000 9000 400', rows: '10 80 100 600 1000 6000 800' },
  // vega10_diff_pipe
  { modifier: 0x4401901, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 900 2000 9000 400', rows: '10 20 40 80 100 600 1000 6000 800' },
  { modifier: 0x4401901, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 900 2000 9000 400', rows: '10 20 40 100 600 1000 6000 800' },
  { modifier: 0x4401901, bytes: 4, width: 128, height: 128, columns: '4 8 80 200 900 2000 9000 400', rows: '10 20 40 100 600 1000 6000 800' },
  { modifier: 0x4401901, bytes: 8, width: 128, height: 64, columns: '8 40 80 200 900 2000 9000 400', rows: '10 20 100 600 1000 6000 800' },
  // vega10_diff_se
  { modifier: 0x4601a01, bytes: 1, width: 256, height: 256, columns: '1 2 4 40 200 c00 2100 c000 1000', rows: '10 8 20 80 100 400 1200 4000 2000 800' },
  { modifier: 0x4601a01, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 c00 2100 c000 1000', rows: '10 20 40 100 400 1200 4000 2000 800' },
  { modifier: 0x4601a01, bytes: 4, width: 128, height: 128, columns: '4 8 20 200 c00 2100 c000 1000', rows: '10 40 80 100 400 1200 4000 2000 800' },
  { modifier: 0x4601a01, bytes: 8, width: 128, height: 64, columns: '8 20 40 200 c00 2100 c000 1000', rows: '10 80 100 400 1200 4000 2000 800' },
  // vega10_diff_se
  { modifier: 0x4601901, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 c00 2100 c000 1000', rows: '10 20 40 80 100 400 1200 4000 2000 800' },
  { modifier: 0x4601901, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 c00 2100 c000 1000', rows: '10 20 40 100 400 1200 4000 2000 800' },
  { modifier: 0x4601901, bytes: 4, width: 128, height: 128, columns: '4 8 80 200 c00 2100 c000 1000', rows: '10 20 40 100 400 1200 4000 2000 800' },
  { modifier: 0x4601901, bytes: 8, width: 128, height: 64, columns: '8 40 80 200 c00 2100 c000 1000', rows: '10 20 100 400 1200 4000 2000 800' },
  // raven
  { modifier: 0x401a01, bytes: 1, width: 256, height: 256, columns: '1 2 4 40 200 900 2000 8000', rows: '10 8 20 80 100 600 1000 4000' },
  { modifier: 0x401a01, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 900 2000 8000', rows: '10 20 40 100 600 1000 4000' },
  { modifier: 0x401a01, bytes: 4, width: 128, height: 128, columns: '4 8 20 200 900 2000 8000', rows: '10 40 80 100 600 1000 4000' },
  { modifier: 0x401a01, bytes: 8, width: 128, height: 64, columns: '8 20 40 200 900 2000 8000', rows: '10 80 100 600 1000 4000' },
  // raven
  { modifier: 0x401901, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 900 2000 8000', rows: '10 20 40 80 100 600 1000 4000' },
  { modifier: 0x401901, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 900 2000 8000', rows: '10 20 40 100 600 1000 4000' },
  { modifier: 0x401901, bytes: 4, width: 128, height: 128, columns: '4 8 80 200 900 2000 8000', rows: '10 20 40 100 600 1000 4000' },
  { modifier: 0x401901, bytes: 8, width: 128, height: 64, columns: '8 40 80 200 900 2000 8000', rows: '10 20 100 600 1000 4000' },
  // raven2
  { modifier: 0x3201a01, bytes: 1, width: 256, height: 256, columns: '1 2 4 40 300 800 2400 8000', rows: '10 8 20 80 100 400 1800 4200' },
  { modifier: 0x3201a01, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 300 800 2400 8000', rows: '10 20 40 100 400 1800 4200' },
  { modifier: 0x3201a01, bytes: 4, width: 128, height: 128, columns: '4 8 20 300 800 2400 8000', rows: '10 40 80 100 400 1800 4200' },
  { modifier: 0x3201a01, bytes: 8, width: 128, height: 64, columns: '8 20 40 300 800 2400 8000', rows: '10 80 100 400 1800 4200' },
  // raven2
  { modifier: 0x3201901, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 300 800 2400 8000', rows: '10 20 40 80 100 400 1800 4200' },
  { modifier: 0x3201901, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 300 800 2400 8000', rows: '10 20 40 100 400 1800 4200' },
  { modifier: 0x3201901, bytes: 4, width: 128, height: 128, columns: '4 8 80 300 800 2400 8000', rows: '10 20 40 100 400 1800 4200' },
  { modifier: 0x3201901, bytes: 8, width: 128, height: 64, columns: '8 40 80 300 800 2400 8000', rows: '10 20 100 400 1800 4200' },
  // navi10
  { modifier: 0x801b02, bytes: 1, width: 256, height: 256, columns: '1 2 4 140 200 800 2400 8000', rows: '10 8 20 100 280 400 1800 4000' },
  { modifier: 0x801b02, bytes: 2, width: 256, height: 128, columns: '2 4 8 180 200 800 2400 8000', rows: '10 20 40 100 1200 400 4800' },
  { modifier: 0x801b02, bytes: 4, width: 128, height: 128, columns: '4 8 80 100 2200 800 8400', rows: '10 20 40 1100 200 400 4800' },
  { modifier: 0x801b02, bytes: 8, width: 128, height: 64, columns: '8 20 40 2100 200 800 8400', rows: '10 80 1000 100 4200 400 800' },
  // navi10_diff_pipe
  { modifier: 0x601b02, bytes: 1, width: 256, height: 256, columns: '1 2 4 140 200 c00 2000 8000', rows: '10 8 20 100 280 400 1000 4000' },
  { modifier: 0x601b02, bytes: 2, width: 256, height: 128, columns: '2 4 8 180 a00 400 2000 8000', rows: '10 20 40 100 200 1400 4000' },
  { modifier: 0x601b02, bytes: 4, width: 128, height: 128, columns: '4 8 80 900 200 2400 8000', rows: '10 20 40 100 1200 400 4000' },
  { modifier: 0x601b02, bytes: 8, width: 128, height: 64, columns: '8 20 40 900 2200 400 8000', rows: '10 80 1000 100 200 4400' },
  // navi21
  { modifier: 0x20801b03, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 800 9000 2400 4100', rows: '10 20 40 80 300 400 8000 4800 100' },
  { modifier: 0x20801b03, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 800 a000 4400 100', rows: '10 20 40 1000 300 400 8000 4800 100' },
  { modifier: 0x20801b03, bytes: 4, width: 128, height: 128, columns: '4 8 40 1000 200 800 c000 400 100', rows: '10 20 80 2000 300 400 8000 4800 100' },
  { modifier: 0x20801b03, bytes: 8, width: 128, height: 64, columns: '8 20 40 2000 200 800 8000 4400 100', rows: '10 80 1000 4000 300 400 8000 800 100' },
  // navi21_8pkr
  { modifier: 0x18801b03, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 800 1400 4100 8000', rows: '10 20 40 80 300 400 2800 8100 4000' },
  { modifier: 0x18801b03, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 800 2400 4100 8000', rows: '10 20 40 1000 300 400 8800 4100' },
  { modifier: 0x18801b03, bytes: 4, width: 128, height: 128, columns: '4 8 40 1000 200 800 4400 8100', rows: '10 20 80 2000 300 400 8800 4100' },
  { modifier: 0x18801b03, bytes: 8, width: 128, height: 64, columns: '8 20 40 2000 200 800 8400 4100', rows: '10 80 1000 4000 300 400 8800 100' },
  // navi22
  { modifier: 0x18601b03, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 8000 c00 2100 4000', rows: '10 20 40 80 300 400 9000 4100 2000' },
  { modifier: 0x18601b03, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 8000 1400 2100 4000', rows: '10 20 40 800 300 400 c000 2100' },
  { modifier: 0x18601b03, bytes: 4, width: 128, height: 128, columns: '4 8 40 800 200 8000 2400 4100', rows: '10 20 80 1000 300 400 c000 2100' },
  { modifier: 0x18601b03, bytes: 8, width: 128, height: 64, columns: '8 20 40 1000 200 8000 4400 2100', rows: '10 80 800 2000 300 400 c000 100' },
  // navi24
  { modifier: 0x10401b03, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 8400 900 2000 4000 1000', rows: '10 20 40 80 300 8000 1100 4000 2000' },
  { modifier: 0x10401b03, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 8800 1100 4000 2000', rows: '10 20 40 400 300 8000 2100 4000 1000' },
  { modifier: 0x10401b03, bytes: 4, width: 128, height: 128, columns: '4 8 40 400 200 9000 2100 4000', rows: '10 20 80 800 300 8000 4100 2000 1000' },
  { modifier: 0x10401b03, bytes: 8, width: 128, height: 64, columns: '8 20 40 800 200 a000 4100 1000', rows: '10 80 400 1000 300 8000 4100 2000' },
  // vangogh
  { modifier: 0x8401b03, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 500 1000 4000 8000 2000', rows: '10 20 40 80 300 900 2000 8000 4000 1000' },
  { modifier: 0x8401b03, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 900 1000 4000 8000 2000', rows: '10 20 40 400 300 2100 8000 4000 1000' },
  { modifier: 0x8401b03, bytes: 4, width: 128, height: 128, columns: '4 8 40 400 200 1100 4000 8000 2000', rows: '10 20 80 800 300 2100 8000 4000 1000' },
  { modifier: 0x8401b03, bytes: 8, width: 128, height: 64, columns: '8 20 40 800 200 2100 4000 8000 1000', rows: '10 80 400 1000 300 8100 4000 2000' },
  // vangogh_1pkr
  { modifier: 0x401b03, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 200 500 1000 4000 8000 2000', rows: '10 20 40 80 300 900 2000 8000 4000 1000' },
  { modifier: 0x401b03, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 200 900 1000 4000 8000 2000', rows: '10 20 40 400 300 2100 8000 4000 1000' },
  { modifier: 0x401b03, bytes: 4, width: 128, height: 128, columns: '4 8 40 400 200 1100 4000 8000 2000', rows: '10 20 80 800 300 2100 8000 4000 1000' },
  { modifier: 0x401b03, bytes: 8, width: 128, height: 64, columns: '8 20 40 800 200 2100 4000 8000 1000', rows: '10 80 400 1000 300 8100 4000 2000' },
  // raphael
  { modifier: 0x201b03, bytes: 1, width: 256, height: 256, columns: '1 2 4 8 100 400 1000 4000 8000 2000 800', rows: '10 20 40 80 300 800 2000 8000 4000 1000' },
  { modifier: 0x201b03, bytes: 2, width: 256, height: 128, columns: '2 4 8 80 100 800 1000 4000 8000 2000', rows: '10 20 40 200 500 2000 8000 4000 1000 800' },
  { modifier: 0x201b03, bytes: 4, width: 128, height: 128, columns: '4 8 40 200 100 1000 4000 8000 2000 800', rows: '10 20 80 400 900 2000 8000 4000 1000' },
  { modifier: 0x201b03, bytes: 8, width: 128, height: 64, columns: '8 20 40 400 100 1000 4000 8000 2000 800', rows: '10 80 200 800 2100 8000 4000 1000' },
  // navi31
  { modifier: 0x28a01b04, bytes: 1, width: 256, height: 256, columns: '1 2 8 40 200 800 8000 3000 400 100', rows: '4 10 20 80 300 400 1000 c000 800 100' },
  { modifier: 0x28a01b04, bytes: 2, width: 256, height: 128, columns: '2 8 20 80 200 800 8000 5000 400 100', rows: '4 10 40 2000 300 400 1000 8000 800 100' },
  { modifier: 0x28a01b04, bytes: 4, width: 128, height: 128, columns: '4 10 40 2000 200 800 8000 1000 400 100', rows: '8 20 80 4000 300 400 1000 8000 800 100' },
  { modifier: 0x28a01b04, bytes: 8, width: 128, height: 64, columns: '8 20 40 2000 200 800 8000 1000 400 100', rows: '10 80 1000 4000 300 400 1000 8000 800 100' },
  // navi31
  { modifier: 0xa04, bytes: 1, width: 256, height: 256, columns: '1 2 8 40 200 800 2000 8000', rows: '4 10 20 80 100 400 1000 4000' },
  { modifier: 0xa04, bytes: 2, width: 256, height: 128, columns: '2 8 20 80 200 800 2000 8000', rows: '4 10 40 100 400 1000 4000' },
  { modifier: 0xa04, bytes: 4, width: 128, height: 128, columns: '4 10 40 200 800 2000 8000', rows: '8 20 80 100 400 1000 4000' },
  { modifier: 0xa04, bytes: 8, width: 128, height: 64, columns: '8 20 40 200 800 2000 8000', rows: '10 80 100 400 1000 4000' },
  // navi32
  { modifier: 0x20801b04, bytes: 1, width: 256, height: 256, columns: '1 2 8 40 200 800 9000 2400 4100', rows: '4 10 20 80 300 400 8000 4800 100' },
  { modifier: 0x20801b04, bytes: 2, width: 256, height: 128, columns: '2 8 20 80 200 800 a000 4400 100', rows: '4 10 40 1000 300 400 8000 4800 100' },
  { modifier: 0x20801b04, bytes: 4, width: 128, height: 128, columns: '4 10 40 1000 200 800 c000 400 100', rows: '8 20 80 2000 300 400 8000 4800 100' },
  { modifier: 0x20801b04, bytes: 8, width: 128, height: 64, columns: '8 20 40 2000 200 800 8000 4400 100', rows: '10 80 1000 4000 300 400 8000 800 100' },
  // navi33
  { modifier: 0x18601b04, bytes: 1, width: 256, height: 256, columns: '1 2 8 40 200 8000 c00 2100 4000', rows: '4 10 20 80 300 400 9000 4100 2000' },
  { modifier: 0x18601b04, bytes: 2, width: 256, height: 128, columns: '2 8 20 80 200 8000 1400 2100 4000', rows: '4 10 40 800 300 400 c000 2100' },
  { modifier: 0x18601b04, bytes: 4, width: 128, height: 128, columns: '4 10 40 800 200 8000 2400 4100', rows: '8 20 80 1000 300 400 c000 2100' },
  { modifier: 0x18601b04, bytes: 8, width: 128, height: 64, columns: '8 20 40 1000 200 8000 4400 2100', rows: '10 80 800 2000 300 400 c000 100' },
  // phoenix
  { modifier: 0x10401b04, bytes: 1, width: 256, height: 256, columns: '1 2 8 40 200 8400 900 2000 4000 1000', rows: '4 10 20 80 300 8000 1100 4000 2000' },
  { modifier: 0x10401b04, bytes: 2, width: 256, height: 128, columns: '2 8 20 80 200 8800 1100 4000 2000', rows: '4 10 40 400 300 8000 2100 4000 1000' },
  { modifier: 0x10401b04, bytes: 4, width: 128, height: 128, columns: '4 10 40 400 200 9000 2100 4000', rows: '8 20 80 800 300 8000 4100 2000 1000' },
  { modifier: 0x10401b04, bytes: 8, width: 128, height: 64, columns: '8 20 40 800 200 a000 4100 1000', rows: '10 80 400 1000 300 8000 4100 2000' },
  // phoenix_2pkr
  { modifier: 0x8401b04, bytes: 1, width: 256, height: 256, columns: '1 2 8 40 200 500 1000 4000 8000 2000', rows: '4 10 20 80 300 900 2000 8000 4000 1000' },
  { modifier: 0x8401b04, bytes: 2, width: 256, height: 128, columns: '2 8 20 80 200 900 1000 4000 8000 2000', rows: '4 10 40 400 300 2100 8000 4000 1000' },
  { modifier: 0x8401b04, bytes: 4, width: 128, height: 128, columns: '4 10 40 400 200 1100 4000 8000 2000', rows: '8 20 80 800 300 2100 8000 4000 1000' },
  { modifier: 0x8401b04, bytes: 8, width: 128, height: 64, columns: '8 20 40 800 200 2100 4000 8000 1000', rows: '10 80 400 1000 300 8100 4000 2000' },
  // phoenix2
  { modifier: 0x401b04, bytes: 1, width: 256, height: 256, columns: '1 2 8 40 200 500 1000 4000 8000 2000', rows: '4 10 20 80 300 900 2000 8000 4000 1000' },
  { modifier: 0x401b04, bytes: 2, width: 256, height: 128, columns: '2 8 20 80 200 900 1000 4000 8000 2000', rows: '4 10 40 400 300 2100 8000 4000 1000' },
  { modifier: 0x401b04, bytes: 4, width: 128, height: 128, columns: '4 10 40 400 200 1100 4000 8000 2000', rows: '8 20 80 800 300 2100 8000 4000 1000' },
  { modifier: 0x401b04, bytes: 8, width: 128, height: 64, columns: '8 20 40 800 200 2100 4000 8000 1000', rows: '10 80 400 1000 300 8100 4000 2000' },
  // phoenix2_2pipe
  { modifier: 0x201b04, bytes: 1, width: 256, height: 256, columns: '1 2 8 40 100 400 1000 4000 2000 800', rows: '4 10 20 80 300 800 2000 c000 1000' },
  { modifier: 0x201b04, bytes: 2, width: 256, height: 128, columns: '2 8 20 80 100 800 1000 4000 2000', rows: '4 10 40 200 500 2000 c000 1000 800' },
  { modifier: 0x201b04, bytes: 4, width: 128, height: 128, columns: '4 10 40 200 100 1000 4000 2000 800', rows: '8 20 80 400 900 2000 c000 1000' },
  { modifier: 0x201b04, bytes: 8, width: 128, height: 64, columns: '8 20 40 400 100 1000 4000 2000 800', rows: '10 80 200 800 2100 8000 4000 1000' },
  // gfx12
  { modifier: 0x305, bytes: 1, width: 256, height: 256, columns: '1 2 8 40 200 800 2000 8000', rows: '4 10 20 80 100 400 1000 4000' },
  { modifier: 0x305, bytes: 2, width: 256, height: 128, columns: '2 8 20 80 200 800 2000 8000', rows: '4 10 40 100 400 1000 4000' },
  { modifier: 0x305, bytes: 4, width: 128, height: 128, columns: '4 10 40 200 800 2000 8000', rows: '8 20 80 100 400 1000 4000' },
  { modifier: 0x305, bytes: 8, width: 128, height: 64, columns: '8 20 40 200 800 2000 8000', rows: '10 80 100 400 1000 4000' },
  // gfx12
  { modifier: 0x105, bytes: 1, width: 16, height: 16, columns: '1 2 8 40', rows: '4 10 20 80' },
  { modifier: 0x105, bytes: 2, width: 16, height: 8, columns: '2 8 20 80', rows: '4 10 40' },
  { modifier: 0x105, bytes: 4, width: 8, height: 8, columns: '4 10 40', rows: '8 20 80' },
  { modifier: 0x105, bytes: 8, width: 8, height: 4, columns: '8 20 40', rows: '10 80' },
]
