// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseKeyFile } from '../../../../core/key-file.ts'
import { desktopEntry, execArgument, readEntry } from '../../../../main/launchers/desktop-entry.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const start = {
  name: 'Office',
  address: 'libvirt:office',
  icon: 'org.scanout.Scanout.vm-office',
  command: ['/opt/Scanout/scanout', 'view', '--wait', '--', 'libvirt:office'] as const,
}

const awkward = [
  '',
  ' ',
  'plain',
  'two words',
  '"quoted"',
  "'single'",
  'back\\slash',
  '\\\\',
  '\\s\\n',
  '`id`',
  '$(id)',
  '$HOME',
  '100%',
  '%U %c %%',
  'a;b&c|d>e<f',
  '#no comment',
  '*?~',
  'libvirt:x?uri=qemu%3A///system',
  'ünïcode 日本',
  '--help',
  '=',
]

/** `Exec` by the specification, read back without our own writer: string escapes, quotes, field codes. */
function argumentsOf(entry: string): string[] {
  const raw = /^Exec=(.*)$/m.exec(entry)?.[1] ?? ''
  const line = raw.replaceAll(/\\(.)/g, (_, letter) => (letter === 's' ? ' ' : letter))
  const words: string[] = []
  const pattern = /\s*(?:"((?:[^"\\`$]|\\["`$\\])*)"|([^\s"'\\><~|&;$*?#()`]+))(?=\s|$)/gy
  let at = 0
  for (let match = pattern.exec(line); match; match = pattern.exec(line)) {
    const [all, quoted, plain] = match
    at += all.length
    words.push((quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '').replaceAll('%%', '%'))
  }
  expect(at).toBe(line.length)
  return words
}

function entryOf(wish: Partial<Parameters<typeof desktopEntry>[0]>): string {
  const entry = desktopEntry({ ...start, ...wish })
  if (!entry.ok) throw new Error(entry.failure.why)
  return entry.value
}

describe('a desktop entry', () => {
  it.each(awkward)('starts the viewer with %j as it is', (word) => {
    const command = ['/opt/My VMs/scan%out', 'view', `--title=${word}`, word] as const
    expect(argumentsOf(entryOf({ command }))).toEqual(command)
  })

  it('quotes nothing that needs no quotes', () => {
    expect(start.command.map(execArgument)).toEqual(start.command)
  })

  it.each(awkward.filter((name) => name !== ''))('is read back with the name %j', (name) => {
    const address = `libvirt:${name}`
    expect(readEntry(entryOf({ name, address }))).toEqual({ name, address })
  })

  it('has each key once, and a program that must be there', () => {
    const parsed = parseKeyFile(entryOf({}))
    expect(parsed.ok && parsed.value).toHaveLength(1)
    const text = entryOf({})
    expect(text).toMatch(/^TryExec=\/opt\/Scanout\/scanout$/m)
    expect(text).toMatch(/^Icon=org\.scanout\.Scanout\.vm-office$/m)
    expect(text).toMatch(/^Terminal=false$/m)
  })

  it.each([
    ['a line end in its name', { name: 'a\nExec=sh' }],
    ['a line end in its address', { address: 'libvirt:a\nExec=sh' }],
    ['a NUL', { command: ['/x', 'a\0b'] as const }],
    ['a name that reads backwards', { name: 'a\u202eb' }],
    ['a program that looks like a variable', { command: ['/opt/a=b/scanout'] as const }],
  ])('is not written with %s', (_, wish) => {
    expect(desktopEntry({ ...start, ...wish })).toMatchObject({ failure: { code: 'bad-launcher' } })
  })

  it.each(['', '[Desktop Entry]\nName=x', '[Other]\nName=x\nX-Scanout-Address=demo:', 'nonsense'])(
    'is none of ours: %j',
    (text) => {
      expect(readEntry(text)).toBeUndefined()
    },
  )
})

const validator = spawnSync('desktop-file-validate', ['--version'], { encoding: 'utf8' })

describe.skipIf(validator.error)('desktop-file-validate (needs desktop-file-utils)', () => {
  it.each(awkward.filter((name) => name.trim() !== ''))('takes an entry of %j', (name) => {
    const file = path.join(temporaryFolder(), 'org.scanout.Scanout.vm-x.desktop')
    writeFileSync(file, entryOf({ name, command: ['/opt/Scanout/scanout', 'view', name] }))
    const { stdout, stderr } = spawnSync('desktop-file-validate', [file], { encoding: 'utf8' })
    expect(stdout + stderr).toBe('')
  })
})
