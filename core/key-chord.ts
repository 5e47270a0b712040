// SPDX-License-Identifier: GPL-2.0-or-later

/** One key with the modifiers that are held with it, as a person writes it: `Ctrl+Shift+S`. */
export type KeyChord = {
  readonly ctrl: boolean
  readonly alt: boolean
  readonly shift: boolean
  /** A capital letter, a digit, a sign, or the name of another key in `KeyboardEvent.key`'s words. */
  readonly key: string
}

/** What decides, of a `KeyboardEvent`. */
export type PressedKeys = {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly metaKey: boolean
}

/** Keys with a name that can stand in a chord; the others move the focus or are the guest's. */
export const namedKeys: ReadonlySet<string> = new Set([
  ...Array.from({ length: 24 }, (_, at) => `F${at + 1}`),
  ...['Enter', 'Space', 'Backspace', 'Delete', 'Insert', 'Home', 'End', 'PageUp', 'PageDown'],
  ...['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PrintScreen', 'Pause', 'ContextMenu'],
])
const letterOrDigit = /^[A-Z0-9]$/
const sign = /^[!-/:-@[-`{-~]$/

/** Undefined for what is no chord, or not in the one spelling there is of it. */
export function parseChord(text: string): KeyChord | undefined {
  const [, ctrl, alt, shift, key = ''] =
    /^(Ctrl\+)?(Alt\+)?(Shift\+)?([!-~]{1,16})$/.exec(text) ?? []
  const isKey = letterOrDigit.test(key) || namedKeys.has(key) || sign.test(key)
  // A sign is what Shift makes of a key on one board and not on another.
  if (!isKey || (sign.test(key) && shift)) return undefined
  return { ctrl: ctrl !== undefined, alt: alt !== undefined, shift: shift !== undefined, key }
}

export function chordText({ ctrl, alt, shift, key }: KeyChord): string {
  return `${ctrl ? 'Ctrl+' : ''}${alt ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${key}`
}

/** The chord of a key press; undefined for modifiers alone and for keys that no chord may have. */
export function chordOf(event: PressedKeys): KeyChord | undefined {
  if (event.metaKey) return undefined
  const key = keyOf(event)
  if (key === undefined) return undefined
  const shift = sign.test(key) ? false : event.shiftKey
  return { ctrl: event.ctrlKey, alt: event.altKey, shift, key }
}

/**
 * True for a chord that a person may choose: with Ctrl or Alt, or a function key, because all others
 * are what people type.
 */
export function isChoosable({ ctrl, alt, key }: KeyChord): boolean {
  return ctrl || alt || /^F\d+$/.test(key) || key === 'PrintScreen' || key === 'Pause'
}

/**
 * Letters by what is printed on the key, and by their place on boards of another script; digits by
 * their place, because some boards need Shift for them.
 */
function keyOf({ key, code, shiftKey }: PressedKeys): string | undefined {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1]
  if (digit !== undefined && !(shiftKey && sign.test(key))) return digit
  if (/^[a-z]$/i.test(key)) return key.toUpperCase()
  if (sign.test(key)) return key
  if (key === ' ') return 'Space'
  if (namedKeys.has(key)) return key
  return /^Key([A-Z])$/.exec(code)?.[1]
}
