// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../packaging/command-tables.ts'
import { environmentRows, manual } from '../../packaging/manual.ts'
import { root } from '../../packaging/places.ts'
import { plain } from '../../packaging/roff.ts'
import { isThere, run } from '../../packaging/run.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'

const line = await commandLine()
const page = manual(line, '2026-01-02')

describe('the man page', () => {
  it.each(line.commands)('tells all of $name', ({ name, summary, operands, options, notes }) => {
    const [, part = ''] = page.split(`.SS "${plain(`scanout ${name}`)}`)
    const text = part.split(/^\.S[SH]/m)[0] ?? ''
    expect(text).toContain(plain(summary))
    for (const { help } of operands) expect(text).toContain(plain(help))
    for (const [option, { help }] of Object.entries(options)) {
      expect(text).toContain(`\\fB${plain(`--${option}`)}\\fR`)
      expect(text).toContain(plain(help))
    }
    for (const note of notes ?? []) expect(text).toContain(plain(note))
  })

  it('tells every address', () => {
    for (const [form, meaning] of line.addresses) {
      expect(page).toContain(plain(form))
      expect(page).toContain(plain(meaning))
    }
  })

  it('tells every variable that the program reads', () => {
    const told = environmentRows.flatMap(([names]) => names.split(', '))
    // Set by the program for itself, or for its tests.
    const inner = ['SCANOUT_RESULT_FILE', 'SCANOUT_SHIM']
    const read = ['main', 'native-shim', 'core']
      .flatMap((folder) =>
        readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
          path.join(root, folder, name),
        ),
      )
      .filter((file) => file.endsWith('.ts') && !file.includes('/build/'))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\benv\['([A-Z_]+)'\]/g)])
      .map(([, name = '']) => name)
    expect(read.length).toBeGreaterThan(5)
    expect(
      [...new Set(read)].filter((name) => !told.includes(name) && !inner.includes(name)),
    ).toEqual([])
  })

  it.skipIf(!isThere('mandoc'))('has no fault of form (needs the Debian package mandoc)', () => {
    const file = path.join(temporaryFolder(), 'scanout.1')
    writeFileSync(file, page)
    const { stdout } = run('mandoc', ['-T', 'lint', '-W', 'warning', file])
    expect(stdout).toBe('')
  })

  it.skipIf(!isThere('mandoc'))('shows as it was meant (needs the Debian package mandoc)', () => {
    const file = path.join(temporaryFolder(), 'scanout.1')
    writeFileSync(file, page)
    const text = overstruck(run('mandoc', ['-T', 'ascii', file]).stdout)
    expect(text).toContain('scanout screenshot ADDRESS')
    expect(text).toContain('-o, --output FILE.png')
    expect(text).toMatch(/--plane primary\|overlay\|cursor/)
    expect(text).not.toMatch(/\\[fe(-]/)
  })
})

/** What is left on paper of letters that are struck twice, or underlined by going back. */
function overstruck(text: string): string {
  return text
    .split('\b')
    .map((part, at, all) => (at + 1 < all.length ? part.slice(0, -1) : part))
    .join('')
}

describe('text for roff', () => {
  it.each([
    ['a-b', 'a\\-b'],
    ['.TH', '\\&.TH'],
    ['C:\\fBold', 'C:\\efBold'],
    ["'tis", '\\(aqtis'],
    ['VM…', 'VM...'],
  ])('%s is %s', (text, roff) => {
    expect(plain(text)).toBe(roff)
  })
})
