// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { freeName, safeName, savePicture, shotFolder, shotName } from '../../../main/shot-files.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

let folder: string
beforeEach(() => {
  folder = temporaryFolder()
})
const png = Uint8Array.of(1, 2, 3)

describe('a name', () => {
  it('has the VM and the local time', () => {
    expect(shotName('win11', new Date(2026, 0, 2, 3, 4, 5))).toBe(
      'Screenshot_win11_2026-01-02_03-04-05',
    )
  })

  it.each([
    ['../../etc/passwd', 'etc-passwd'],
    ['/absolute', 'absolute'],
    ['a/b\\c:d', 'a-b-c-d'],
    ['.hidden', 'hidden'],
    ['new\nline\x1b[2J', 'new-line--2J'],
    ['dump:/srv/x.json', 'dump--srv-x.json'],
    ['名前 Ünïcode', '名前 Ünïcode'],
    ['', 'Screenshot'],
    ['...', 'Screenshot'],
    ['\u202Eevil', 'evil'],
  ])('made of %j is %j', (text, expected) => expect(safeName(text)).toBe(expected))

  it('fits on every disk', () => {
    expect(Buffer.byteLength(safeName('ü'.repeat(500)))).toBeLessThanOrEqual(240)
  })

  it('moves on past names that are taken', () => {
    writeFileSync(path.join(folder, 'a.png'), '')
    writeFileSync(path.join(folder, 'a-2.json'), '')
    expect(freeName(folder, 'a', ['.png', '.json'])).toBe('a-3')
    expect(freeName(folder, 'b', ['.png'])).toBe('b')
  })
})

describe('saving', () => {
  it('never replaces a file', async () => {
    const paths: string[] = []
    for (let count = 0; count < 3; count += 1) {
      const saved = await savePicture(folder, 'shot', '.png', Uint8Array.of(count))
      paths.push(saved.ok ? path.basename(saved.value.path) : '')
    }
    expect(paths).toEqual(['shot.png', 'shot-2.png', 'shot-3.png'])
    expect([...readFileSync(path.join(folder, 'shot.png'))]).toEqual([0])
  })

  it('takes different names when many save at once', async () => {
    const saved = await Promise.all(
      Array.from({ length: 8 }, () => savePicture(folder, 'shot', '.png', png)),
    )
    expect(new Set(saved.map((one) => (one.ok ? one.value.path : ''))).size).toBe(8)
  })

  it('stays in its folder whatever the name', async () => {
    const inner = path.join(folder, 'inner')
    mkdirSync(inner)
    const saved = await savePicture(inner, '../outside', '.png', png)
    expect(saved.ok && path.dirname(saved.value.path)).toBe(inner)
    expect(readdirSync(folder)).toEqual(['inner'])
  })

  it('makes the folder', async () => {
    const deep = path.join(folder, 'a', 'b')
    expect((await savePicture(deep, 'shot', '.png', png)).ok).toBe(true)
  })

  it.each(['', 'relative/folder', './x', '~'])('refuses the folder %j', async (wanted) => {
    const refused = await shotFolder(wanted)
    expect(refused.ok ? '' : refused.failure.code).toBe('bad-folder')
  })

  it('says why a folder cannot be used', async () => {
    const file = path.join(folder, 'file')
    writeFileSync(file, '')
    const below = await savePicture(path.join(file, 'below'), 'shot', '.png', png)
    expect(below.ok ? '' : below.failure.why).toContain('ENOTDIR')
    const at = await savePicture(file, 'shot', '.png', png)
    expect(at.ok ? '' : at.failure.why).toContain('EEXIST')
    const nowhere = await savePicture('/proc/scanout', 'shot', '.png', png)
    expect(nowhere.ok ? '' : nowhere.failure.what).toContain('/proc/scanout')
  })
})
