// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { decodeRgba8, linearise, toByte } from '../../../core/decode.ts'
import { fourccRow, fourccs } from '../../../core/fourcc.ts'
import type { Plane } from '../../../core/plane.ts'
import { randomPlane, validPlane } from '../../fakes/planes.ts'
import { bytesOfHex, pixelVectors } from '../../fakes/vectors.ts'

/** Decodes a row of tightly packed pixels. */
function decodeRow(fourcc: string, packed: Uint8Array): number[] {
  const format = fourccRow(fourcc)
  if (!format) throw new Error(`no row for ${fourcc}`)
  const width = packed.length / format.bytes
  return [...decodeRgba8(validPlane({ fourcc, width, height: 1 }).plane, [packed])]
}

const { vectors, mesa_u_format_tests, kunit } = pixelVectors()

describe('decodeRgba8', () => {
  it.each(fourccs)('decodes $code as Mesa does', ({ code }) => {
    const known = vectors.filter(({ fourcc }) => fourcc === code)
    expect(known.length).toBeGreaterThan(20)
    for (const vector of known) {
      const rgba = decodeRow(code, bytesOfHex(vector.packed))
      expect({ id: vector.id, rgba }).toEqual({ id: vector.id, rgba: vector.rgba8 })
    }
  })

  const hand = mesa_u_format_tests.filter(
    ({ fourcc, block_w }) => fourcc !== undefined && fourccRow(fourcc) && block_w === 1,
  )

  it("has cases of Mesa's hand-written table", () => {
    expect(hand.length).toBeGreaterThan(10)
  })

  it.each(hand)("agrees with Mesa's hand-written $id ($fourcc $packed)", (test) => {
    const format = fourccRow(test.fourcc ?? '')
    if (!format) throw new Error('filtered above')
    const packed = bytesOfHex(test.packed).slice(0, format.bytes)
    const float = test.rgba_float[0] ?? []
    const expected = float.map((value) => Math.round(value * 255))
    expect(decodeRow(format.code, packed)).toEqual(expected)
  })

  const exact = kunit.filter(({ fourcc, decode_exact }) => decode_exact && fourccRow(fourcc))

  it('has cases of the kernel', () => {
    expect(exact.length).toBeGreaterThanOrEqual(9)
  })

  it.each(exact)(
    'gives back what the kernel encoded: $id',
    ({ fourcc, width, height, ...rest }) => {
      const { plane } = validPlane({ fourcc, width, height })
      const rgba = decodeRgba8(plane, [bytesOfHex(rest.packed)])
      const rgb = rest.rgb8_source.flat().flatMap(([r, g, b]) => [r, g, b, 255])
      expect([...rgba]).toEqual(rgb)
    },
  )

  it.each(fourccs.filter(({ alpha }) => !alpha))('draws $code opaque whatever pads it', (row) => {
    expect(decodeRow(row.code, new Uint8Array(row.bytes))).toEqual([0, 0, 0, 255])
    expect(decodeRow(row.code, new Uint8Array(row.bytes).fill(255))).toEqual([255, 255, 255, 255])
  })

  it('turns a bottom-up plane over', () => {
    const { plane, buffers } = randomPlane({ width: 5, height: 7, padding: 9, offset: 2 })
    const up = decodeRgba8(plane, buffers)
    const down = decodeRgba8({ ...plane, bottomUp: true }, buffers)
    for (let y = 0; y < 7; y += 1) {
      expect(down.subarray(y * 20, y * 20 + 20)).toEqual(up.subarray((6 - y) * 20, (7 - y) * 20))
    }
  })

  it('leaves alpha as it is', () => {
    expect(decodeRow('AR24', Uint8Array.of(10, 20, 30, 7))).toEqual([30, 20, 10, 7])
  })

  it('takes a buffer that ends with the last pixel', () => {
    const { plane, buffers } = randomPlane({ width: 5, height: 3, padding: 12 })
    const longer = { ...plane, memory: plane.memory.map((m) => ({ ...m, size: m.size + 100 })) }
    expect(decodeRgba8(longer, buffers)).toEqual(decodeRgba8(plane, buffers))
  })
})

describe('linearise', () => {
  it('keeps the order of rows in memory', () => {
    const { plane, buffers } = randomPlane({ bottomUp: true, padding: 5 })
    expect(linearise(plane, buffers)).toEqual(linearise({ ...plane, bottomUp: false }, buffers))
  })

  it('drops the padding', () => {
    const { plane } = validPlane({ fourcc: 'RG16', width: 2, height: 2, padding: 3 })
    const bytes = Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 5, 6, 7, 8)
    expect([...linearise(plane, [bytes])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('throws at a buffer that is too short, and at planes that nobody checked', () => {
    const { plane, buffers } = randomPlane()
    const [bytes] = buffers
    expect(() => linearise(plane, [bytes?.subarray(1) ?? new Uint8Array()])).toThrow(RangeError)
    expect(() => linearise(plane, [])).toThrow(/not checked/)
    const unchecked: Plane = { ...plane, fourcc: 'NV12' }
    expect(() => decodeRgba8(unchecked, buffers)).toThrow(/not checked/)
  })
})

describe('toByte', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('widens %d bits by repeating them', (bits) => {
    for (let value = 0; value < 2 ** bits; value += 1) {
      const text = value.toString(2).padStart(bits, '0')
      expect(toByte(value, bits)).toBe(Number.parseInt(text.repeat(8).slice(0, 8), 2))
    }
  })

  it.each([9, 10, 12, 16])('narrows %d bits to the nearest', (bits) => {
    const top = 2 ** bits - 1
    for (let value = 0; value <= top; value += 1) {
      const exact = (value * 255) / top
      expect(Math.abs(toByte(value, bits) - exact)).toBeLessThanOrEqual(0.5)
    }
    expect(toByte(top, bits)).toBe(255)
  })

  it('gives back every 8-bit value that was widened to 10 bits by repetition', () => {
    for (let value = 0; value < 256; value += 1) {
      expect(toByte((value << 2) | (value >> 6), 10)).toBe(value)
    }
  })
})
