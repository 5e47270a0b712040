// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { channels, MEMORY_SOCKET_SWITCH } from '../../../../core/channels.ts'
import { fail, ok } from '../../../../core/result.ts'
import type { WindowSize } from '../../../../core/settings.ts'
import { registerAppScheme } from '../../../../main/shell/electron/app-scheme.ts'
import { ElectronShell, windowOptions } from '../../../../main/shell/electron/electron-shell.ts'
import type { ShellWindow } from '../../../../main/shell/shell.ts'
import type { Fd, FdListener, Mapping } from '../../../../native-shim/api.ts'
import {
  type BrowserWindow,
  electron,
  type FakePort,
  ipcMain,
  powerSaveBlocker,
} from '../../../fakes/electron.ts'
import { FakePageHandlers } from '../../../fakes/page-handlers.ts'
import { emptyFrame } from '../../../fakes/source-handle.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'
import { pageFolder } from './page-client.ts'

let page: FakePageHandlers
let opened: ShellWindow[]
const env = { XDG_RUNTIME_DIR: temporaryFolder() }

beforeEach(() => {
  electron.reset()
  page = new FakePageHandlers()
  opened = []
})
afterEach(async () => {
  for (const window of opened) await window[Symbol.asyncDispose]()
})

const quiet = () => vi.spyOn(process.stderr, 'write').mockReturnValue(true)

/** An addon that lets the shell listen and nothing more. */
function fakeShim() {
  const closed = Promise.withResolvers<undefined>()
  const listener: FdListener = {
    path: '',
    accept: () => closed.promise,
    [Symbol.dispose]: () => closed.resolve(undefined),
  }
  return {
    listen: () => listener,
    createMemfd: (): Fd => {
      throw new Error('nobody connected')
    },
    map: (): Mapping => {
      throw new Error('nobody connected')
    },
  }
}

async function open(
  shim: ConstructorParameters<typeof ElectronShell>[1] = fail('no addon'),
  size?: WindowSize,
) {
  const shell = new ElectronShell(env, shim, fail('no GPU'), pageFolder())
  const request = {
    title: 'VM',
    fullscreen: false,
    headless: false,
    presenter: 'webgl',
    ...(size && { size }),
    page,
  } as const
  const result = await shell.open(request, new AbortController().signal)
  if (!result.ok) throw new Error(result.failure.why)
  opened.push(result.value)
  return result.value
}

function browser(): BrowserWindow {
  const window = electron.windows.at(-1)
  if (!window) throw new Error('no window was made')
  return window
}

const sender = (window = browser()) => ({
  sender: window.webContents,
  senderFrame: window.webContents.mainFrame as unknown,
})
const call = async (event: unknown, ...args: unknown[]): Promise<unknown> =>
  ipcMain.handlers.get(channels.call)?.(...([event, ...args] as never[]))

describe('the Electron window', () => {
  it.each([
    ['/run/memory', false],
    [undefined, true],
  ])(
    'with the memory socket %s has the sandbox %s, and is locked in every other way',
    (socket, sandbox) => {
      const options = windowOptions({ title: 'VM', fullscreen: true }, '/preload.cjs', socket)
      expect(options).toMatchObject({ title: 'VM', fullscreen: true, show: false })
      expect(options.webPreferences).toMatchObject({
        sandbox,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        spellcheck: false,
        devTools: false,
        preload: '/preload.cjs',
        additionalArguments: socket ? [`${MEMORY_SOCKET_SWITCH}${socket}`] : [],
      })
    },
  )

  it('loads the page from its own scheme, without a menu', async () => {
    const window = await open()
    expect(browser().loaded).toBe('app://scanout/?presenter=webgl')
    expect(browser().shown).toBe(true)
    expect(electron.menu).toBeNull()
    expect(window.sharing.sharing).toBe('stream')
    expect(window.sharing.reason).toContain('no addon')
    expect(String(browser().options.webPreferences['preload'])).toMatch(/\/preload\.cjs$/)
  })

  it('has the size that is remembered', async () => {
    await open(undefined, { width: 1024, height: 700 })
    expect(browser().options).toMatchObject({ width: 1024, height: 700 })
  })

  it('stays on top and keeps the display awake while that is wished', async () => {
    const window = await open()
    window.wish({ keepOnTop: true })
    expect(browser().onTop).toBe(true)
    window.wish({ awake: true })
    window.wish({ awake: true })
    expect([...powerSaveBlocker.running.values()]).toEqual(['prevent-display-sleep'])
    expect(browser().onTop).toBe(true)
    await window[Symbol.asyncDispose]()
    expect(powerSaveBlocker.running.size).toBe(0)
    window.wish({ keepOnTop: false })
    expect(browser().onTop).toBe(true)
  })

  it('never goes anywhere else', async () => {
    await open()
    const { webContents } = browser()
    for (const name of [
      'will-navigate',
      'will-frame-navigate',
      'will-redirect',
      'will-attach-webview',
    ]) {
      const preventDefault = vi.fn()
      webContents.emit(name, { preventDefault })
      expect(preventDefault, name).toHaveBeenCalledOnce()
    }
    expect(webContents.openHandler?.({ url: 'https://example.org' })).toEqual({ action: 'deny' })
  })

  it('says in words that its page could not be loaded', async () => {
    electron.loadError = new Error('ERR_FAILED')
    await expect(open()).rejects.toThrow('ERR_FAILED')
    expect(browser().webContents.destroyed).toBe(true)
    expect(ipcMain.handlers.size).toBe(0)
  })

  it('ends when it is closed, and breaks when its process ends', async () => {
    const first = await open()
    browser().destroy()
    expect(await first.ended).toEqual({ kind: 'closed' })
    await first[Symbol.asyncDispose]()
    const second = await open()
    browser().webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    expect(await second.ended).toMatchObject({ kind: 'broken' })
  })

  it('takes everything with it', async () => {
    const window = await open()
    await window[Symbol.asyncDispose]()
    expect(browser().webContents.destroyed).toBe(true)
    expect(ipcMain.handlers.size).toBe(0)
    expect(ipcMain.eventNames()).toEqual([])
    expect(electron.sessions.get('scanout')?.schemes.size).toBe(0)
  })
})

