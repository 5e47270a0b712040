// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { SettingsFile } from '../../../main/settings.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

let home: string
let env: Record<string, string>
const file = (): string => path.join(home, 'config', 'scanout', 'settings.json')

beforeEach(() => {
  home = temporaryFolder()
  env = { HOME: home, XDG_CONFIG_HOME: path.join(home, 'config') }
})

function write(text: string): void {
  mkdirSync(path.dirname(file()), { recursive: true })
  writeFileSync(file(), text)
}

describe('settings', () => {
  it('begin with their defaults', async () => {
    const { current } = await SettingsFile.open(env)
    expect(current).toEqual({
      scale: 'fit',
      screenshotFolder: home,
      screenshotCursor: true,
      guestFollows: false,
      muted: false,
    })
  })

  it('are remembered', async () => {
    const settings = await SettingsFile.open(env)
    settings.change({ scale: 'integer' })
    settings.change({ screenshotCursor: false })
    await settings.flush()
    const again = await SettingsFile.open(env)
    expect(again.current).toMatchObject({ scale: 'integer', screenshotCursor: false })
    expect(readdirSync(path.dirname(file()))).toEqual(['settings.json'])
  })

  it('can be overridden for a run, which is not remembered', async () => {
    const settings = await SettingsFile.open(env)
    settings.override({ guestFollows: true })
    settings.change({ scale: 'integer' })
    expect(settings.current).toMatchObject({ guestFollows: true, scale: 'integer' })
    await settings.flush()
    expect((await SettingsFile.open(env)).current.guestFollows).toBe(false)
    expect(settings.change({ guestFollows: false }).guestFollows).toBe(false)
    expect(settings.current.guestFollows).toBe(false)
  })

  it.each(['', '{', 'null', '[]', '"fit"', '\0\0\0'])(
    'survive a file that reads %j',
    async (text) => {
      write(text)
      const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
      const { current } = await SettingsFile.open(env)
      warned.mockRestore()
      expect(current.scale).toBe('fit')
    },
  )

  it('keep what is right in a file that is partly wrong', async () => {
    write('{"scale":"huge","screenshotFolder":"relative","screenshotCursor":false,"x":1}')
    const { current } = await SettingsFile.open(env)
    expect(current).toEqual({
      scale: 'fit',
      screenshotFolder: home,
      screenshotCursor: false,
      guestFollows: false,
      muted: false,
    })
  })

  it('hold for the session when the disk refuses', async () => {
    writeFileSync(path.join(home, 'config'), 'a file where the folder should be')
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const settings = await SettingsFile.open(env)
    settings.change({ scale: 'stretch' })
    await settings.flush()
    expect(String(warned.mock.calls)).toContain('cannot remember the settings')
    warned.mockRestore()
    expect(settings.current.scale).toBe('stretch')
  })

  it('are readable by nobody else', async () => {
    const settings = await SettingsFile.open(env)
    settings.change({ scale: '1:1' })
    await settings.flush()
    const { mode } = await import('node:fs/promises').then(({ stat }) => stat(file()))
    expect(mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ scale: '1:1' })
  })

  it.each([
    ['XDG_PICTURES_DIR="$HOME/Bilder"', () => path.join(home, 'Bilder')],
    ['XDG_PICTURES_DIR="/srv/pictures"', () => '/srv/pictures'],
    ['# XDG_PICTURES_DIR="$HOME/No"\nXDG_PICTURES_DIR="$HOME/Yes"\n', () => path.join(home, 'Yes')],
    ['XDG_PICTURES_DIR="relative"', () => home],
    ['XDG_MUSIC_DIR="$HOME/Music"', () => home],
  ])('take the folder from user-dirs.dirs: %j', async (text, expected) => {
    mkdirSync(path.join(home, 'config'))
    writeFileSync(path.join(home, 'config', 'user-dirs.dirs'), text)
    const { current } = await SettingsFile.open(env)
    expect(current.screenshotFolder).toBe(expected())
  })
})
