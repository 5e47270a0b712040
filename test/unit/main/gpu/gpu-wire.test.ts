// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  HEADER_BYTES,
  readDescription,
  readHeader,
  readStride,
  readWords,
  requestBytes,
} from '../../../../main/gpu/gpu-wire.ts'
import type { Fd } from '../../../../native-shim/api.ts'

const fd = {} as Fd

/** Little-endian words. */
function words(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value, at * 4)
  return bytes
}

describe('a request', () => {
  it('lies as native-shim/gpu-process/wire.h says', () => {
    const memory = [
      { fd, offset: 4096, stride: 512, size: 65536 },
      { fd, offset: 2 ** 33, stride: 256, size: 2 ** 34 },
    ]
    const color = { matrix: 'bt709', range: 'full' } as const
    const modifier = 0x0100_0000_0000_0002n
    const image = { width: 100, height: 50, fourcc: 0x3231_564e, modifier, memory, color }
    const bytes = Buffer.from(requestBytes(7, 'draw', image, 400))
    expect(bytes.length).toBe(144)
    const word = (at: number) => bytes.readUInt32LE(at)
    expect([0, 4, 8, 12, 16, 20].map(word)).toEqual([0x5550_4753, 7, 5, 100, 50, 0x3231_564e])
    expect(bytes.readBigUInt64LE(24)).toBe(modifier)
    expect([32, 36, 40, 44].map(word)).toEqual([2, 2, 2, 400])
    const long = (at: number) => Number(bytes.readBigUInt64LE(at))
    expect([48, 56, 64].map(long)).toEqual([4096, 512, 65536])
    expect([72, 80, 88].map(long)).toEqual([2 ** 33, 256, 2 ** 34])
    expect(bytes.subarray(96).every((byte) => byte === 0)).toBe(true)
  })

  it('has four memory planes at most', () => {
    const memory = Array.from({ length: 5 }, () => ({ fd, offset: 0, stride: 4, size: 4 }))
    const image = { width: 1, height: 1, fourcc: 0, modifier: 0n, memory }
    expect(() => requestBytes(1, 'read', image)).toThrow(RangeError)
  })
})

describe('an answer', () => {
  const magic = 0x5550_4753

  it.each([
    [0, 'done'],
    [1, 'unsupported'],
    [2, 'failed'],
    [3, 'no-device'],
  ] as const)('with the status %i is %s', (status, outcome) => {
    expect(readHeader(words(magic, 9, status, 5), 9)).toEqual({ outcome, length: 5 })
  })

  it.each([
    ['other bytes', words(magic + 1, 9, 0, 0)],
    ['another serial', words(magic, 8, 0, 0)],
    ['an unknown status', words(magic, 9, 4, 0)],
    ['a status of JavaScript’s own', words(magic, 9, 0x7fff_ffff, 0)],
    ['more than anybody sends', words(magic, 9, 0, (1 << 18) + 1)],
    ['too few bytes', words(magic, 9, 0)],
  ])('with %s is refused', (_name, bytes) => {
    expect(() => readHeader(bytes, 9)).toThrow(SyntaxError)
  })

  it('of any bytes at all is an answer or refused, and nothing else', () => {
    let state = 1
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    }
    for (let round = 0; round < 3000; round += 1) {
      const bytes = Uint8Array.from({ length: random() % 80 }, random)
      for (const read of [
        () => readHeader(bytes, 9),
        () => readDescription(bytes, undefined),
        () => readStride(bytes),
      ]) {
        try {
          read()
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      }
    }
    expect(HEADER_BYTES).toBe(16)
  })

  it('in words is one short line', () => {
    const text = readWords(new TextEncoder().encode(`  first\n\tsecond ${'x'.repeat(1000)}`))
    expect(text.startsWith('first second x')).toBe(true)
    expect(text.length).toBe(300)
  })
})
