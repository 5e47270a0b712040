// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  type Channel,
  type FourccRow,
  fourccRow,
  fourccs,
  fourccText,
  fourccValue,
} from '../../../core/fourcc.ts'
import { fourccName, fourccNames } from '../../../core/fourcc-names.ts'
import {
  INVALID,
  isLinear,
  LINEAR,
  modifierRow,
  modifiers,
  modifierText,
} from '../../../core/modifier.ts'
import { byteOffset, tileBytes, tileGrid } from '../../../core/tiling.ts'
import { naiveAddress } from '../../fakes/naive-tiling.ts'
import { layouts } from '../../fakes/pairs.ts'
import { Random } from '../../fakes/random.ts'
import { amdVectors } from '../../fakes/vectors.ts'

const channelsOf = (row: FourccRow) => {
  const all = [...row.color, row.alpha].filter((channel) => channel !== undefined)
  // The grey of C8 is one channel, three times.
  return row.code === 'C8  ' ? all.slice(0, 1) : all
}

/** Every place of a channel in its block. */
const placesOf = (row: FourccRow, { plane, shift, step }: Channel) =>
  step === 0
    ? [shift]
    : Array.from({ length: row.planes[plane]?.across ?? 0 }, (_, pixel) => shift + step * pixel)

describe('the table of formats', () => {
  it('knows the values in drm_fourcc.h', () => {
    expect(fourccValue('XR24')).toBe(0x34325258)
    expect(fourccValue('AR24')).toBe(0x34325241)
    expect(fourccValue('RG16')).toBe(0x36314752)
    expect(fourccValue('XB30')).toBe(0x30334258)
    expect(fourccValue('C8  ')).toBe(0x20203843)
    expect(fourccValue('NV12')).toBe(0x3231564e)
  })

  it('spells a row of drm_fourcc.h out', () => {
    const at = (plane: number, shift: number, bits: number, step = 0) => ({
      plane,
      shift,
      bits,
      step,
    })
    expect(fourccRow('RG16')).toMatchObject({
      planes: [{ bytes: 2, across: 1, down: 1 }],
      color: [at(0, 11, 5), at(0, 5, 6), at(0, 0, 5)],
    })
    expect(fourccRow('YUYV')).toMatchObject({
      planes: [{ bytes: 4, across: 2, down: 1 }],
      color: [at(0, 0, 8, 16), at(0, 8, 8), at(0, 24, 8)],
    })
    expect(fourccRow('P010')).toMatchObject({
      planes: [
        { bytes: 2, across: 1, down: 1 },
        { bytes: 4, across: 2, down: 2 },
      ],
      color: [at(0, 6, 10), at(1, 6, 10), at(1, 22, 10)],
    })
  })

  it.each(fourccs)('$code keeps its channels apart and inside their blocks', (row) => {
    const used = new Set<string>()
    for (const channel of channelsOf(row)) {
      expect(channel.bits).toBeGreaterThan(0)
      for (const place of placesOf(row, channel)) {
        for (let bit = place; bit < place + channel.bits; bit += 1) {
          expect(used.has(`${channel.plane} ${bit}`)).toBe(false)
          expect(bit).toBeLessThan(8 * (row.planes[channel.plane]?.bytes ?? 0))
          used.add(`${channel.plane} ${bit}`)
        }
      }
    }
  })

  it.each(fourccs)('$code has blocks that every engine can fetch', (row) => {
    expect(row.bytes).toBe(row.planes[0]?.bytes)
    expect(row.planes.length).toBeLessThanOrEqual(4)
    for (const { bytes, across, down } of row.planes) {
      expect([1, 2, 3, 4, 8]).toContain(bytes)
      expect([1, 2]).toContain(across)
      expect([1, 2]).toContain(down)
    }
    for (const { shift, bits } of channelsOf(row)) {
      expect(bits).toBeLessThanOrEqual(16)
      expect(Math.floor(shift / 32)).toBe(Math.floor((shift + bits - 1) / 32))
    }
  })

  it.each(fourccs)('$code has the name that drm_fourcc.h gives its code', (row) => {
    expect(fourccName(row.code)).toBe(row.name)
  })

  const withAlpha = fourccs.filter((row) => row.alpha && !/^Y|^AYUV/.test(row.code))
  it.each(withAlpha)('$code is its opaque twin but for alpha', (row) => {
    const twin =
      fourccRow(row.code.replace('A', 'X')) ?? fourccRow(row.code.replace(/A(?=\d)/, 'X'))
    expect(twin).toBeDefined()
    expect(twin).toEqual({ ...row, code: twin?.code, name: twin?.name, alpha: undefined })
  })

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

const tilings = layouts.flatMap(({ name, tilings: bySize, video }) => [
  ...Object.entries(bySize ?? {}).flatMap(([size, tiling]) =>
    tiling ? [{ name: `${name}, ${size} bytes`, tiling }] : [],
  ),
  ...(video ? [{ name: `${name}, video`, tiling: video.tiling }] : []),
])

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
    expect(modifiers.filter(isLinear).map((row) => row.value)).toEqual([LINEAR])
  })

  it.each(tilings)('$name has tiles with sides of powers of two', ({ tiling }) => {
    expect(Math.log2(tiling.tileWidth) % 1).toBe(0)
    expect(Math.log2(tiling.tileHeight) % 1).toBe(0)
    expect(tiling.xMasks.length).toBeGreaterThanOrEqual(Math.log2(tiling.tileWidth))
    expect(tiling.yMasks.length).toBeGreaterThanOrEqual(Math.log2(tiling.tileHeight))
  })

  it.each(tilings)('$name reaches every byte of two by two tiles once', ({ tiling }) => {
    const columns = tiling.order === 'uif' ? 4 : 2
    const rows = tiling.order === 'columns' ? tiling.columnHeight : 2
    const stride = columns * tiling.tileWidth
    const grid = tileGrid(tiling, stride, rows * tiling.tileHeight)
    const seen = new Uint8Array(columns * rows * tileBytes(tiling))
    for (let y = 0; y < rows * tiling.tileHeight; y += 1) {
      for (let x = 0; x < stride; x += 1) {
        const at = byteOffset(tiling, stride, grid, x, y)
        seen[at] = (seen[at] ?? 0) + 1
      }
    }
    expect(seen.indexOf(0)).toBe(-1)
    expect(seen).toHaveLength(stride * rows * tiling.tileHeight)
  })

  it('has every equation of AMD as it was probed', () => {
    const { equations } = amdVectors()
    expect(equations).toHaveLength(132)
    const random = new Random(4)
    for (const { modifier, cpp, block_w } of equations) {
      const tiling = modifierRow(BigInt(modifier))?.tilings?.[cpp]
      const naive = naiveAddress(BigInt(modifier))
      if (!tiling || !naive) throw new Error(`${modifier} has no row`)
      const stride = 2048 * cpp
      expect(tiling.tileWidth).toBe(block_w * cpp)
      for (let round = 0; round < 500; round += 1) {
        const [x, y] = [random.below(stride), random.below(2048)]
        const grid = tileGrid(tiling, stride, 2048)
        const place = { bytes: cpp, stride, height: 2048, video: false }
        expect(byteOffset(tiling, stride, grid, x, y)).toBe(naive(place, x, y))
      }
    }
  })

  it('writes modifiers with sixteen digits', () => {
    expect(modifierText(0x0100000000000001n)).toBe('0x0100000000000001')
    expect(modifierText(0n)).toBe('0x0000000000000000')
    expect(modifierText(2n ** 64n - 1n)).toBe('0xffffffffffffffff')
  })
})
