// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { isInputEvent, isInputList, MAX_INPUT_EVENTS, pointerButtons } from '../../../core/input.ts'

const key = { kind: 'key', qnum: 30, down: true }

describe('input events', () => {
  it.each([
    key,
    { kind: 'key', qnum: 255, down: false },
    { kind: 'pointer', x: 0, y: 65535 },
    { kind: 'motion', dx: -32767, dy: 32767 },
    ...pointerButtons.map((button) => ({ kind: 'button', button, down: true })),
  ])('takes %j', (event) => {
    expect(isInputEvent(event)).toBe(true)
    expect(isInputEvent(JSON.parse(JSON.stringify(event)))).toBe(true)
  })

  const refused: readonly unknown[] = [
    undefined,
    null,
    'key',
    [],
    {},
    { kind: 'keys', qnum: 1, down: true },
    { ...key, qnum: 0 },
    { ...key, qnum: 0x80 },
    { ...key, qnum: 256 },
    { ...key, qnum: -1 },
    { ...key, qnum: 1.5 },
    { ...key, qnum: '30' },
    { ...key, qnum: Number.NaN },
    { ...key, down: 1 },
    { ...key, repeat: true },
    { kind: 'key', qnum: 30 },
    { kind: 'pointer', x: -1, y: 0 },
    { kind: 'pointer', x: 0, y: 65536 },
    { kind: 'pointer', x: 0.5, y: 0 },
    { kind: 'pointer', x: 0 },
    { kind: 'motion', dx: 32768, dy: 0 },
    { kind: 'motion', dx: 0, dy: Number.POSITIVE_INFINITY },
    { kind: 'button', button: 'none', down: true },
    { kind: 'button', button: 0, down: true },
    { kind: 'button', button: 'left', down: 'yes' },
    Object.create(key),
  ]
  it.each(refused)('refuses %j', (event) => {
    expect(isInputEvent(event)).toBe(false)
  })

  it('takes lists up to their limit, of nothing but events', () => {
    expect(isInputList([])).toBe(true)
    expect(isInputList(Array(MAX_INPUT_EVENTS).fill(key))).toBe(true)
    expect(isInputList(Array(MAX_INPUT_EVENTS + 1).fill(key))).toBe(false)
    expect(isInputList([key, null])).toBe(false)
    expect(isInputList({ 0: key, length: 1 })).toBe(false)
  })
})