describe('permissions', () => {
  const wanted = [
    'pointerLock',
    'keyboardLock',
    'fullscreen',
    'clipboard-read',
    'clipboard-sanitized-write',
    'notifications',
    'window-management',
  ]
  const unwanted = ['media', 'geolocation', 'openExternal', 'usb', 'hid', 'serial', 'midi']

  it.each([
    ...wanted.map((name) => [name, 'app://scanout/', true] as const),
    ...wanted.map((name) => [name, 'https://evil.example/', false] as const),
    ...unwanted.map((name) => [name, 'app://scanout/', false] as const),
  ])('%s for %s: %s', async (permission, url, granted) => {
    const warned = quiet()
    await open()
    const session = electron.sessions.get('scanout')
    const { webContents } = browser()
    webContents.url = url
    const callback = vi.fn()
    session?.requestHandler?.(...([webContents, permission, callback, {}] as never[]))
    expect(callback).toHaveBeenCalledExactlyOnceWith(granted)
    const checked = session?.checkHandler?.(...([webContents, permission, url, {}] as never[]))
    expect(checked).toBe(granted)
    expect(session?.deviceHandler?.()).toBe(false)
    warned.mockRestore()
  })
})

describe('messages', () => {
  it('are answered for the page', async () => {
    await open()
    const answer = await call(sender(), 'shot:suggest', [])
    expect(answer).toEqual({ folder: '/pictures', name: 'shot' })
    ipcMain.emit(channels.note, sender(), 'view:visible', [true])
    expect(page.notes).toEqual([{ name: 'view:visible', args: [true] }])
  })

  it('of a wrong name or shape are refused', async () => {
    const warned = quiet()
    await open()
    await expect(call(sender(), 'fs:read', [])).rejects.toThrow('not a call')
    await expect(call(sender(), 'settings:change', [{ x: 1 }])).rejects.toThrow('not a call')
    ipcMain.emit(channels.note, sender(), 'view:visible', ['yes'])
    expect(page.notes).toEqual([])
    warned.mockRestore()
  })

  it.each([
    ['another window', () => ({ ...sender(), sender: {} })],
    ['a frame inside the page', () => ({ ...sender(), senderFrame: { origin: 'app://scanout' } })],
    ['a frame that is gone', () => ({ ...sender(), senderFrame: null })],
    [
      'another origin',
      () => {
        browser().webContents.mainFrame.origin = 'https://evil.example'
        return sender()
      },
    ],
  ])('from %s are dropped', async (_who, from) => {
    const warned = quiet()
    await open()
    await expect(call(from(), 'shot:suggest', [])).rejects.toThrow('not a call')
    ipcMain.emit(channels.note, from(), 'view:visible', [true])
    ipcMain.emit(channels.framesWanted, from())
    expect(page.notes).toEqual([])
    expect(page.frames).toEqual([])
    warned.mockRestore()
  })

  it('reach the page as events', async () => {
    const window = await open()
    window.send('probe:read', 3, true)
    expect(browser().webContents.sent).toEqual([[channels.event, 'probe:read', [3, true]]])
    browser().webContents.destroyed = true
    window.send('probe:read', 4, true)
    expect(browser().webContents.sent.length).toBe(1)
  })
})

