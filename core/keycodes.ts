// SPDX-License-Identifier: GPL-2.0-or-later

/** A physical key: `KeyboardEvent.code` of the UI Events specification, and QEMU's number for it. */
export type Keycode = { readonly code: string; readonly qnum: number }

const plain = (from: number, ...codes: readonly string[]): readonly Keycode[] =>
  codes.map((code, at) => ({ code, qnum: from + at }))
/** Keys that a keyboard sends as `E0 xx`. */
const extended = (byte: number, code: string): Keycode => ({ code, qnum: byte | 0x80 })

/**
 * Every key of a 105-key board, the Japanese, Korean and Brazilian ones, and the media keys. Numbers
 * are XT set 1 as QEMU takes them (qapi `KeyValue.number`, D-Bus `Keyboard.Press`); their names are in
 * QEMU's ui/keycodemapdb.
 */
// biome-ignore format: one row per rank of keys
export const keycodes: readonly Keycode[] = [
  ...plain(0x01, 'Escape', 'Digit1', 'Digit2', 'Digit3', 'Digit4', 'Digit5', 'Digit6', 'Digit7'),
  ...plain(0x09, 'Digit8', 'Digit9', 'Digit0', 'Minus', 'Equal', 'Backspace', 'Tab'),
  ...plain(0x10, 'KeyQ', 'KeyW', 'KeyE', 'KeyR', 'KeyT', 'KeyY', 'KeyU', 'KeyI', 'KeyO', 'KeyP'),
  ...plain(0x1a, 'BracketLeft', 'BracketRight', 'Enter', 'ControlLeft'),
  ...plain(0x1e, 'KeyA', 'KeyS', 'KeyD', 'KeyF', 'KeyG', 'KeyH', 'KeyJ', 'KeyK', 'KeyL'),
  ...plain(0x27, 'Semicolon', 'Quote', 'Backquote', 'ShiftLeft', 'Backslash'),
  ...plain(0x2c, 'KeyZ', 'KeyX', 'KeyC', 'KeyV', 'KeyB', 'KeyN', 'KeyM'),
  ...plain(0x33, 'Comma', 'Period', 'Slash', 'ShiftRight', 'NumpadMultiply', 'AltLeft', 'Space'),
  ...plain(0x3a, 'CapsLock', 'F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9', 'F10'),
  ...plain(0x45, 'NumLock', 'ScrollLock'),
  ...plain(0x47, 'Numpad7', 'Numpad8', 'Numpad9', 'NumpadSubtract', 'Numpad4', 'Numpad5', 'Numpad6'),
  ...plain(0x4e, 'NumpadAdd', 'Numpad1', 'Numpad2', 'Numpad3', 'Numpad0', 'NumpadDecimal'),
  ...plain(0x54, 'PrintScreen', 'F16', 'IntlBackslash', 'F11', 'F12', 'NumpadEqual', 'F20'),
  ...plain(0x5d, 'F13', 'F14', 'F15'),
  ...plain(0x64, 'Open', 'Paste'),
  ...plain(0x6d, 'F23'),
  ...plain(0x6f, 'F24', 'KanaMode', 'Lang2', 'Lang1', 'IntlRo', 'F21'),
  ...plain(0x79, 'Convert'),
  ...plain(0x7b, 'NonConvert'),
  ...plain(0x7d, 'IntlYen', 'NumpadComma'),
  extended(0x03, 'F17'),
  extended(0x04, 'F19'),
  extended(0x05, 'Again'),
  extended(0x06, 'Props'),
  extended(0x07, 'Undo'),
  extended(0x10, 'MediaTrackPrevious'),
  extended(0x19, 'MediaTrackNext'),
  extended(0x1c, 'NumpadEnter'),
  extended(0x1d, 'ControlRight'),
  extended(0x20, 'AudioVolumeMute'),
  extended(0x21, 'LaunchApp2'),
  extended(0x22, 'MediaPlayPause'),
  extended(0x24, 'MediaStop'),
  extended(0x2e, 'AudioVolumeDown'),
  extended(0x30, 'AudioVolumeUp'),
  extended(0x32, 'BrowserHome'),
  extended(0x35, 'NumpadDivide'),
  extended(0x38, 'AltRight'),
  extended(0x3c, 'Cut'),
  extended(0x41, 'Find'),
  extended(0x46, 'Pause'),
  extended(0x47, 'Home'),
  extended(0x48, 'ArrowUp'),
  extended(0x49, 'PageUp'),
  extended(0x4b, 'ArrowLeft'),
  extended(0x4d, 'ArrowRight'),
  extended(0x4f, 'End'),
  extended(0x50, 'ArrowDown'),
  extended(0x51, 'PageDown'),
  extended(0x52, 'Insert'),
  extended(0x53, 'Delete'),
  extended(0x5b, 'MetaLeft'),
  extended(0x5c, 'MetaRight'),
  extended(0x5d, 'ContextMenu'),
  extended(0x5e, 'Power'),
  extended(0x5f, 'Sleep'),
  extended(0x63, 'WakeUp'),
  extended(0x66, 'BrowserFavorites'),
  extended(0x67, 'BrowserRefresh'),
  extended(0x68, 'BrowserStop'),
  extended(0x69, 'BrowserForward'),
  extended(0x6a, 'BrowserBack'),
  extended(0x6b, 'LaunchApp1'),
  extended(0x6c, 'LaunchMail'),
  extended(0x6d, 'MediaSelect'),
  extended(0x75, 'Help'),
  extended(0x77, 'F18'),
  extended(0x78, 'Copy'),
  extended(0x79, 'F22'),
]

const qnums: ReadonlyMap<string, number> = new Map(keycodes.map(({ code, qnum }) => [code, qnum]))

/** QEMU's number of a key; undefined for keys that no guest knows. */
export function qnumOf(code: string): number | undefined {
  return qnums.get(code)
}
