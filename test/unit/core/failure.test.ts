// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { failureLine, isFailure, plainText } from '../../../core/failure.ts'
import { fail, ok } from '../../../core/result.ts'
import { fromWire, toWire } from '../../../core/wire.ts'

const failure = { code: 'busy', what: 'cannot open', why: 'it is busy (EBUSY)', remedy: 'Wait' }

describe('failureLine', () => {
  it('says what, why and what to do', () => {
    expect(failureLine(failure)).toBe('cannot open: it is busy (EBUSY). Wait')
  })

  it('is one line without control characters', () => {
    const line = failureLine({ ...failure, why: 'a\nb\r\x1b[31m\x7f\x9b' })
    expect(line).toBe('cannot open: a\\x0ab\\x0d\\x1b[31m\\x7f\\x9b. Wait')
  })
})

describe('plainText', () => {
  it('keeps every other character', () => {
    const text = 'Größe 1920 × 1080 “仮想” 🙂'
    expect(plainText(text)).toBe(text)
  })
})

describe('isFailure', () => {
  it('knows failures and verdicts', () => {
    expect(isFailure(failure)).toBe(true)
    expect(isFailure({ ...failure, field: 'stride', value: '0' })).toBe(true)
    expect(isFailure(fromWire(toWire(failure)))).toBe(true)
  })

  it.each([null, undefined, 'busy', 7, {}, [], { ...failure, why: 7 }, new Error('x')])(
    'does not take %o for one',
    (value) => {
      expect(isFailure(value)).toBe(false)
    },
  )
})

describe('results', () => {
  it('are plain data', () => {
    expect(ok(1)).toEqual({ ok: true, value: 1 })
    expect(fail(failure)).toEqual({ ok: false, failure })
  })
})

describe('the wire', () => {
  it.each([
    0n,
    0x0100000000000001n,
    2n ** 64n - 1n,
    { modifier: 5n, list: [1n, 'x', null, { deep: 2n ** 63n }] },
    { $text: '0x5' },
    ['0x5', 1.5, true],
  ])('gives back %o', (value) => {
    expect(fromWire(toWire(value))).toEqual(value)
  })

  it.each(['', '{', '{"a":{"$bigint":5}}', '{"$bigint":"5"}', '{"$bigint":"0x12345678901234567"}'])(
    'refuses %j',
    (text) => {
      expect(() => fromWire(text)).toThrow(SyntaxError)
    },
  )

  it('does not let text reach a prototype', () => {
    const value = fromWire('{"__proto__":{"polluted":true}}') as object
    expect('polluted' in {}).toBe(false)
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })
})
