// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { isInputEvent } from '../../../core/input.ts'
import { keycodes, qnumOf } from '../../../core/keycodes.ts'

/** What QEMU 7.2 calls each number (its trace input_event_key_qcode); F13 to F24 came with a later one. */
const heard: readonly (readonly [code: string, qnum: number, qcode: string])[] = [
  ['Escape', 0x01, 'esc'],
  ['Digit1', 0x02, '1'],
  ['Digit2', 0x03, '2'],
  ['Digit3', 0x04, '3'],
  ['Digit4', 0x05, '4'],
  ['Digit5', 0x06, '5'],
  ['Digit6', 0x07, '6'],
  ['Digit7', 0x08, '7'],
  ['Digit8', 0x09, '8'],
  ['Digit9', 0x0a, '9'],
  ['Digit0', 0x0b, '0'],
  ['Minus', 0x0c, 'minus'],
  ['Equal', 0x0d, 'equal'],
  ['Backspace', 0x0e, 'backspace'],
  ['Tab', 0x0f, 'tab'],
  ['KeyQ', 0x10, 'q'],
  ['KeyW', 0x11, 'w'],
  ['KeyE', 0x12, 'e'],
  ['KeyR', 0x13, 'r'],
  ['KeyT', 0x14, 't'],
  ['KeyY', 0x15, 'y'],
  ['KeyU', 0x16, 'u'],
  ['KeyI', 0x17, 'i'],
  ['KeyO', 0x18, 'o'],
  ['KeyP', 0x19, 'p'],
  ['BracketLeft', 0x1a, 'bracket_left'],
  ['BracketRight', 0x1b, 'bracket_right'],
  ['Enter', 0x1c, 'ret'],
  ['ControlLeft', 0x1d, 'ctrl'],
  ['KeyA', 0x1e, 'a'],
  ['KeyS', 0x1f, 's'],
  ['KeyD', 0x20, 'd'],
  ['KeyF', 0x21, 'f'],
  ['KeyG', 0x22, 'g'],
  ['KeyH', 0x23, 'h'],
  ['KeyJ', 0x24, 'j'],
  ['KeyK', 0x25, 'k'],
  ['KeyL', 0x26, 'l'],
  ['Semicolon', 0x27, 'semicolon'],
  ['Quote', 0x28, 'apostrophe'],
  ['Backquote', 0x29, 'grave_accent'],
  ['ShiftLeft', 0x2a, 'shift'],
  ['Backslash', 0x2b, 'backslash'],
  ['KeyZ', 0x2c, 'z'],
  ['KeyX', 0x2d, 'x'],
  ['KeyC', 0x2e, 'c'],
  ['KeyV', 0x2f, 'v'],
  ['KeyB', 0x30, 'b'],
  ['KeyN', 0x31, 'n'],
  ['KeyM', 0x32, 'm'],
  ['Comma', 0x33, 'comma'],
  ['Period', 0x34, 'dot'],
  ['Slash', 0x35, 'slash'],
  ['ShiftRight', 0x36, 'shift_r'],
  ['NumpadMultiply', 0x37, 'kp_multiply'],
  ['AltLeft', 0x38, 'alt'],
  ['Space', 0x39, 'spc'],
  ['CapsLock', 0x3a, 'caps_lock'],
  ['F1', 0x3b, 'f1'],
  ['F2', 0x3c, 'f2'],
  ['F3', 0x3d, 'f3'],
  ['F4', 0x3e, 'f4'],
  ['F5', 0x3f, 'f5'],
  ['F6', 0x40, 'f6'],
  ['F7', 0x41, 'f7'],
  ['F8', 0x42, 'f8'],
  ['F9', 0x43, 'f9'],
  ['F10', 0x44, 'f10'],
  ['NumLock', 0x45, 'num_lock'],
  ['ScrollLock', 0x46, 'scroll_lock'],
  ['Numpad7', 0x47, 'kp_7'],
  ['Numpad8', 0x48, 'kp_8'],
  ['Numpad9', 0x49, 'kp_9'],
  ['NumpadSubtract', 0x4a, 'kp_subtract'],
  ['Numpad4', 0x4b, 'kp_4'],
  ['Numpad5', 0x4c, 'kp_5'],
  ['Numpad6', 0x4d, 'kp_6'],
  ['NumpadAdd', 0x4e, 'kp_add'],
  ['Numpad1', 0x4f, 'kp_1'],
  ['Numpad2', 0x50, 'kp_2'],
  ['Numpad3', 0x51, 'kp_3'],
  ['Numpad0', 0x52, 'kp_0'],
  ['NumpadDecimal', 0x53, 'kp_decimal'],
  ['PrintScreen', 0x54, 'print'],
  ['F16', 0x55, 'unmapped'],
  ['IntlBackslash', 0x56, 'less'],
  ['F11', 0x57, 'f11'],
  ['F12', 0x58, 'f12'],
  ['NumpadEqual', 0x59, 'kp_equals'],
  ['F20', 0x5a, 'unmapped'],
  ['F13', 0x5d, 'unmapped'],
  ['F14', 0x5e, 'unmapped'],
  ['F15', 0x5f, 'unmapped'],
  ['Open', 0x64, 'open'],
  ['Paste', 0x65, 'paste'],
  ['F23', 0x6d, 'unmapped'],
  ['F24', 0x6f, 'unmapped'],
  ['KanaMode', 0x70, 'katakanahiragana'],
  ['Lang2', 0x71, 'lang2'],
  ['Lang1', 0x72, 'lang1'],
  ['IntlRo', 0x73, 'ro'],
  ['F21', 0x74, 'unmapped'],
  ['Convert', 0x79, 'henkan'],
  ['NonConvert', 0x7b, 'muhenkan'],
  ['IntlYen', 0x7d, 'yen'],
  ['NumpadComma', 0x7e, 'kp_comma'],
  ['F17', 0x83, 'unmapped'],
  ['F19', 0x84, 'unmapped'],
  ['Again', 0x85, 'again'],
  ['Props', 0x86, 'props'],
  ['Undo', 0x87, 'undo'],
  ['MediaTrackPrevious', 0x90, 'audioprev'],
  ['MediaTrackNext', 0x99, 'audionext'],
  ['NumpadEnter', 0x9c, 'kp_enter'],
  ['ControlRight', 0x9d, 'ctrl_r'],
  ['AudioVolumeMute', 0xa0, 'audiomute'],
  ['LaunchApp2', 0xa1, 'calculator'],
  ['MediaPlayPause', 0xa2, 'audioplay'],
  ['MediaStop', 0xa4, 'audiostop'],
  ['AudioVolumeDown', 0xae, 'volumedown'],
  ['AudioVolumeUp', 0xb0, 'volumeup'],
  ['BrowserHome', 0xb2, 'ac_home'],
  ['NumpadDivide', 0xb5, 'kp_divide'],
  ['AltRight', 0xb8, 'alt_r'],
  ['Cut', 0xbc, 'cut'],
  ['Find', 0xc1, 'find'],
  ['Pause', 0xc6, 'pause'],
  ['Home', 0xc7, 'home'],
  ['ArrowUp', 0xc8, 'up'],
  ['PageUp', 0xc9, 'pgup'],
  ['ArrowLeft', 0xcb, 'left'],
  ['ArrowRight', 0xcd, 'right'],
  ['End', 0xcf, 'end'],
  ['ArrowDown', 0xd0, 'down'],
  ['PageDown', 0xd1, 'pgdn'],
  ['Insert', 0xd2, 'insert'],
  ['Delete', 0xd3, 'delete'],
  ['MetaLeft', 0xdb, 'meta_l'],
  ['MetaRight', 0xdc, 'meta_r'],
  ['ContextMenu', 0xdd, 'compose'],
  ['Power', 0xde, 'power'],
  ['Sleep', 0xdf, 'sleep'],
  ['WakeUp', 0xe3, 'wake'],
  ['BrowserFavorites', 0xe6, 'ac_bookmarks'],
  ['BrowserRefresh', 0xe7, 'ac_refresh'],
  ['BrowserStop', 0xe8, 'stop'],
  ['BrowserForward', 0xe9, 'ac_forward'],
  ['BrowserBack', 0xea, 'ac_back'],
  ['LaunchApp1', 0xeb, 'computer'],
  ['LaunchMail', 0xec, 'mail'],
  ['MediaSelect', 0xed, 'mediaselect'],
  ['Help', 0xf5, 'help'],
  ['F18', 0xf7, 'unmapped'],
  ['Copy', 0xf8, 'copy'],
  ['F22', 0xf9, 'unmapped'],
]

