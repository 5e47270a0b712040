// SPDX-License-Identifier: GPL-2.0-or-later
import type { Viewing } from './viewing.ts'

type OptionValue = string | number | boolean | undefined

/** Options of the command line, and beneath them what a session file or a link wishes for. */
export function withWish<T extends Readonly<Record<string, OptionValue>>>(
  options: T,
  wish: Viewing['wish'],
): T {
  const wishes = Object.entries(wish).filter(([name]) => Object.hasOwn(options, name))
  const merged: Record<string, OptionValue> = { ...options }
  for (const [name, value] of wishes) {
    const given = options[name]
    // A flag that was not given is false, and a person cannot give that.
    if (given === undefined || given === false) merged[name] = value
  }
  return merged as T
}

/** The words that start a viewer so, from any folder: `view`, options, `--`, address. */
export function viewWords(
  address: string,
  options: Readonly<Record<string, OptionValue>>,
): readonly string[] {
  const words = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    return [value === true ? `--${name}` : `--${name}=${value}`]
  })
  return ['view', ...words, '--', address]
}
