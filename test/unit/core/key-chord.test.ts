// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  chordOf,
  chordText,
  isChoosable,
  type PressedKeys,
  parseChord,
} from '../../../core/key-chord.ts'

const press = (key: string, code: string, held = ''): PressedKeys => ({
  key,
  code,
  ctrlKey: held.includes('c'),
  altKey: held.includes('a'),
  shiftKey: held.includes('s'),
  metaKey: held.includes('m'),
})

describe('a chord', () => {
  it.each([
    'F11',
    'Ctrl+S',
    'Ctrl+Alt+Shift+S',
    'Ctrl++',
    'Ctrl+-',
    'Alt+Enter',
    'Ctrl+?',
    'Alt+1',
  ])('%s is read and written', (text) => {
    const chord = parseChord(text)
    expect(chord && chordText(chord)).toBe(text)
  })

  it.each([
    '',
    'S+Ctrl',
    'Shift+Ctrl+S',
    'Ctrl+s',
    'Ctrl+',
    'Super+L',
    'Shift+?',
    'Ctrl+F25',
    'Tab',
  ])('%j is none', (text) => expect(parseChord(text)).toBeUndefined())

  // biome-ignore format: one row per press
  it.each([
    ['a letter',                          press('s', 'KeyS', 'c'),          'Ctrl+S'],
    ['a letter with Shift',               press('S', 'KeyS', 'cs'),         'Ctrl+Shift+S'],
    ['a letter with Caps Lock',           press('S', 'KeyS', 'c'),          'Ctrl+S'],
    ['a letter of another script',        press('ы', 'KeyS', 'cs'),         'Ctrl+Shift+S'],
    ['a letter that moved on its board',  press('z', 'KeyY', 'c'),          'Ctrl+Z'],
    ['a digit',                           press('1', 'Digit1', 'a'),        'Alt+1'],
    ['a digit that needs Shift',          press('1', 'Digit1', 'as'),       'Alt+Shift+1'],
    ['a digit on a French board',         press('&', 'Digit1', 'a'),        'Alt+1'],
    ['a digit of the number pad',         press('0', 'Numpad0', 'c'),       'Ctrl+0'],
    ['a sign that needs Shift',           press('?', 'Slash', 'cs'),        'Ctrl+?'],
    ['a sign on a digit',                 press('=', 'Digit0', 'cs'),       'Ctrl+='],
    ['a sign without it',                 press('?', 'Minus', 'c'),         'Ctrl+?'],
    ['plus',                              press('+', 'NumpadAdd', 'c'),     'Ctrl++'],
    ['a function key',                    press('F11', 'F11'),              'F11'],
    ['the space bar',                     press(' ', 'Space', 'c'),         'Ctrl+Space'],
  ])('is %s', (_what, event, text) => {
    const chord = chordOf(event)
    expect(chord && chordText(chord)).toBe(text)
  })

  it.each([
    press('Control', 'ControlLeft', 'c'),
    press('Alt', 'AltLeft', 'ca'),
    press('l', 'KeyL', 'm'),
    press('Tab', 'Tab', 'c'),
    press('Dead', 'Quote', 'c'),
  ])('is not $key with $code', (event) => expect(chordOf(event)).toBeUndefined())

  it.each([
    ['Ctrl+S', true],
    ['Alt+1', true],
    ['F5', true],
    ['Pause', true],
    ['S', false],
    ['Shift+S', false],
    ['ArrowUp', false],
  ])('%s can be chosen: %s', (text, expected) => {
    const chord = parseChord(text)
    expect(chord && isChoosable(chord)).toBe(expected)
  })
})
