// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { initialSettings } from '../../../core/settings.ts'
import { SettingsFile } from '../../../main/settings.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

const uuid = 'c0ffee00-0000-4000-8000-000000000001'
const other = 'c0ffee00-0000-4000-8000-000000000002'
let home: string
let env: Record<string, string>
const folder = (): string => path.join(home, 'config', 'scanout')
const file = (): string => path.join(folder(), 'settings.json')

beforeEach(() => {
  home = temporaryFolder()
  env = { HOME: home, XDG_CONFIG_HOME: path.join(home, 'config') }
})

function write(text: string): void {
  mkdirSync(folder(), { recursive: true })
  writeFileSync(file(), text)
}

async function openFor(address: string, uuid?: string): Promise<SettingsFile> {
  const settings = await SettingsFile.open(env)
  await settings.takeVm(address, uuid)
  return settings
}

async function quietly<T>(work: () => Promise<T>): Promise<[T, string]> {
  const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const done = await work()
  const said = String(warned.mock.calls)
  warned.mockRestore()
  return [done, said]
}

describe('settings', () => {
  it('begin with their defaults', async () => {
    const { current } = await SettingsFile.open(env)
    expect(current).toEqual({ ...initialSettings, screenshotFolder: home, recordingFolder: home })
  })

  it('are remembered', async () => {
    const settings = await SettingsFile.open(env)
    settings.change({ scale: 'integer' })
    settings.change({ screenshotCursor: false })
    await settings.flush()
    const again = await SettingsFile.open(env)
    expect(again.current).toMatchObject({ scale: 'integer', screenshotCursor: false })
    expect(readdirSync(folder())).toEqual(['settings.json'])
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

  it.each(['', '{', 'null', '[]', '"fit"', '\0\0\0', '{"schema":2,"settings":[1]}'])(
    'survive a file that reads %j',
    async (text) => {
      write(text)
      const [{ current }] = await quietly(() => SettingsFile.open(env))
      expect(current.scale).toBe('fit')
    },
  )

  it('do not read a file that nobody of ours has written', async () => {
    write(`{"schema":2,"settings":{"scale":"integer"}}${' '.repeat(1 << 20)}`)
    const [{ current }, said] = await quietly(() => SettingsFile.open(env))
    expect(current.scale).toBe('fit')
    expect(said).toContain('it is no settings file')
  })

  it('keep what is right in a file that is partly wrong', async () => {
    write('{"scale":"huge","screenshotFolder":"relative","screenshotCursor":false,"x":1}')
    const { current } = await SettingsFile.open(env)
    expect(current).toEqual({
      ...initialSettings,
      screenshotFolder: home,
      recordingFolder: home,
      screenshotCursor: false,
    })
  })

  it('take over the first form of the file', async () => {
    write('{"scale":"integer","screenshotFolder":"/srv/shots","muted":true}\n')
    const settings = await openFor('demo:')
    const before = { scale: 'integer', screenshotFolder: '/srv/shots', muted: true }
    expect(settings.current).toMatchObject(before)
    settings.set('global', { zoom: 150 })
    await settings.flush()
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
      schema: 2,
      settings: { ...before, zoom: 150 },
    })
  })

  it('leave alone what a newer Scanout has written', async () => {
    write('{"schema":7,"settings":{"scale":"integer","hue":12}}')
    const settings = await SettingsFile.open(env)
    expect(settings.current.scale).toBe('integer')
    settings.change({ scale: 'fit' })
    await settings.flush()
    const kept = { schema: 7, settings: { scale: 'fit', hue: 12 } }
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual(kept)
  })

  it('keep the changes of two viewers at once', async () => {
    const [one, two] = [await openFor('demo:'), await openFor('dump:x')]
    one.change({ screenshotCursor: false })
    await one.flush()
    two.change({ screenshotFormat: 'webp' })
    await two.flush()
    const { current } = await SettingsFile.open(env)
    expect(current).toMatchObject({ screenshotCursor: false, screenshotFormat: 'webp' })
  })

  it('hold for the session when the disk refuses', async () => {
    writeFileSync(path.join(home, 'config'), 'a file where the folder should be')
    const [settings, said] = await quietly(async () => {
      const opened = await SettingsFile.open(env)
      opened.change({ scale: 'stretch' })
      await opened.flush()
      return opened
    })
    expect(said).toContain('cannot remember the settings')
    expect(settings.current.scale).toBe('stretch')
  })

  it('sweep away what a killed viewer left, and nothing else', async () => {
    write('{}')
    const old = ['.settings.json.0123456789ab', '.mine', 'settings.json.bak']
    const fresh = '.settings.json.ba9876543210'
    for (const name of [...old, fresh]) writeFileSync(path.join(folder(), name), '')
    for (const name of old) utimesSync(path.join(folder(), name), 0, 0)
    await SettingsFile.open(env)
    const left = ['settings.json', ...old.slice(1), fresh].sort()
    await vi.waitFor(() => expect(readdirSync(folder()).sort()).toEqual(left))
  })

  it('are readable by nobody else', async () => {
    const settings = await openFor('demo:')
    settings.change({ scale: '1:1', screenshotCursor: false })
    await settings.flush()
    const [vm] = readdirSync(path.join(folder(), 'vms'))
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(statSync(path.join(folder(), 'vms', vm ?? '')).mode & 0o777).toBe(0o600)
    expect(statSync(path.join(folder(), 'vms')).mode & 0o777).toBe(0o700)
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

describe('settings of a VM', () => {
  it('are its own, and what holds for all is everybody else’s', async () => {
    const settings = await openFor('demo:')
    settings.change({ scale: 'integer', screenshotCursor: false })
    await settings.flush()
    expect((await openFor('demo:')).current.scale).toBe('integer')
    const other = await openFor('dump:/tmp/x.json')
    expect(other.current).toMatchObject({ scale: 'fit', screenshotCursor: false })
    expect(other.layers.vm).toEqual({})
  })

  it('go before what holds for all VMs, until they are reset', async () => {
    const settings = await openFor('demo:')
    settings.set('global', { scale: 'stretch', muted: true })
    settings.set('vm', { scale: 'integer' })
    expect(settings.current).toMatchObject({ scale: 'integer', muted: true })
    settings.reset('vm')
    expect(settings.current.scale).toBe('stretch')
    settings.reset('global', ['scale'])
    expect(settings.current).toMatchObject({ scale: 'fit', muted: true })
    await settings.flush()
    const again = await openFor('demo:')
    expect(again.layers).toEqual({
      global: { ...initialSettings, screenshotFolder: home, recordingFolder: home, muted: true },
      vm: {},
    })
  })

  it('hold nothing that is one for all', async () => {
    const settings = await openFor('demo:')
    settings.set('vm', { screenshotCursor: false, zoom: 200 })
    expect(settings.layers.vm).toEqual({ zoom: 200 })
    await settings.flush()
    const [name] = readdirSync(path.join(folder(), 'vms'))
    const written = path.join(folder(), 'vms', name ?? '')
    const hostile = { schema: 2, vm: 'demo:', settings: { screenshotCursor: false, zoom: 9999 } }
    writeFileSync(written, JSON.stringify(hostile))
    expect((await openFor('demo:')).layers.vm).toEqual({})
  })

  it('follow the VM from its address to its UUID', async () => {
    const settings = await openFor('qemu:/run/vm.sock')
    settings.change({ scale: 'integer', zoom: 50 })
    await settings.takeVm('qemu:/run/vm.sock', uuid)
    expect(settings.current).toMatchObject({ scale: 'integer', zoom: 50 })
    settings.change({ zoom: 75 })
    await settings.flush()
    const elsewhere = await openFor('qemu:/other.sock', uuid)
    expect(elsewhere.current).toMatchObject({ scale: 'integer', zoom: 75 })
    // The window is there before the VM said who it is.
    const before = await openFor('qemu:/run/vm.sock')
    expect(before.current).toMatchObject({ scale: 'integer', zoom: 75 })
    before.reset('vm')
    await before.flush()
    expect((await openFor('qemu:/run/vm.sock', uuid)).layers.vm).toEqual({})
  })

  it('are not those of another VM that has taken its address', async () => {
    const first = await openFor('qemu:/run/vm.sock', uuid)
    first.change({ zoom: 75 })
    await first.flush()
    const second = await openFor('qemu:/run/vm.sock')
    expect(second.current.zoom).toBe(75)
    await second.takeVm('qemu:/run/vm.sock', other)
    expect(second.current.zoom).toBe(100)
    second.change({ zoom: 200 })
    await second.flush()
    expect((await openFor('qemu:/run/vm.sock')).current.zoom).toBe(200)
    expect((await openFor('qemu:/run/vm.sock', uuid)).current.zoom).toBe(75)
  })

  it.each([5, '../../etc/passwd', 'c0ffee00', null])('are not read where %j points', async (is) => {
    const settings = await openFor('demo:')
    settings.change({ zoom: 75 })
    await settings.flush()
    const [name] = readdirSync(path.join(folder(), 'vms'))
    const pointer = { schema: 2, vm: 'demo:', is, settings: { zoom: 50 } }
    writeFileSync(path.join(folder(), 'vms', name ?? ''), JSON.stringify(pointer))
    expect((await openFor('demo:')).current.zoom).toBe(50)
  })

  it.each(['../../../etc/passwd', '\0', 'x'.repeat(100_000), 'ünïcode/…'])(
    'are kept in the folder whatever the VM is called',
    async (key) => {
      const settings = await openFor(key)
      settings.change({ zoom: 125 })
      await settings.flush()
      expect(readdirSync(path.join(folder(), 'vms'))).toEqual([
        expect.stringMatching(/^[0-9a-f]{32}\.json$/),
      ])
      expect((await openFor(key)).current.zoom).toBe(125)
    },
  )
})
