// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { decodeRgba8, linearise } from '../../../core/decode.ts'
import { fourccRow, fourccs } from '../../../core/fourcc.ts'
import type { Plane } from '../../../core/plane.ts'
import { halfToByte, toByte } from '../../../core/sample.ts'
import { yuvRule, yuvToRgb } from '../../../core/yuv.ts'
import { exactRgb, naivePixels, naiveTolerance } from '../../fakes/naive-pixels.ts'
import { pairs } from '../../fakes/pairs.ts'
import { randomPlane, validPlane } from '../../fakes/planes.ts'
import { Random } from '../../fakes/random.ts'
import {
  bytesOfHex,
  pixelVectors,
  yuvError,
  yuvVectorPlane,
  yuvVectors,
} from '../../fakes/vectors.ts'

/** Decodes a row of tightly packed pixels. */
function decodeRow(fourcc: string, packed: Uint8Array): number[] {
  const format = fourccRow(fourcc)
  if (!format) throw new Error(`no row for ${fourcc}`)
  const width = packed.length / format.bytes
  return [...decodeRgba8(validPlane({ fourcc, width, height: 1 }).plane, [packed])]
}

const { vectors, mesa_u_format_tests, kunit } = pixelVectors()
const videos = yuvVectors()

/** Formats without third-party bytes, and what proves them instead: a second opinion by their names. */
const withoutVector: Readonly<Record<string, string>> = {
  'C8  ': 'indices shown as grey: the bytes of R8, three times',
  'RX30 BX30 RA30 BA30': 'XR30 and its kin with the channels elsewhere',
  'RX15 BX15 XB12 RX12 BX12': 'RA15, BA15, AB12, RA12 and BA12 without alpha',
  BGR8: 'RGB8 the other way round',
  'XR48 AR48 XR4H AR4H': 'XB48, AB48, XB4H and AB4H with red and blue exchanged',
  'RG88 RG32': 'GR88 and GR32 the other way round',
  'XYUV NV61 NV42 YV16 YV24':
    'AYUV, NV16, NV24, YU16 and YU24 without alpha or with chroma exchanged',
  'P012 P016': 'P010 with more bits',
}

describe('decodeRgba8', () => {
  it.each(fourccs)('has a vector of $code, or a stated reason', ({ code }) => {
    const known = [...vectors, ...videos].filter(({ fourcc }) => fourcc === code).length
    const stated = Object.keys(withoutVector).some((codes) => codes.includes(code))
    expect(known > 0 || stated).toBe(true)
    // No stale reasons.
    expect(known > 0 && stated).toBe(false)
  })

  const packed = fourccs.filter(({ code }) => vectors.some(({ fourcc }) => fourcc === code))
  it.each(packed)('decodes $code as Mesa does', ({ code }) => {
    for (const vector of vectors.filter(({ fourcc }) => fourcc === code)) {
      const rgba = decodeRow(code, bytesOfHex(vector.packed))
      expect({ id: vector.id, rgba }).toEqual({ id: vector.id, rgba: vector.rgba8 })
    }
  })

  it.each(videos)('decodes $id as zimg does', (vector) => {
    const { plane, buffers } = yuvVectorPlane(vector)
    expect(yuvError(vector, decodeRgba8(plane, buffers))).toBeLessThanOrEqual(vector.tolerance)
  })

  it.each(pairs)('decodes $code in $name as the second opinion does', ({ code, layout }) => {
    const random = new Random(code.charCodeAt(2))
    for (let round = 0; round < 4; round += 1) {
      const color = {
        matrix: random.pick(['bt601', 'bt709', 'bt2020']),
        range: random.pick(['limited', 'full']),
      }
      const captured = randomPlane(
        {
          fourcc: code,
          modifier: layout.value,
          width: 1 + random.below(70),
          height: 1 + random.below(40),
          padding: random.below(40),
          offset: random.below(2) * 65536,
          bottomUp: random.below(2) === 1,
          color,
        },
        round,
      )
      const rgba = decodeRgba8(captured.plane, captured.buffers)
      const truth = naivePixels(captured)
      const worst = truth.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - (rgba[at] ?? 0))),
        0,
      )
      expect(worst).toBeLessThanOrEqual(naiveTolerance(code))
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

  const opaque = fourccs.filter(({ alpha, model }) => !alpha && model === 'rgb')
  it.each(opaque)('draws $code opaque whatever pads it', (row) => {
    const on = row.color.map((channel) => (channel ? 255 : 0))
    // As a half float all ones are no number.
    if (row.numbers === 'unorm') {
      expect(decodeRow(row.code, new Uint8Array(row.bytes).fill(255))).toEqual([...on, 255])
    }
    expect(decodeRow(row.code, new Uint8Array(row.bytes))).toEqual([0, 0, 0, 255])
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
    const unchecked: Plane = { ...plane, fourcc: 'NV15' }
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

describe('halfToByte', () => {
  it('equals clamped and rounded floating point for every number', () => {
    const bits = new Uint16Array(1)
    const halves = new Float16Array(bits.buffer)
    for (let half = 0; half < 65536; half += 1) {
      bits[0] = half
      const value = halves[0] ?? 0
      if (Number.isNaN(value)) continue
      const exact = Math.floor(Math.max(0, Math.min(1, value)) * 255 + 0.5)
      if (halfToByte(half) !== exact) expect.fail(`${half} is ${value}`)
    }
    expect(halfToByte(0x7e00)).toBe(255)
    expect(halfToByte(0xfe00)).toBe(0)
  })
})

describe('yuvToRgb', () => {
  const matrices = ['bt601', 'bt709', 'bt2020'] as const
  const ranges = ['limited', 'full'] as const
  const rules = matrices.flatMap((matrix) =>
    ranges.flatMap((range) => [8, 10, 12, 16].map((bits) => ({ matrix, range, bits }))),
  )
  it.each(rules)('rounds $matrix $range of $bits bits as it says', ({ matrix, range, bits }) => {
    const rule = yuvRule({ matrix, range }, bits)
    const random = new Random(bits)
    const edges = [0, 1, 16, 128, 235, 240, 254, 255].map((value) => value * 2 ** (bits - 8))
    for (let round = 0; round < 20_000; round += 1) {
      const pick = () => (random.below(4) === 0 ? random.pick(edges) : random.below(2 ** bits))
      const samples = [pick(), pick(), pick()] as const
      const exact = exactRgb({ matrix, range }, bits, samples)
      const error = yuvToRgb(rule, ...samples).map((value, c) => Math.abs(value - (exact[c] ?? 0)))
      if (Math.max(...error) > (bits > 12 ? 0.53 : 0.51)) expect.fail(`${samples}: ${error}`)
    }
  })

  it.each(rules)('never leaves 32 bits with $matrix $range of $bits bits', ({ bits, ...color }) => {
    const rule = yuvRule(color, bits)
    const top = 2 ** bits - 1
    const luma = rule.luma * Math.max(rule.black, top - rule.black) + 2 ** 20
    const chroma = Math.max(rule.redV, rule.blueU, rule.greenU + rule.greenV) * rule.middle
    expect(luma + chroma).toBeLessThan(2 ** 31)
  })
})
