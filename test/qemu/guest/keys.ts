// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process'

// What a key of `KeyboardEvent.code` is to Linux: by the words of both specifications (UI Events
// KeyboardEvent code Values; linux/input-event-codes.h), not by QEMU's table or ours.

/** Names of Linux without KEY_, where they are not the same as the code's own. */
// biome-ignore format: one row per rank of keys
const names: Readonly<Record<string, string>> = {
  Escape: 'ESC', Backspace: 'BACKSPACE', Tab: 'TAB', Enter: 'ENTER', Space: 'SPACE',
  Minus: 'MINUS', Equal: 'EQUAL', BracketLeft: 'LEFTBRACE', BracketRight: 'RIGHTBRACE', Backslash: 'BACKSLASH',
  Semicolon: 'SEMICOLON', Quote: 'APOSTROPHE', Backquote: 'GRAVE', Comma: 'COMMA', Period: 'DOT', Slash: 'SLASH',
  ControlLeft: 'LEFTCTRL', ShiftLeft: 'LEFTSHIFT', AltLeft: 'LEFTALT', MetaLeft: 'LEFTMETA',
  ControlRight: 'RIGHTCTRL', ShiftRight: 'RIGHTSHIFT', AltRight: 'RIGHTALT', MetaRight: 'RIGHTMETA', ContextMenu: 'COMPOSE',
  CapsLock: 'CAPSLOCK', NumLock: 'NUMLOCK', ScrollLock: 'SCROLLLOCK', PrintScreen: 'SYSRQ', Pause: 'PAUSE',
  Insert: 'INSERT', Delete: 'DELETE', Home: 'HOME', End: 'END', PageUp: 'PAGEUP', PageDown: 'PAGEDOWN',
  ArrowUp: 'UP', ArrowDown: 'DOWN', ArrowLeft: 'LEFT', ArrowRight: 'RIGHT',
  NumpadAdd: 'KPPLUS', NumpadSubtract: 'KPMINUS', NumpadMultiply: 'KPASTERISK', NumpadDivide: 'KPSLASH',
  NumpadDecimal: 'KPDOT', NumpadEnter: 'KPENTER', NumpadEqual: 'KPEQUAL', NumpadComma: 'KPCOMMA',
  IntlBackslash: '102ND', IntlRo: 'RO', IntlYen: 'YEN', KanaMode: 'KATAKANAHIRAGANA',
  Convert: 'HENKAN', NonConvert: 'MUHENKAN', Lang1: 'HANGEUL', Lang2: 'HANJA',
  AudioVolumeMute: 'MUTE', AudioVolumeDown: 'VOLUMEDOWN', AudioVolumeUp: 'VOLUMEUP',
  MediaTrackNext: 'NEXTSONG', MediaTrackPrevious: 'PREVIOUSSONG', MediaStop: 'STOPCD', MediaPlayPause: 'PLAYPAUSE', MediaSelect: 'MEDIA',
  LaunchApp1: 'COMPUTER', LaunchApp2: 'CALC', LaunchMail: 'MAIL',
  BrowserHome: 'HOMEPAGE', BrowserFavorites: 'BOOKMARKS', BrowserRefresh: 'REFRESH', BrowserStop: 'STOP',
  BrowserBack: 'BACK', BrowserForward: 'FORWARD',
  Power: 'POWER', Sleep: 'SLEEP', WakeUp: 'WAKEUP',
  Again: 'AGAIN', Props: 'PROPS', Undo: 'UNDO', Copy: 'COPY', Open: 'OPEN', Paste: 'PASTE', Find: 'FIND', Cut: 'CUT', Help: 'HELP',
}

/** `KEY_A` of `KeyA`. */
export function linuxKeyName(code: string): string | undefined {
  const [, key, keypad] = /^(?:Key|Digit)(.)$|^Numpad(\d)$/.exec(code) ?? []
  if (key) return `KEY_${key}`
  if (keypad) return `KEY_KP${keypad}`
  if (/^F\d+$/.test(code)) return `KEY_${code}`
  const name = names[code]
  return name && `KEY_${name}`
}

/** The numbers of linux/input-event-codes.h, as the compiler reads them; none without a compiler. */
export function linuxInputCodes(): ReadonlyMap<string, number> {
  const args = ['-E', '-dM', '-include', 'linux/input-event-codes.h', '-x', 'c', '/dev/null']
  const { stdout, error } = spawnSync('gcc', args, { encoding: 'utf8' })
  const text = error ? '' : stdout
  const lines = [...text.matchAll(/^#define ((?:KEY|BTN|REL|ABS|EV)_\w+) (\w+)/gm)]
  const numbers = new Map(lines.map(([, name = '', value]) => [name, Number(value)]))
  return new Map([...numbers].filter(([, value]) => Number.isInteger(value)))
}
