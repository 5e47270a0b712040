// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Found } from '../../../../core/launcher-protocol.ts'
import { viewerWords } from '../../../../main/launcher/target.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const row = { id: 'x', name: 'x', what: '', usable: true, why: '', remedy: '', fix: '' } as const
const found: readonly Found[] = [
  { ...row, kind: 'vm', address: 'qemu:/run/vm.qmp' },
  { ...row, kind: 'recent', address: 'qemu:/run/old.qmp' },
  { ...row, kind: 'recent', address: 'dump:/tmp/a.json' },
  { ...row, kind: 'vm', address: '' },
]

describe('what a person wants opened', () => {
  let cwd: string
  beforeEach(() => {
    cwd = temporaryFolder()
    for (const name of ['a.scanout', 'b.vv', 'c.json', '-d.scanout']) {
      writeFileSync(path.join(cwd, name), '')
    }
    mkdirSync(path.join(cwd, 'folder'))
  })
  const words = (target: string) => viewerWords(target, found, cwd)

  // biome-ignore format: one row per target
  it.each([
    ['demo:',              ['view', '--', 'demo:']],
    ['  demo:?still=1 ',   ['view', '--', 'demo:?still=1']],
    ['qemu:/run/vm.qmp',   ['view', '--', 'qemu:/run/vm.qmp']],
    ['qemu:/run/old.qmp',  ['view', '--wait', '--', 'qemu:/run/old.qmp']],
    ['dump:/tmp/a.json',   ['view', '--', 'dump:/tmp/a.json']],
    ['scanout:libvirt:x',  ['view', '--', 'scanout:libvirt:x']],
  ])('%j is shown by %j', (target, expected) => {
    expect(words(target)).toEqual({ ok: true, value: expected })
  })

  it.each(['a.scanout', 'b.vv', 'c.json', './a.scanout', '-d.scanout', 'folder/../a.scanout'])(
    'the file %s is opened by its whole path',
    (file) => {
      expect(words(file)).toEqual({ ok: true, value: ['view', '--', path.resolve(cwd, file)] })
    },
  )

  it('may be at home', () => {
    const [result, there] = [words('~/nowhere.scanout'), path.join(homedir(), 'nowhere.scanout')]
    expect(result).toMatchObject({ ok: false, failure: { why: 'there is no such file' } })
    expect(there.startsWith('/')).toBe(true)
  })

  it.each([
    '',
    '--headless',
    '-h',
    '--qmp=/x',
    'nonsense',
    'folder',
    'gone.vv',
    'c.json\0',
    'view',
  ])('is refused when it is %j', (target) => expect(words(target).ok).toBe(false))

  it('never gives the viewer an option that was typed', () => {
    for (const target of ['--stats=/tmp/x demo:', '-demo:', '--wait', 'demo: --fullscreen']) {
      const result = words(target)
      if (result.ok) expect(result.value.indexOf('--')).toBe(result.value.length - 2)
    }
  })
})
