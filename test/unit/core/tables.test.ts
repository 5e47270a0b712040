// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { fourccRow, fourccs, fourccText, fourccValue } from '../../../core/fourcc.ts'
import { fourccName, fourccNames } from '../../../core/fourcc-names.ts'
import {
  INVALID,
  LINEAR,
  modifierRow,
  modifiers,
  modifierText,
  type Tiling,
  tileBytes,
} from '../../../core/modifier.ts'
import { describeModifier } from '../../../core/modifier-names.ts'
import { byteOffset } from '../../../core/tiling.ts'

const channelsOf = (row: (typeof fourccs)[number]) =>
  [row.red, row.green, row.blue, row.alpha].filter((channel) => channel !== undefined)

describe('the table of formats', () => {
  it('knows the values in drm_fourcc.h', () => {
    expect(fourccValue('XR24')).toBe(0x34325258)
    expect(fourccValue('AR24')).toBe(0x34325241)
    expect(fourccValue('RG16')).toBe(0x36314752)
    expect(fourccValue('XB30')).toBe(0x30334258)
    expect(fourccValue('C8  ')).toBe(0x20203843)
  })

  it.each(fourccs)('$code uses no more bits than it stores', (row) => {
    const bits = channelsOf(row).reduce((sum, channel) => sum + channel.bits, 0)
    expect(bits).toBeLessThanOrEqual(8 * row.bytes)
  })

  it.each(fourccs)('$code keeps its channels apart and inside the pixel', (row) => {
    const used = new Set<number>()
    for (const { shift, bits } of channelsOf(row)) {
      expect(bits).toBeGreaterThan(0)
      for (let bit = shift; bit < shift + bits; bit += 1) {
        expect(used.has(bit)).toBe(false)
        expect(bit).toBeLessThan(8 * row.bytes)
        used.add(bit)
      }
    }
  })

  it.each(fourccs)('$code has the name that drm_fourcc.h gives its code', (row) => {
    expect(fourccName(row.code)).toBe(row.name)
  })

  it.each(fourccs.filter((row) => row.alpha))('$code is its opaque twin but for alpha', (row) => {
    const twin = fourccRow(row.code.replace('A', 'X'))
    expect(twin).toBeDefined()
    expect(twin).toEqual({ ...row, code: twin?.code, name: twin?.name, alpha: undefined })
  })

  it.each(fourccs)(
    '$code agrees with the order of letters and bits in its name',
    ({ name, ...row }) => {
      // ARGB8888: letters from the most significant bit down, then the bits of each in the same order.
      const letters = /^[XARGB]+/.exec(name)?.[0] ?? ''
      const digits = name.slice(letters.length)
      const bits = digits.length === letters.length ? [...digits].map(Number) : [2, 10, 10, 10]
      let shift = bits.reduce((sum, count) => sum + count, 0)
      for (const [at, letter] of [...letters].entries()) {
        shift -= bits[at] ?? 0
        const channel = { R: row.red, G: row.green, B: row.blue, A: row.alpha }[letter]
        if (letter !== 'X') expect(channel).toEqual({ shift, bits: bits[at] })
      }
      expect(shift).toBe(0)
    },
  )

  it('has no code twice', () => {
    expect(new Set(fourccs.map((row) => row.code)).size).toBe(fourccs.length)
  })

  it('reads every code back from its number', () => {
    for (const code of fourccNames.keys()) {
      const value = fourccValue(code)
      expect(value).toBeDefined()
      expect(fourccText(value ?? 0)).toBe(code)
    }
  })

  it('shows unprintable codes as hex', () => {
    expect(fourccText(0)).toBe('0x00000000')
    expect(fourccText(0xb4325258)).toBe('0xb4325258')
    expect(fourccText(-1)).toBe('0xffffffff')
  })

  it.each(['', 'XR2', 'XR245', 'XRé4', 'XR2\n'])('gives no value to %j', (text) => {
    expect(fourccValue(text)).toBeUndefined()
  })
})

describe('the names of formats', () => {
  it('are complete: every code has four characters and a name', () => {
    expect(fourccNames.size).toBeGreaterThan(120)
    for (const [code, name] of fourccNames) {
      expect(code).toMatch(/^[A-Z0-9][A-Z0-9 ]{3}$/)
      expect(name).toMatch(/^[A-Z0-9_]+F?$/)
    }
  })

  it('have every name once', () => {
    expect(new Set(fourccNames.values()).size).toBe(fourccNames.size)
  })
})

const tilings = modifiers.flatMap((row) =>
  row.tiling ? [{ name: row.name, tiling: row.tiling as Tiling }] : [],
)

