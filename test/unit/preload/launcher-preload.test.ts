// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { channels } from '../../../core/channels.ts'
import type { LauncherBridge } from '../../../core/launcher-protocol.ts'
import { contextBridge, ipcRenderer } from '../../fakes/electron.ts'

let page: { scanoutLauncher?: LauncherBridge }
beforeAll(() => import('../../../preload/launcher-preload.ts'))
beforeEach(() => {
  page = {}
  ipcRenderer.sent.length = 0
  vi.stubGlobal('window', page)
  const [script] = contextBridge.executed
  if (!script) throw new Error('the preload does nothing')
  script.func(...(script.args as never[]))
})

function bridge(): LauncherBridge {
  if (!page.scanoutLauncher) throw new Error('no bridge was installed')
  return page.scanoutLauncher
}

describe("what the launcher's page gets of Electron", () => {
  it('is the listed names and nothing else', async () => {
    expect(Object.keys(bridge()).sort()).toEqual(['call', 'on', 'onClosed', 'tell'])
    await bridge().call('launcher:forget', 'qemu:/a')
    bridge().tell('view:visible', true)
    expect(ipcRenderer.sent).toEqual([
      [channels.call, 'launcher:forget', ['qemu:/a']],
      [channels.note, 'view:visible', [true]],
    ])
    await expect(bridge().call('session:hello' as 'launcher:hello')).rejects.toThrow('not a name')
    expect(() => bridge().tell('input:events' as 'log:problem', '')).toThrow('not a name')
    expect(() => bridge().on('session:changed' as 'found:changed', () => {})).toThrow('not a name')
  })

  it('cannot be replaced by the page', () => {
    expect(Object.isFrozen(bridge())).toBe(true)
    expect(Object.getOwnPropertyDescriptor(page, 'scanoutLauncher')).toMatchObject({
      writable: false,
    })
  })

  it('hears events until it does not want to', () => {
    const heard: unknown[] = []
    const undo = bridge().on('found:changed', (found) => heard.push(found))
    ipcRenderer.emit(channels.event, {}, 'found:changed', [[]])
    undo()
    ipcRenderer.emit(channels.event, {}, 'found:changed', [[]])
    expect(heard).toEqual([[]])
  })
})
