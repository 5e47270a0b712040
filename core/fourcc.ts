// SPDX-License-Identifier: GPL-2.0-or-later

/** One colour channel inside a pixel read as a little-endian word. */
export type Channel = { readonly shift: number; readonly bits: number }

/**
 * One packed RGB format of drm_fourcc.h. A format is data: the reference decoder, the addon and the
 * shaders are all driven by these rows and by nothing else.
 */
export type FourccRow = {
  readonly code: string
  /** Name in drm_fourcc.h without `DRM_FORMAT_`. */
  readonly name: string
  /** Bytes a pixel occupies in memory. */
  readonly bytes: number
  readonly red: Channel
  readonly green: Channel
  readonly blue: Channel
  /** Undefined for X formats: they are opaque whatever the padding bits say. */
  readonly alpha: Channel | undefined
}

const at = (shift: number, bits: number): Channel => ({ shift, bits })

// Channel positions: comments of drm_fourcc.h, "[31:0] x:R:G:B 8:8:8:8 little endian".
// biome-ignore format: one row per format
const rows = [
  // DRM code      name in drm_fourcc.h      bytes     red                green              blue               alpha
  { code: 'XR24', name: 'XRGB8888',    bytes: 4, red: at(16, 8),  green: at(8, 8),   blue: at(0, 8),   alpha: undefined },
  { code: 'AR24', name: 'ARGB8888',    bytes: 4, red: at(16, 8),  green: at(8, 8),   blue: at(0, 8),   alpha: at(24, 8) },
  { code: 'XB24', name: 'XBGR8888',    bytes: 4, red: at(0, 8),   green: at(8, 8),   blue: at(16, 8),  alpha: undefined },
  { code: 'AB24', name: 'ABGR8888',    bytes: 4, red: at(0, 8),   green: at(8, 8),   blue: at(16, 8),  alpha: at(24, 8) },
  { code: 'RG16', name: 'RGB565',      bytes: 2, red: at(11, 5),  green: at(5, 6),   blue: at(0, 5),   alpha: undefined },
  { code: 'XR30', name: 'XRGB2101010', bytes: 4, red: at(20, 10), green: at(10, 10), blue: at(0, 10),  alpha: undefined },
  { code: 'XB30', name: 'XBGR2101010', bytes: 4, red: at(0, 10),  green: at(10, 10), blue: at(20, 10), alpha: undefined },
] as const satisfies readonly FourccRow[]

/** Every format that can be decoded. */
export const fourccs: readonly FourccRow[] = rows

const byCode = new Map(fourccs.map((row) => [row.code, row]))

/** The row of a four-character code, or undefined when this version cannot decode it. */
export function fourccRow(code: string): FourccRow | undefined {
  return byCode.get(code)
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