describe('frames', () => {
  const mainPort = (): FakePort => {
    const peer = browser().webContents.ports.at(-1)?.peer
    if (!peer) throw new Error('no port was sent')
    return peer
  }

  it('go over one port, each with its bytes alone', async () => {
    const window = await open()
    expect(await window.frames.frame(emptyFrame(1), new Uint8Array(4))).toBe(false)
    ipcMain.emit(channels.framesWanted, sender())
    expect(page.frames).toEqual(['wanted'])
    const pool = Uint8Array.of(1, 2, 3, 4)
    expect(await window.frames.frame(emptyFrame(2), pool.subarray(1, 3))).toBe(true)
    const [posted] = mainPort().posted as { payload: Uint8Array; frame: { seq: number } }[]
    expect(posted?.frame.seq).toBe(2)
    expect([...(posted?.payload ?? [])]).toEqual([2, 3])
    expect(posted?.payload.buffer.byteLength).toBe(2)
  })

  it('begin again on a new port for a page that was reloaded', async () => {
    const window = await open()
    ipcMain.emit(channels.framesWanted, sender())
    const first = mainPort()
    first.emit('close')
    expect(page.frames).toEqual(['wanted', 'dropped'])
    expect(await window.frames.frame(emptyFrame(1), new Uint8Array(1))).toBe(false)
    ipcMain.emit(channels.framesWanted, sender())
    expect(page.frames).toEqual(['wanted', 'dropped', 'wanted'])
    expect(await window.frames.frame(emptyFrame(2), new Uint8Array(1))).toBe(true)
    expect(first.posted).toEqual([])
  })
})

describe('the transport', () => {
  it('is shared memory once the preload has seen the canary', async () => {
    electron.onLoad = () => ipcMain.emit(channels.memoryTried, sender(), '')
    const window = await open(ok(fakeShim()))
    expect(window.sharing.sharing).toBe('shared-memory')
    expect(browser().options.webPreferences['sandbox']).toBe(false)
    expect(String(browser().options.webPreferences['preload'])).toMatch(/memory-preload\.cjs$/)
  })

  it('falls back to the stream, and says what the preload said', async () => {
    electron.onLoad = () => ipcMain.emit(channels.memoryTried, sender(), 'EPERM, mmap')
    const window = await open(ok(fakeShim()))
    expect(window.sharing).toMatchObject({ sharing: 'stream' })
    expect(window.sharing.reason).toContain('EPERM, mmap')
  })
})

describe('app:', () => {
  const get = (target: string, init?: RequestInit): Promise<Response> | undefined =>
    electron.sessions.get('scanout')?.schemes.get('app')?.(new Request(target, init))

  it('is a secure scheme of its own and cannot be opened by everything', () => {
    registerAppScheme()
    const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true }
    expect(electron.privileged).toEqual([{ scheme: 'app', privileges }])
  })

  it('serves the page with its policies', async () => {
    await open()
    const answer = await get('app://scanout/')
    expect(await answer?.text()).toContain('<title>page</title>')
    expect(answer?.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer?.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
  })

  it.each([
    ['app://scanout/../secret.js', 404],
    ['app://scanout/%2e%2e/secret.js', 404],
    ['app://scanout/..%2fsecret.js', 404],
    ['app://scanout/index.js.map', 404],
    ['app://other/index.js', 403],
    ['https://scanout/index.js', 403],
  ])('answers %s with %i', async (target, status) => {
    await open()
    expect((await get(target))?.status).toBe(status)
  })

  it('answers nothing but GET', async () => {
    await open()
    expect((await get('app://scanout/', { method: 'POST' }))?.status).toBe(405)
  })

  it('gives the picture, or why there is none', async () => {
    await open()
    const shot = await get('app://scanout/shot.png?plane=primary&cursor=0')
    expect(shot?.headers.get('content-type')).toBe('image/png')
    expect(page.shots).toEqual([{ plane: 'primary', cursor: false }])
    page.picture = fail({ code: 'no-picture', what: 'w', why: 'y', remedy: 'r' })
    expect((await get('app://scanout/shot.png'))?.status).toBe(503)
    expect((await get('app://scanout/shot.png?plane=x'))?.status).toBe(400)
  })
})

describe('the packed app', () => {
  const config = readFileSync(new URL('../../../../electron-builder.yml', import.meta.url), 'utf8')

  it.each([
    ['runAsNode', false],
    ['enableNodeOptionsEnvironmentVariable', false],
    ['enableNodeCliInspectArguments', false],
    ['onlyLoadAppFromAsar', true],
    ['grantFileProtocolExtraPrivileges', false],
  ])('has the fuse %s set to %s', (fuse, value) => {
    expect(config).toMatch(new RegExp(`^  ${fuse}: ${value}$`, 'm'))
  })
})
