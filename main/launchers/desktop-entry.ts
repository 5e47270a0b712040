// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import { escapeValue, parseKeyFile, unescapeValue } from '../../core/key-file.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { unseenCharacter } from '../../core/session-wish.ts'

// Desktop entries of VMs, by the Desktop Entry Specification 1.5; they say 1.4, which older desktops know.

export type LauncherEntry = {
  /** What the menu shows. */
  readonly name: string
  readonly address: string
}

export type LauncherStart = LauncherEntry & {
  /** Program and words that open the viewer; the program by its absolute path. */
  readonly command: readonly [program: string, ...words: string[]]
  /** Name in the icon theme. */
  readonly icon: string
}

/** Our own key: tells a launcher from other entries, and what it opens. */
const ADDRESS_KEY = 'X-Scanout-Address'

/** Characters for which an argument of `Exec` must be quoted. */
const reserved = /[\s"'\\><~|&;$*?#()`]/
/** Those that need a backslash within the quotes. */
const quotable = /["`$\\]/g

/** The text of a launcher's desktop entry, or which part of it cannot be written into one. */
export function desktopEntry(start: LauncherStart): Result<string, Failure> {
  const [program] = start.command
  for (const text of [start.name, start.address, ...start.command]) {
    const strange = unseenCharacter(text)
    if (strange !== undefined) return cannot(start, `it holds the unseen character ${strange}`)
  }
  // "The executable program path may not contain an equals sign": it would be taken for a variable.
  if (program.includes('=')) return cannot(start, `${program} holds an equals sign`)
  const keys: readonly (readonly [string, string])[] = [
    ['Version', '1.4'],
    ['Type', 'Application'],
    ['Name', start.name],
    ['GenericName', 'Virtual machine display'],
    ['Comment', `Shows ${start.address}`],
    ['TryExec', program],
    ['Exec', start.command.map(execArgument).join(' ')],
    ['Icon', start.icon],
    ['Terminal', 'false'],
    ['Categories', 'System;Emulator;'],
    ['Keywords', 'vm;virtual machine;display;'],
    ['StartupNotify', 'true'],
    [ADDRESS_KEY, start.address],
  ]
  const lines = keys.map(([key, value]) => `${key}=${escapeValue(value)}`)
  return ok(`[Desktop Entry]\n${lines.join('\n')}\n`)
}

/** One argument of `Exec`: percent signs are field codes there, and the quotes are its own. */
export function execArgument(word: string): string {
  const text = word.replaceAll('%', '%%')
  if (text !== '' && !reserved.test(text)) return text
  return `"${text.replaceAll(quotable, '\\$&')}"`
}

/** What a launcher opens; undefined for any other desktop entry. */
export function readEntry(text: string): LauncherEntry | undefined {
  const sections = parseKeyFile(text)
  if (!sections.ok) return undefined
  const [main] = sections.value
  const value = (key: string) => {
    const line = main?.lines.find((one) => one.key === key)
    return line && unescapeValue(line.value)
  }
  const [name, address] = [value('Name'), value(ADDRESS_KEY)]
  return main?.name === 'Desktop Entry' && name && address ? { name, address } : undefined
}

function cannot({ name }: LauncherEntry, why: string): Result<never, Failure> {
  const what = `cannot make a launcher for ${name}`
  return fail({ code: 'bad-launcher', what, why, remedy: 'Choose another name or address' })
}