describe('the table of modifiers', () => {
  it('knows the values in drm_fourcc.h', () => {
    expect(modifierRow(0n)?.name).toBe('DRM_FORMAT_MOD_LINEAR')
    expect(modifierRow(0x0100000000000001n)?.name).toBe('I915_FORMAT_MOD_X_TILED')
    expect(modifierRow(0x0100000000000002n)?.name).toBe('I915_FORMAT_MOD_Y_TILED')
    expect(INVALID).toBe(0x00ffffffffffffffn)
    expect(modifierRow(INVALID)).toBeUndefined()
  })

  it('has no value twice and one row without tiling', () => {
    expect(new Set(modifiers.map((row) => row.value)).size).toBe(modifiers.length)
    expect(modifiers.filter((row) => !row.tiling).map((row) => row.value)).toEqual([LINEAR])
  })

  it.each(tilings)('$name has tiles with sides of powers of two', ({ tiling }) => {
    expect(Math.log2(tiling.tileWidth) % 1).toBe(0)
    expect(Math.log2(tiling.tileHeight) % 1).toBe(0)
    expect(tiling.xMasks).toHaveLength(Math.log2(tiling.tileWidth))
    expect(tiling.yMasks).toHaveLength(Math.log2(tiling.tileHeight))
  })

  it.each(tilings)('$name reaches every byte of a tile once', ({ tiling }) => {
    const seen = new Set<number>()
    for (let y = 0; y < tiling.tileHeight; y += 1) {
      for (let x = 0; x < tiling.tileWidth; x += 1) {
        seen.add(byteOffset(tiling, tiling.tileWidth, x, y))
      }
    }
    expect(seen.size).toBe(tileBytes(tiling))
    expect(Math.max(...seen)).toBe(tileBytes(tiling) - 1)
  })

  it('writes modifiers with sixteen digits', () => {
    expect(modifierText(0x0100000000000001n)).toBe('0x0100000000000001')
    expect(modifierText(0n)).toBe('0x0000000000000000')
    expect(modifierText(2n ** 64n - 1n)).toBe('0xffffffffffffffff')
  })
})

describe('describeModifier', () => {
  it.each([
    [0n, 'linear', undefined, 'DRM_FORMAT_MOD_LINEAR'],
    [INVALID, 'implicit', undefined, 'DRM_FORMAT_MOD_INVALID'],
    [0x0100000000000001n, 'tiled', 'Intel', 'I915_FORMAT_MOD_X_TILED'],
    [0x0100000000000004n, 'compressed', 'Intel', 'I915_FORMAT_MOD_Y_TILED_CCS'],
    [0x0100000000000009n, 'tiled', 'Intel', 'I915_FORMAT_MOD_4_TILED'],
    [0x0100000000000011n, 'compressed', 'Intel', 'I915_FORMAT_MOD_4_TILED_BMG_CCS'],
    [0x0100000000000012n, 'unknown', 'Intel', undefined],
    [0x0200000000000901n, 'tiled', 'AMD', 'AMD_FMT_MOD version 1, tile 9'],
    [0x0200000000002901n, 'compressed', 'AMD', 'AMD_FMT_MOD version 1, tile 9, DCC'],
    [0x0300000000606014n, 'tiled', 'NVIDIA', 'DRM_FORMAT_MOD_NVIDIA_BLOCK_LINEAR_2D, 16 GOBs high'],
    [0x0400000000000001n, 'tiled', 'Samsung', 'DRM_FORMAT_MOD_SAMSUNG_64_32_TILE'],
    [0x0500000000000001n, 'compressed', 'Qualcomm', 'DRM_FORMAT_MOD_QCOM_COMPRESSED'],
    [0x0600000000000002n, 'tiled', 'Vivante', 'DRM_FORMAT_MOD_VIVANTE_SUPER_TILED'],
    [0x0700000000000001n, 'tiled', 'Broadcom', 'DRM_FORMAT_MOD_BROADCOM_VC4_T_TILED'],
    [0x0700000000012004n, 'tiled', 'Broadcom', 'DRM_FORMAT_MOD_BROADCOM_SAND128'],
    [0x0800000000000071n, 'compressed', 'Arm', 'DRM_FORMAT_MOD_ARM_AFBC'],
    [0x0810000000000001n, 'tiled', 'Arm', 'DRM_FORMAT_MOD_ARM_16X16_BLOCK_U_INTERLEAVED'],
    [0x0820000000000001n, 'compressed', 'Arm', 'DRM_FORMAT_MOD_ARM_AFRC'],
    [0x0900000000000001n, 'tiled', 'Allwinner', 'DRM_FORMAT_MOD_ALLWINNER_TILED'],
    [0x0a00000000000001n, 'compressed', 'Amlogic', 'DRM_FORMAT_MOD_AMLOGIC_FBC'],
    [0x0c00000000000001n, 'unknown', 'Apple', undefined],
    [0xff00000000000000n, 'unknown', undefined, undefined],
  ] as const)('%s is %s of %s', (value, layout, vendor, name) => {
    expect(describeModifier(value)).toEqual({ name, vendor, layout })
  })
})
