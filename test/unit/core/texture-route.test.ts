// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { fourccRow, fourccs } from '../../../core/fourcc.ts'
import { INVALID } from '../../../core/modifier.ts'
import { sample8 } from '../../../core/sample.ts'
import {
  modifierDigits,
  planeRoute,
  textureLayout,
  textureRoute,
} from '../../../core/texture-route.ts'
import { validPlane } from '../../fakes/planes.ts'

/** What a GPU makes of a channel when it writes it with 8 bits. */
const rounded = (value: number, bits: number) => Math.round((value * 255) / (2 ** bits - 1))

/** Whether a GPU's rounding gives the bytes of the reference decoder for every value of every channel. */
function isExact(code: string): boolean {
  const row = fourccRow(code)
  if (row?.numbers === 'float') return false
  const channels = [...(row?.color ?? []), row?.alpha].filter((channel) => channel !== undefined)
  return channels.every(({ bits }) =>
    Array.from({ length: Math.min(2 ** bits, 65_536) }, (_, value) => value).every(
      (value) => sample8('unorm', value, bits) === rounded(value, bits),
    ),
  )
}

describe('the way of a format into a texture', () => {
  it.each(fourccs)('$code is known, and leaves every bit as it is', (row) => {
    const route = textureRoute(row.code)
    if (route?.kind === 'import') {
      // The bytes in memory, lowest first, by Electron's name for their order.
      const [red, green, blue] = row.color
      const order = { bgra: [16, 8, 0], rgba: [0, 8, 16] }[route.pixelFormat]
      expect([red?.shift, green?.shift, blue?.shift]).toEqual(order)
      expect([row.bytes, row.alpha?.shift ?? 24]).toEqual([4, 24])
    }
    if (route?.kind !== 'copy') expect(isExact(row.code)).toBe(true)
    if (route?.kind === 'copy') expect(route.because).toMatch(/^\w/)
    expect(route).toBeDefined()
  })

  it.each([
    ['XR24', 'import'],
    ['AR24', 'import'],
    ['XB24', 'import'],
    ['AB24', 'import'],
    ['XR30', 'copy'],
    ['AR12', 'convert'],
    ['AB48', 'convert'],
    ['AB4H', 'copy'],
    ['RX24', 'convert'],
    ['R8  ', 'convert'],
    ['RG16', 'copy'],
    ['RG24', 'copy'],
    ['C8  ', 'copy'],
    ['NV12', 'copy'],
    ['YUYV', 'copy'],
    ['P010', 'copy'],
  ])('%s: %s', (code, kind) => {
    expect(textureRoute(code)?.kind).toBe(kind)
  })

  it('is none for formats that cannot be decoded', () => {
    expect(textureRoute('AFBC')).toBeUndefined()
  })

  it('copies what is not exact on a GPU', () => {
    const uneven = fourccs.filter(({ model, code }) => model === 'rgb' && !isExact(code))
    expect(uneven.map(({ code }) => textureRoute(code)?.kind)).toEqual(uneven.map(() => 'copy'))
    expect(uneven.length).toBeGreaterThan(0)
  })
})

describe('the way of a plane into a texture', () => {
  const { plane } = validPlane()

  it('is the import of linear and explicitly tiled ones', () => {
    expect(planeRoute(plane, true).kind).toBe('import')
    const tiled = validPlane({ modifier: 0x0100_0000_0000_0002n }).plane
    expect(planeRoute(tiled, false).kind).toBe('import')
  })

  it.each([
    ['without a modifier', { ...plane, modifier: INVALID }, false],
    ['with swizzled addresses', { ...plane, bit6Swizzle: '9' as const }, false],
    ['a cursor that the CPU can read', { ...plane, kind: 'cursor' as const, fourcc: 'AR24' }, true],
  ])('is a copy for one %s', (_what, odd, readable) => {
    expect(planeRoute(odd, readable).kind).toBe('copy')
  })

  it('is the import of a cursor that only the GPU can read', () => {
    expect(planeRoute({ ...plane, kind: 'cursor', fourcc: 'AR24' }, false).kind).toBe('import')
  })

  it('is remembered by all that a GPU looks at', () => {
    const layout = textureLayout(plane)
    const [memory] = plane.memory
    if (!memory) throw new Error('no memory')
    const others = [
      { ...plane, fourcc: 'AR24' },
      { ...plane, modifier: 1n },
      { ...plane, width: 15 },
      { ...plane, memory: [{ ...memory, stride: memory.stride + 4 }] },
      { ...plane, memory: [{ ...memory, offset: 4096 }] },
    ]
    expect(new Set([layout, ...others.map(textureLayout)]).size).toBe(others.length + 1)
    expect(textureLayout({ ...plane, x: 7, y: 9 })).toBe(layout)
  })
})

describe('a modifier for sharedTexture', () => {
  it.each([
    [0n, '0'],
    [0x0100_0000_0000_0002n, '72057594037927938'],
    [INVALID, '72057594037927935'],
    [-1n, '18446744073709551615'],
    [0x0300_0000_0060_6014n, String(0x0300_0000_0060_6014n)],
  ])('%s has the digits %s', (modifier, digits) => {
    expect(modifierDigits(modifier)).toBe(digits)
    expect(BigInt(digits)).toBe(BigInt.asUintN(64, modifier))
  })
})
