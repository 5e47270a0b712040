// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { words } from '../../../../renderer/ui/words-window.ts'

const folder = path.resolve(import.meta.dirname, '../../../../renderer/ui')
const components = readdirSync(folder).filter((name) => name.endsWith('.tsx'))

/** Attributes that a person reads or hears. */
const spoken = /\b(?:title|label|placeholder|alt|aria-label|aria-description)="([^"]*\p{L}[^"]*)"/gu
/** Text between two tags, on one line or alone on its own. */
const between = />([^<>{}=]*\p{L}{2}[^<>{}=]*)<\//gu
const alone = /^\s+([\p{Lu}][^{}<>=:;()'"`]*)$/gmu

describe('words that a person reads', () => {
  it.each(components)('do not stand in %s', (name) => {
    const text = readFileSync(path.join(folder, name), 'utf8').replaceAll(
      /^\s*(?:\/\/|\*|\/\*\*).*$/gm,
      '',
    )
    const markup = text.slice(Math.max(0, text.indexOf('return (')))
    const found = [spoken, between, alone].flatMap((pattern) =>
      [...markup.matchAll(pattern)].map(([, said]) => said?.trim()),
    )
    expect(found).toEqual([])
  })

  it('are there, and begin and end as sentences do', () => {
    const said = (value: object): readonly string[] =>
      Object.values(value).flatMap((one: unknown) =>
        typeof one === 'string' ? [one] : typeof one === 'object' && one ? said(one) : [],
      )
    for (const text of said(words)) {
      expect(text.trim()).not.toBe('')
      if (text.length > 40) expect(text).toMatch(/[.?!]$/)
    }
  })
})
