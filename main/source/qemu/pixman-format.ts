// SPDX-License-Identifier: GPL-2.0-or-later

/** Codes of pixman.h (`PIXMAN_FORMAT(bpp, type, a, r, g, b)`) as DRM fourccs; both name a little-endian word. */
const rows: ReadonlyMap<number, string> = new Map([
  [0x2002_0888, 'XR24'],
  [0x2002_8888, 'AR24'],
  [0x2003_0888, 'XB24'],
  [0x2003_8888, 'AB24'],
  [0x2008_0888, 'BX24'],
  [0x2008_8888, 'BA24'],
  [0x2009_0888, 'RX24'],
  [0x2009_8888, 'RA24'],
  [0x2002_0aaa, 'XR30'],
  [0x2003_0aaa, 'XB30'],
  [0x1802_0888, 'RG24'],
  [0x1803_0888, 'BG24'],
  [0x1002_0565, 'RG16'],
  [0x1003_0565, 'BG16'],
  [0x1002_0555, 'XR15'],
])

/** The fourcc of a pixman format; one that has none comes back as hex, which `checkPlane` refuses. */
export function pixmanFourcc(format: number): string {
  return rows.get(format) ?? `0x${format.toString(16).padStart(8, '0')}`
}
