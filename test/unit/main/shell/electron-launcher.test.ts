// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { channels } from '../../../../core/channels.ts'
import type { LauncherCalls } from '../../../../core/launcher-protocol.ts'
import { fail, ok } from '../../../../core/result.ts'
import { ElectronShell } from '../../../../main/shell/electron/electron-shell.ts'
import type { LauncherHandlers, LauncherWindow } from '../../../../main/shell/shell.ts'
import { type BrowserWindow, electron, ipcMain } from '../../../fakes/electron.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'
import { pageFolder } from './page-client.ts'

const env = { XDG_RUNTIME_DIR: temporaryFolder() }
const notes: unknown[][] = []
const calls = {
  'launcher:hello': async () => ({ found: [], qemuOptions: '', libvirtXml: '', stays: false }),
} as unknown as LauncherCalls
const page: LauncherHandlers = {
  calls,
  note: (...note) => notes.push(note),
  picture: async (key) => ok(Buffer.from(key)),
}
let window: LauncherWindow

beforeEach(async () => {
  electron.reset()
  notes.length = 0
  const shell = new ElectronShell(env, fail('no addon'), fail('no addon'), pageFolder())
  const opened = await shell.openLauncher({ headless: false, page }, new AbortController().signal)
  if (!opened.ok) throw new Error(opened.failure.why)
  window = opened.value
})
afterEach(async () => {
  await window[Symbol.asyncDispose]()
})

function browser(): BrowserWindow {
  const made = electron.windows.at(-1)
  if (!made) throw new Error('no window was made')
  return made
}
const sender = () => ({
  sender: browser().webContents,
  senderFrame: browser().webContents.mainFrame as unknown,
})
const call = async (name: string, ...args: unknown[]): Promise<unknown> =>
  ipcMain.handlers.get(channels.call)?.(...([sender(), name, args] as never[]))

describe('the launcher in Electron', () => {
  it('is smaller than a viewer, in its sandbox, with its own preload', () => {
    const { options, loaded, shown } = browser()
    expect(options).toMatchObject({ title: 'Scanout', width: 860, fullscreen: false })
    expect(options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true })
    expect(String(options.webPreferences['preload'])).toMatch(/\/launcher-preload\.cjs$/)
    expect([loaded, shown]).toEqual(['app://scanout/', true])
  })

  it('answers its own calls and none of the viewer', async () => {
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(await call('launcher:hello')).toMatchObject({ found: [] })
    await expect(call('session:hello')).rejects.toThrow('not a call')
    ipcMain.emit(channels.note, sender(), 'view:visible', [true])
    ipcMain.emit(channels.note, sender(), 'frame:resend', [])
    expect(notes).toEqual([['view:visible', true]])
    warned.mockRestore()
  })

  it('gives pictures of what was shown, and of nothing else', async () => {
    const serve = electron.sessions.get('scanout')?.schemes.get('app')
    const ask = async (at: string) => serve?.(new Request(`app://scanout/${at}`))
    const key = 'a'.repeat(32)
    const picture = await ask(`picture/${key}.png?5`)
    expect([picture?.status, picture?.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(await picture?.text()).toBe(key)
    expect((await ask('picture/x.png'))?.status).toBe(404)
    expect((await ask('shot.png'))?.status).toBe(404)
  })

  it('hears what was found', () => {
    window.send('found:changed', [])
    expect(browser().webContents.sent).toEqual([[channels.event, 'found:changed', [[]]]])
  })

  it('ends when it is closed, and takes everything with it', async () => {
    browser().destroy()
    expect(await window.ended).toEqual({ kind: 'closed' })
    await window[Symbol.asyncDispose]()
    expect(ipcMain.handlers.size).toBe(0)
    expect(ipcMain.eventNames()).toEqual([])
    expect(electron.sessions.get('scanout')?.schemes.size).toBe(0)
  })

  it('breaks when its process ends', async () => {
    browser().webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    expect(await window.ended).toMatchObject({ kind: 'broken' })
  })
})
