// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { qnumOf } from '../../../core/keycodes.ts'
import { textKeys, typedText } from '../../../core/text-keys.ts'

/** The ranks of a US keyboard as printed on it, with the code of each rank's keys. */
// biome-ignore format: one row per rank
const ranks: readonly (readonly [plain: string, shifted: string, codes: readonly string[]])[] = [
  ["`1234567890-=", '~!@#$%^&*()_+', ['Backquote', 'Digit1', 'Digit2', 'Digit3', 'Digit4', 'Digit5', 'Digit6', 'Digit7', 'Digit8', 'Digit9', 'Digit0', 'Minus', 'Equal']],
  ['qwertyuiop[]\\', 'QWERTYUIOP{}|', ['KeyQ', 'KeyW', 'KeyE', 'KeyR', 'KeyT', 'KeyY', 'KeyU', 'KeyI', 'KeyO', 'KeyP', 'BracketLeft', 'BracketRight', 'Backslash']],
  ["asdfghjkl;'", 'ASDFGHJKL:"', ['KeyA', 'KeyS', 'KeyD', 'KeyF', 'KeyG', 'KeyH', 'KeyJ', 'KeyK', 'KeyL', 'Semicolon', 'Quote']],
  ['zxcvbnm,./', 'ZXCVBNM<>?', ['KeyZ', 'KeyX', 'KeyC', 'KeyV', 'KeyB', 'KeyN', 'KeyM', 'Comma', 'Period', 'Slash']],
]

describe('the keys of a text', () => {
  it.each(ranks)('are those printed on the rank %s', (plain, shifted, codes) => {
    codes.forEach((code, at) => {
      expect(textKeys.get(plain[at] ?? '')).toEqual({ code, shift: false })
      expect(textKeys.get(shifted[at] ?? '')).toEqual({ code, shift: true })
    })
  })

  it('are all known to a guest, each pair of key and Shift once', () => {
    const known = [...textKeys.values()]
    for (const { code } of known) expect(qnumOf(code), code).toBeDefined()
    expect(new Set(known.map(({ code, shift }) => `${code} ${shift}`)).size).toBe(known.length)
  })

  it('cover printable ASCII, the tabulator and the end of a line, and nothing else', () => {
    const printable = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at))
    expect([...textKeys.keys()].sort()).toEqual([...printable, '\t', '\n'].sort())
  })

  it.each(['a\nb', 'a\r\nb', 'a\rb'])('end the line of %j once', (text) => {
    expect(typedText(text).keys.map(({ code }) => code)).toEqual(['KeyA', 'Enter', 'KeyB'])
  })

  it('leave out what the keyboard lacks, and name it once', () => {
    const { keys, missing, leftOut } = typedText('né é€ 😀\0!')
    expect(keys.map(({ code }) => code)).toEqual(['KeyN', 'Space', 'Space', 'Digit1'])
    expect(missing).toEqual(['é', '€', '😀', '\0'])
    expect(leftOut).toBe(5)
  })

  it('are none for nothing', () => {
    expect(typedText('')).toEqual({ keys: [], missing: [], leftOut: 0 })
  })
})
