// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { fromWire, toWire } from '../../../core/wire.ts'

describe('JSON of what JSON has no words for', () => {
  it('carries every byte there is, in its place', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at)
    expect(fromWire(toWire({ bytes }))).toEqual({ bytes })
  })

  it.each([0, 1, 0x3fff, 0x4000, 0x4001, 100_000])('carries %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31) % 256)
    expect(fromWire(toWire(bytes))).toEqual(bytes)
  })

  it('carries a part of a buffer as that part alone', () => {
    const part = Uint8Array.of(1, 2, 3, 4).subarray(1, 3)
    expect(fromWire(toWire([part]))).toEqual([Uint8Array.of(2, 3)])
  })

  it('passes through UTF-8 unharmed', () => {
    const bytes = Uint8Array.of(0, 0x22, 0x5c, 0x7f, 0x80, 0xd8, 0xff)
    const text = new TextDecoder().decode(new TextEncoder().encode(toWire(bytes)))
    expect(fromWire(text)).toEqual(bytes)
  })

  it('carries bigints beside them', () => {
    const value = { modifier: 0x0100000000000002n, list: [Uint8Array.of(1), 0n], text: '$bytes' }
    expect(fromWire(toWire(value))).toEqual(value)
  })

  // biome-ignore format: one row per text
  it.each([
    '{"$bytes":5}', '{"$bytes":null}', '{"$bytes":["a"]}', '{"$bytes":"\u0100"}', '{"$bytes":"\ud83d\ude00"}',
    '{"$bigint":"12"}', '{"$bigint":5}', '{"$bigint":"0x"}', '{"$bigint":"0x00000000000000001"}', '{',
  ])('refuses %s', (text) => {
    expect(() => fromWire(text)).toThrow(SyntaxError)
  })
})
