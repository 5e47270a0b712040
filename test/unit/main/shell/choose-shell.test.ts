// SPDX-License-Identifier: GPL-2.0-or-later
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasDisplay } from '../../../../main/display-server.ts'
import { chooseShell, findElectron } from '../../../../main/shell/choose-shell.ts'
import { chooseTransport, transports } from '../../../../main/transport/transports.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const folder = temporaryFolder

function electronIn(dist: string): string {
  mkdirSync(dist, { recursive: true })
  const file = path.join(dist, 'electron')
  writeFileSync(file, '')
  chmodSync(file, 0o755)
  return file
}

describe('the shell', () => {
  it.each([
    [undefined, '/electron', 'electron'],
    [undefined, undefined, 'chromium'],
    ['chromium', '/electron', 'chromium'],
    ['chromium', undefined, 'chromium'],
    ['electron', '/electron', 'electron'],
  ] as const)('asked for as %s with Electron at %s is %s', (wanted, electron, expected) => {
    expect(chooseShell(wanted, electron)).toEqual({ ok: true, value: expected })
  })

  it('is refused in words when Electron is asked for and missing', () => {
    const chosen = chooseShell('electron', undefined)
    expect(chosen.ok ? '' : chosen.failure.code).toBe('no-electron')
  })

  it('finds Electron only where its program really is', () => {
    const app = folder()
    expect(findElectron({}, app)).toBeUndefined()
    mkdirSync(path.join(app, 'node_modules', 'electron'), { recursive: true })
    expect(findElectron({}, app)).toBeUndefined()
    const file = electronIn(path.join(app, 'node_modules', 'electron', 'dist'))
    expect(findElectron({}, app)).toBe(file)
    expect(findElectron({ ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' }, app)).toBeUndefined()
    const other = electronIn(folder())
    expect(findElectron({ ELECTRON_OVERRIDE_DIST_PATH: path.dirname(other) }, app)).toBe(other)
  })

  it('is the window of the package that the program is a part of', () => {
    const installed = folder()
    const app = path.join(installed, 'resources', 'program')
    mkdirSync(app, { recursive: true })
    expect(findElectron({}, app)).toBeUndefined()
    const window = path.join(installed, 'scanout-window')
    writeFileSync(window, '', { mode: 0o755 })
    expect(findElectron({}, app)).toBe(window)
    expect(findElectron({ ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' }, app)).toBeUndefined()
  })
})

describe('the transport', () => {
  it.each([
    ['chromium', undefined, undefined, 'stream', 'stream'],
    ['chromium', undefined, 'no addon', 'stream', 'stream'],
    ['electron', 'no GPU', undefined, 'shared-memory', 'shared-memory'],
    ['electron', 'no GPU', 'no addon', 'stream', 'stream'],
    ['electron', undefined, undefined, 'shared-texture', 'shared-memory'],
    ['electron', undefined, 'no addon', 'shared-texture', 'stream'],
  ] as const)('in %s with the objections %s and %s is %s, and copies by %s', (...row) => {
    const [shell, textureObjection, memoryObjection, sharing, copying] = row
    const choice = chooseTransport({ shell, textureObjection, memoryObjection })
    expect(choice).toMatchObject({ sharing, copying })
  })

  it('says why each better one was not taken', () => {
    const { reason } = chooseTransport({
      shell: 'electron',
      textureObjection: 'no GPU',
      memoryObjection: 'canary died',
    })
    expect(reason).toContain('no shared-texture: no GPU')
    expect(reason).toContain('no shared-memory: canary died')
  })

  it('always has one that works at the end of its table', () => {
    const facts = { shell: 'chromium', textureObjection: 'x', memoryObjection: 'x' } as const
    expect(transports.at(-1)?.objection(facts)).toBe(undefined)
    expect(new Set(transports.map(({ sharing }) => sharing)).size).toBe(3)
  })
})

describe('a display', () => {
  it('is missing without its variables, or when nothing answers behind them', async () => {
    expect(await hasDisplay({})).toBe(false)
    expect(await hasDisplay({ DISPLAY: '' })).toBe(false)
    expect(await hasDisplay({ DISPLAY: ':63999' })).toBe(false)
    expect(await hasDisplay({ DISPLAY: 'nonsense' })).toBe(false)
    const runtime = folder()
    const wayland = { WAYLAND_DISPLAY: 'wayland-0', XDG_RUNTIME_DIR: runtime }
    expect(await hasDisplay(wayland)).toBe(false)
    writeFileSync(path.join(runtime, 'wayland-0'), '')
    expect(await hasDisplay(wayland)).toBe(false)
  })

  it('is there when its socket accepts', async () => {
    const runtime = folder()
    const server = createServer((socket) => socket.end())
    const listening = Promise.withResolvers<void>()
    server.listen(path.join(runtime, 'wayland-7'), listening.resolve)
    await listening.promise
    expect(await hasDisplay({ WAYLAND_DISPLAY: 'wayland-7', XDG_RUNTIME_DIR: runtime })).toBe(true)
    expect(await hasDisplay({ WAYLAND_DISPLAY: path.join(runtime, 'wayland-7') })).toBe(true)
    server.close()
  })

  it('on another host is believed', async () => {
    expect(await hasDisplay({ DISPLAY: 'host:0' })).toBe(true)
    expect(await hasDisplay({ DISPLAY: 'localhost:10.0' })).toBe(true)
  })
})
