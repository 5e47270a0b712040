// SPDX-License-Identifier: GPL-2.0-or-later
import type { Size } from './geometry.ts'

// What a monitor says of itself: one block of E-EDID 1.4 (VESA, 2006), which every guest reads.

/** A monitor to be. Millimetres are 0 when unknown. */
export type Monitor = Size & { readonly widthMm: number; readonly heightMm: number }

/** Bytes of a block. */
export const EDID_BYTES = 128
/**
 * Longest side that a detailed timing has room for: 12 bits. Beyond it a second block with DisplayID
 * timings would be needed; no known driver with an EDID region offers so much, so sizes end here.
 */
export const MAX_EDID_SIDE = 0xfff
const MAX_CLOCK = 0xffff * 10_000
const REFRESH = 60

/** Three letters in 15 bits, A = 1. Nobody else's in the list of manufacturers. */
const MAKER = 'SCZ'
const MADE_IN = 2026
const NAME = 'Scanout'
/** Digital, 8 bits a colour, DisplayPort. */
const INPUT = 0xa5
const GAMMA_2_2 = 120
/** sRGB colours, and the first timing is that of the monitor's pixels. */
const FEATURES = 0x06
/** sRGB's primaries and white, as in IEC 61966-2-1: ten bits each. */
const COLOURS = [0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54]
/** 640 × 480, 800 × 600 and 1024 × 768 at 60 Hz, for whoever cannot do better. */
const ESTABLISHED = [0x21, 0x08, 0x00]

/**
 * The block of a monitor whose preferred size is the wished one at 60 Hz, or slower where 655 MHz do
 * not reach.
 *
 * @throws RangeError if a side is not 1 … {@link MAX_EDID_SIDE}
 */
export function edidOf({ width, height, widthMm, heightMm }: Monitor): Uint8Array {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_EDID_SIDE) {
      throw new RangeError(`no monitor has ${width} × ${height} pixels`)
    }
  }
  const block = new Uint8Array(EDID_BYTES)
  const view = new DataView(block.buffer)
  block.set([0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0])
  view.setUint16(8, letters(MAKER))
  block[17] = MADE_IN - 1990
  block.set([1, 4, INPUT, centimetres(widthMm), centimetres(heightMm), GAMMA_2_2, FEATURES], 18)
  block.set(COLOURS, 25)
  block.set(ESTABLISHED, 35)
  block.fill(1, 38, 54)
  writeTiming(view, { width, height, widthMm, heightMm })
  writeName(block.subarray(72, 90))
  for (const at of [90, 108]) block[at + 3] = 0x10
  block[127] = -block.subarray(0, 127).reduce((sum, byte) => sum + byte, 0) & 0xff
  return block
}

function letters(text: string): number {
  return [...text].reduce((bits, letter) => (bits << 5) | (letter.charCodeAt(0) - 0x40), 0)
}

/** 0: unknown, which is all that fits for a monitor of more than 2.5 m. */
function centimetres(mm: number): number {
  const cm = Math.round(mm / 10)
  return cm > 0xff ? 0 : cm
}

/** Pixels and lines around the picture: CVT 1.1 with reduced blanking. */
const BLANK = { across: 160, front: 48, sync: 32, downUs: 460, frontLines: 3, backLines: 6 }
/** CVT's mark for pictures of no usual shape. */
const SYNC_LINES = 10

/** The detailed timing descriptor at its first place. */
function writeTiming(view: DataView, { width, height, widthMm, heightMm }: Monitor): void {
  const lineUs = (1_000_000 / REFRESH - BLANK.downUs) / height
  const least = BLANK.frontLines + SYNC_LINES + BLANK.backLines
  const lines = Math.max(least, Math.floor(BLANK.downUs / lineUs) + 1)
  const clock = Math.min(MAX_CLOCK, (width + BLANK.across) * (height + lines) * REFRESH)
  const [mmAcross, mmDown] = [widthMm, heightMm].map((mm) => (mm > 0xfff ? 0 : Math.round(mm)))
  const bytes = [
    ...pair(width, BLANK.across),
    ...pair(height, lines),
    BLANK.front,
    BLANK.sync,
    (BLANK.frontLines << 4) | SYNC_LINES,
    0,
    ...pair(mmAcross ?? 0, mmDown ?? 0),
    0,
    0,
    // Separate syncs, the one across positive: CVT's mark for reduced blanking.
    0x1a,
  ]
  view.setUint16(54, Math.floor(clock / 10_000), true)
  for (const [at, byte] of bytes.entries()) view.setUint8(56 + at, byte)
}

/** Two numbers of 12 bits: both low bytes, then the high four bits of each. */
function pair(one: number, other: number): readonly number[] {
  return [one & 0xff, other & 0xff, ((one >> 8) << 4) | (other >> 8)]
}

/** Thirteen characters, ended by a line feed and filled with spaces. */
function writeName(descriptor: Uint8Array): void {
  descriptor[3] = 0xfc
  descriptor.fill(0x20, 5)
  descriptor.set(
    [...`${NAME}\n`].map((letter) => letter.charCodeAt(0)),
    5,
  )
}
