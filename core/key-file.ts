// SPDX-License-Identifier: GPL-2.0-or-later
import { fail, ok, type Result } from './result.ts'

// Files of `[section]` and `key=value` as GLib's key files and the Desktop Entry Specification 1.5 have
// them: session files, virt-viewer's .vv, desktop entries.

/** One `key=value`; the value without the blanks around it and with its escapes as they stand. */
export type KeyLine = { readonly key: string; readonly value: string; readonly line: number }

export type KeySection = {
  readonly name: string
  readonly line: number
  readonly lines: readonly KeyLine[]
}

/** What is wrong with a text, and in which of its lines, counted from 1. */
export type TextProblem = { readonly line: number; readonly why: string; readonly remedy: string }

const sectionLine = /^\[([^[\]\p{Cc}]+)\]$/u
const keyLine = /^([A-Za-z0-9-]+(?:\[[^\]]*\])?)[ \t]*=[ \t]*(.*)$/s

/** Reads the sections in order. A section or a key that stands twice is a problem, as is any other line. */
export function parseKeyFile(text: string): Result<readonly KeySection[], TextProblem> {
  const sections: { name: string; line: number; lines: KeyLine[] }[] = []
  const begun = new Map<string, number>()
  const said = new Map<string, number>()
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = at + 1
    const content = raw.trim()
    if (content === '' || content.startsWith('#')) continue
    const name = sectionLine.exec(content)?.[1]
    const current = sections.at(-1)
    if (name !== undefined) {
      const twice = begun.get(name)
      if (twice) return problem(line, `[${name}] began in line ${twice} already`, 'Keep one')
      begun.set(name, line)
      said.clear()
      sections.push({ name, line, lines: [] })
      continue
    }
    const [, key, value] = keyLine.exec(content) ?? []
    if (key === undefined || value === undefined) {
      return problem(
        line,
        'it is neither [section] nor key=value',
        'Write key=value, or # before it',
      )
    }
    if (!current) {
      return problem(line, `${key} stands before the first [section]`, 'Move it below')
    }
    const twice = said.get(key)
    if (twice) return problem(line, `${key} stands in line ${twice} already`, 'Keep one')
    said.set(key, line)
    current.lines.push({ key, value, line })
  }
  return ok(sections)
}

const escapes: Readonly<Record<string, string>> = {
  s: ' ',
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
}

/** A value without its escapes; undefined when a backslash stands before something else. */
export function unescapeValue(value: string): string | undefined {
  let isRight = true
  const text = value.replaceAll(/\\(.?)/gs, (_, letter: string) => {
    const meant = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined
    if (meant === undefined) isRight = false
    return meant ?? ''
  })
  return isRight ? text : undefined
}

/** A value as it is written: the opposite of {@link unescapeValue}. */
export function escapeValue(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
    .replace(/^ /, '\\s')
    .replace(/ $/, '\\s')
}

function problem(line: number, why: string, remedy: string): Result<never, TextProblem> {
  return fail({ line, why, remedy })
}
