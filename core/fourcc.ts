// SPDX-License-Identifier: GPL-2.0-or-later
import { type FourccSpec, rows } from './fourcc-table.ts'

/** Where one sample lies: bits of a block of one memory plane, read as a little-endian word. */
export type Channel = {
  /** Index of the memory plane. */
  readonly plane: number
  /** Bit of the first pixel's sample. */
  readonly shift: number
  readonly bits: number
  /** Bits from the sample of one pixel of a block to the next one's; 0 when they share it. */
  readonly step: number
}

/** The smallest unit of a memory plane, and how many pixels share it. */
export type BlockShape = {
  readonly bytes: number
  readonly across: number
  readonly down: number
}

/**
 * One format of drm_fourcc.h. A format is data: the reference decoder, the addon and the shaders are
 * all driven by these rows and by nothing else.
 */
export type FourccRow = {
  readonly code: string
  /** Name in drm_fourcc.h without `DRM_FORMAT_`. */
  readonly name: string
  /** Of each memory plane. */
  readonly planes: readonly BlockShape[]
  /** Bytes of a block of the first memory plane: of a pixel, but for packed 4:2:2. */
  readonly bytes: number
  readonly model: 'rgb' | 'yuv'
  /** `float`: IEEE half precision, clamped to 0…1. */
  readonly numbers: 'unorm' | 'float'
  /** Red, green, blue, or Y, Cb, Cr. A format without one of them has 0 there. */
  readonly color: readonly [Channel | undefined, Channel | undefined, Channel | undefined]
  /** Undefined for X formats: they are opaque whatever the padding bits say. */
  readonly alpha: Channel | undefined
  /** What a person should know about how it is shown. */
  readonly note: string | undefined
}

/** Every format that can be decoded. */
export const fourccs: readonly FourccRow[] = rows.map(readSpec)

const byCode = new Map(fourccs.map((row) => [row.code, row]))

/** The row of a four-character code, or undefined when this version cannot decode it. */
export function fourccRow(code: string): FourccRow | undefined {
  return byCode.get(code)
}

/** Spells a row of the table out. */
function readSpec(spec: FourccSpec): FourccRow {
  const { code, name, bits, chroma = [1, 1], numbers = 'unorm', note } = spec
  const found = new Map<string, Channel>()
  const planes = bits.split(' / ').map((text, plane): BlockShape => {
    let shift = 0
    let pixels = 1
    for (const field of text.split(' ').reverse()) {
      const letter = field.charAt(0)
      const width = Number(field.slice(1))
      const first = found.get(letter)
      if (first) {
        pixels += letter === 'y' ? 1 : 0
        found.set(letter, { ...first, step: shift - first.shift })
      } else found.set(letter, { plane, shift, bits: width, step: 0 })
      shift += width
    }
    const [across, down] = plane === 0 ? [pixels, 1] : chroma
    return { bytes: shift / 8, across, down }
  })
  const model = found.has('y') ? 'yuv' : 'rgb'
  const letters = found.has('c') ? 'ccc' : model === 'yuv' ? 'yuv' : 'rgb'
  const [first, second, third] = [...letters].map((letter) => found.get(letter))
  const color: FourccRow['color'] = [first, second, third]
  const alpha = found.get('a')
  const bytes = planes[0]?.bytes ?? 0
  return { code, name, planes, bytes, model, numbers, color, alpha, note }
}

/**
 * A little-endian u32 as its four characters, `0x34325258` → `XR24`. A code with an unprintable
 * character comes back as hex, so that it can be shown and never mistaken for a known one.
 */
export function fourccText(code: number): string {
  const bytes = [0, 8, 16, 24].map((shift) => (code >>> shift) & 0xff)
  const printable = bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
  return printable
    ? String.fromCharCode(...bytes)
    : `0x${(code >>> 0).toString(16).padStart(8, '0')}`
}

/** The u32 of a four-character code; undefined unless it is exactly four Latin-1 characters. */
export function fourccValue(text: string): number | undefined {
  if (!/^[\x20-\x7e]{4}$/.test(text)) return undefined
  return [...text].reduce((sum, c, i) => sum + c.charCodeAt(0) * 2 ** (8 * i), 0)
}
