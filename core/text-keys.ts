// SPDX-License-Identifier: GPL-2.0-or-later

/** The key that writes a character, by `KeyboardEvent.code`, and whether Shift is held. */
export type TextKey = { readonly code: string; readonly shift: boolean }

/** Letters write themselves small, and large with Shift. */
const letters = 'abcdefghijklmnopqrstuvwxyz'

/** Every other key of the US layout that writes: alone, and with Shift where that writes too. */
// biome-ignore format: one row per rank of keys
const rows: readonly (readonly [code: string, characters: string])[] = [
  ['Backquote', '`~'], ['Digit1', '1!'], ['Digit2', '2@'], ['Digit3', '3#'], ['Digit4', '4$'], ['Digit5', '5%'],
  ['Digit6', '6^'], ['Digit7', '7&'], ['Digit8', '8*'], ['Digit9', '9('], ['Digit0', '0)'], ['Minus', '-_'], ['Equal', '=+'],
  ['Tab', '\t'], ['BracketLeft', '[{'], ['BracketRight', ']}'], ['Backslash', '\\|'],
  ['Semicolon', ';:'], ['Quote', `'"`], ['Enter', '\n'],
  ['Comma', ',<'], ['Period', '.>'], ['Slash', '/?'], ['Space', ' '],
]

/** Every character that a US keyboard types, and how. */
export const textKeys: ReadonlyMap<string, TextKey> = new Map([
  ...[...letters].flatMap((letter): [string, TextKey][] => {
    const code = `Key${letter.toUpperCase()}`
    return [
      [letter, { code, shift: false }],
      [letter.toUpperCase(), { code, shift: true }],
    ]
  }),
  ...rows.flatMap(([code, characters]) =>
    [...characters].map((one, at): [string, TextKey] => [one, { code, shift: at === 1 }]),
  ),
])

/** A text as a US keyboard types it. */
export type TypedText = {
  readonly keys: readonly TextKey[]
  /** Characters that have no key, each once, in the text's order. */
  readonly missing: readonly string[]
  /** How often they stand in the text. */
  readonly leftOut: number
}

/** Finds the keys of a text; every way to end a line is one Enter. */
export function typedText(text: string): TypedText {
  const characters = [...text.replace(/\r\n?/g, '\n')]
  const keys = characters.flatMap((one) => textKeys.get(one) ?? [])
  const missing = new Set(characters.filter((one) => !textKeys.has(one)))
  return { keys, missing: [...missing], leftOut: characters.length - keys.length }
}
