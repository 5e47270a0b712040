// SPDX-License-Identifier: GPL-2.0-or-later

/** A format as the table writes it. */
export type FourccSpec = {
  readonly code: string
  /** Name in drm_fourcc.h without `DRM_FORMAT_`. */
  readonly name: string
  /**
   * The fields of a block from the most significant bit down, a letter and its bits, as the comments
   * of drm_fourcc.h list them; memory planes are parted by a slash. Two `y` are two pixels, the lower
   * one on the left. `x` is padding, `c` is grey.
   */
  readonly bits: string
  /** Pixels across and down that share a block of the planes after the first. */
  readonly chroma?: readonly [across: number, down: number]
  readonly numbers?: 'float'
  readonly note?: string
}

const HDR = 'values beyond 0…1 (HDR) are clamped; nothing is tone-mapped'
const GREY = 'palette indices are shown as grey: no palette comes with a plane'

// biome-ignore format: one row per format
export const rows: readonly FourccSpec[] = [
  // DRM code      name in drm_fourcc.h    fields, most significant first
  // 8 bits each
  { code: 'XR24', name: 'XRGB8888',       bits: 'x8 r8 g8 b8' },
  { code: 'XB24', name: 'XBGR8888',       bits: 'x8 b8 g8 r8' },
  { code: 'RX24', name: 'RGBX8888',       bits: 'r8 g8 b8 x8' },
  { code: 'BX24', name: 'BGRX8888',       bits: 'b8 g8 r8 x8' },
  { code: 'AR24', name: 'ARGB8888',       bits: 'a8 r8 g8 b8' },
  { code: 'AB24', name: 'ABGR8888',       bits: 'a8 b8 g8 r8' },
  { code: 'RA24', name: 'RGBA8888',       bits: 'r8 g8 b8 a8' },
  { code: 'BA24', name: 'BGRA8888',       bits: 'b8 g8 r8 a8' },
  { code: 'RG24', name: 'RGB888',         bits: 'r8 g8 b8' },
  { code: 'BG24', name: 'BGR888',         bits: 'b8 g8 r8' },
  // 10 bits each
  { code: 'XR30', name: 'XRGB2101010',    bits: 'x2 r10 g10 b10' },
  { code: 'XB30', name: 'XBGR2101010',    bits: 'x2 b10 g10 r10' },
  { code: 'AR30', name: 'ARGB2101010',    bits: 'a2 r10 g10 b10' },
  { code: 'AB30', name: 'ABGR2101010',    bits: 'a2 b10 g10 r10' },
  { code: 'RX30', name: 'RGBX1010102',    bits: 'r10 g10 b10 x2' },
  { code: 'BX30', name: 'BGRX1010102',    bits: 'b10 g10 r10 x2' },
  { code: 'RA30', name: 'RGBA1010102',    bits: 'r10 g10 b10 a2' },
  { code: 'BA30', name: 'BGRA1010102',    bits: 'b10 g10 r10 a2' },
  // 16 bits a pixel and less
  { code: 'RG16', name: 'RGB565',         bits: 'r5 g6 b5' },
  { code: 'BG16', name: 'BGR565',         bits: 'b5 g6 r5' },
  { code: 'XR15', name: 'XRGB1555',       bits: 'x1 r5 g5 b5' },
  { code: 'XB15', name: 'XBGR1555',       bits: 'x1 b5 g5 r5' },
  { code: 'AR15', name: 'ARGB1555',       bits: 'a1 r5 g5 b5' },
  { code: 'AB15', name: 'ABGR1555',       bits: 'a1 b5 g5 r5' },
  { code: 'RX15', name: 'RGBX5551',       bits: 'r5 g5 b5 x1' },
  { code: 'BX15', name: 'BGRX5551',       bits: 'b5 g5 r5 x1' },
  { code: 'RA15', name: 'RGBA5551',       bits: 'r5 g5 b5 a1' },
  { code: 'BA15', name: 'BGRA5551',       bits: 'b5 g5 r5 a1' },
  { code: 'XR12', name: 'XRGB4444',       bits: 'x4 r4 g4 b4' },
  { code: 'XB12', name: 'XBGR4444',       bits: 'x4 b4 g4 r4' },
  { code: 'RX12', name: 'RGBX4444',       bits: 'r4 g4 b4 x4' },
  { code: 'BX12', name: 'BGRX4444',       bits: 'b4 g4 r4 x4' },
  { code: 'AR12', name: 'ARGB4444',       bits: 'a4 r4 g4 b4' },
  { code: 'AB12', name: 'ABGR4444',       bits: 'a4 b4 g4 r4' },
  { code: 'RA12', name: 'RGBA4444',       bits: 'r4 g4 b4 a4' },
  { code: 'BA12', name: 'BGRA4444',       bits: 'b4 g4 r4 a4' },
  { code: 'RGB8', name: 'RGB332',         bits: 'r3 g3 b2' },
  { code: 'BGR8', name: 'BGR233',         bits: 'b2 g3 r3' },
  // 16 bits each: integers, then half floats
  { code: 'XR48', name: 'XRGB16161616',   bits: 'x16 r16 g16 b16' },
  { code: 'XB48', name: 'XBGR16161616',   bits: 'x16 b16 g16 r16' },
  { code: 'AR48', name: 'ARGB16161616',   bits: 'a16 r16 g16 b16' },
  { code: 'AB48', name: 'ABGR16161616',   bits: 'a16 b16 g16 r16' },
  { code: 'XR4H', name: 'XRGB16161616F',  bits: 'x16 r16 g16 b16', numbers: 'float', note: HDR },
  { code: 'XB4H', name: 'XBGR16161616F',  bits: 'x16 b16 g16 r16', numbers: 'float', note: HDR },
  { code: 'AR4H', name: 'ARGB16161616F',  bits: 'a16 r16 g16 b16', numbers: 'float', note: HDR },
  { code: 'AB4H', name: 'ABGR16161616F',  bits: 'a16 b16 g16 r16', numbers: 'float', note: HDR },
  // one or two channels; missing ones are 0
  { code: 'R8  ', name: 'R8',             bits: 'r8' },
  { code: 'R16 ', name: 'R16',            bits: 'r16' },
  { code: 'GR88', name: 'GR88',           bits: 'g8 r8' },
  { code: 'RG88', name: 'RG88',           bits: 'r8 g8' },
  { code: 'GR32', name: 'GR1616',         bits: 'g16 r16' },
  { code: 'RG32', name: 'RG1616',         bits: 'r16 g16' },
  { code: 'C8  ', name: 'C8',             bits: 'c8', note: GREY },
  // packed YUV; u is Cb, v is Cr
  { code: 'YUYV', name: 'YUYV',           bits: 'v8 y8 u8 y8' },
  { code: 'YVYU', name: 'YVYU',           bits: 'u8 y8 v8 y8' },
  { code: 'UYVY', name: 'UYVY',           bits: 'y8 v8 y8 u8' },
  { code: 'VYUY', name: 'VYUY',           bits: 'y8 u8 y8 v8' },
  { code: 'AYUV', name: 'AYUV',           bits: 'a8 y8 u8 v8' },
  { code: 'XYUV', name: 'XYUV8888',       bits: 'x8 y8 u8 v8' },
  { code: 'Y210', name: 'Y210',           bits: 'v10 x6 y10 x6 u10 x6 y10 x6' },
  { code: 'Y410', name: 'Y410',           bits: 'a2 v10 y10 u10' },
  // YUV in several memory planes
  { code: 'NV12', name: 'NV12',           bits: 'y8 / v8 u8', chroma: [2, 2] },
  { code: 'NV21', name: 'NV21',           bits: 'y8 / u8 v8', chroma: [2, 2] },
  { code: 'NV16', name: 'NV16',           bits: 'y8 / v8 u8', chroma: [2, 1] },
  { code: 'NV61', name: 'NV61',           bits: 'y8 / u8 v8', chroma: [2, 1] },
  { code: 'NV24', name: 'NV24',           bits: 'y8 / v8 u8' },
  { code: 'NV42', name: 'NV42',           bits: 'y8 / u8 v8' },
  { code: 'P010', name: 'P010',           bits: 'y10 x6 / v10 x6 u10 x6', chroma: [2, 2] },
  { code: 'P012', name: 'P012',           bits: 'y12 x4 / v12 x4 u12 x4', chroma: [2, 2] },
  { code: 'P016', name: 'P016',           bits: 'y16 / v16 u16', chroma: [2, 2] },
  { code: 'YU12', name: 'YUV420',         bits: 'y8 / u8 / v8', chroma: [2, 2] },
  { code: 'YV12', name: 'YVU420',         bits: 'y8 / v8 / u8', chroma: [2, 2] },
  { code: 'YU16', name: 'YUV422',         bits: 'y8 / u8 / v8', chroma: [2, 1] },
  { code: 'YV16', name: 'YVU422',         bits: 'y8 / v8 / u8', chroma: [2, 1] },
  { code: 'YU24', name: 'YUV444',         bits: 'y8 / u8 / v8' },
  { code: 'YV24', name: 'YVU444',         bits: 'y8 / v8 / u8' },
]