describe('the table of keys', () => {
  it.each(heard)('sends %s as %i, which QEMU takes for %s', (code, qnum) => {
    expect(qnumOf(code)).toBe(qnum)
  })

  it('has no key that the list above has not', () => {
    expect(keycodes.map(({ code }) => code).sort()).toEqual(heard.map(([code]) => code).sort())
  })

  it('names and numbers every key once', () => {
    expect(new Set(keycodes.map(({ code }) => code)).size).toBe(keycodes.length)
    expect(new Set(keycodes.map(({ qnum }) => qnum)).size).toBe(keycodes.length)
  })

  it.each(keycodes)('$code is a number that may be sent', ({ qnum }) => {
    expect(isInputEvent({ kind: 'key', qnum, down: true })).toBe(true)
  })

  it('gives the extended keys of an ordinary board their own numbers', () => {
    expect(qnumOf('ArrowRight')).toBe(0xcd)
    expect(qnumOf('Numpad6')).toBe(0x4d)
    expect(qnumOf('NumpadEnter')).toBe(0x9c)
    expect(qnumOf('Enter')).toBe(0x1c)
  })

  it('knows no other codes', () => {
    for (const code of ['', 'Unidentified', 'a', 'constructor', '__proto__', 'Fn']) {
      expect(qnumOf(code)).toBeUndefined()
    }
  })
})
