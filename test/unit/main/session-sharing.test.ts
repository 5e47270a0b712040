// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ok } from '../../../core/result.ts'
import { Session } from '../../../main/session.ts'
import { SettingsFile } from '../../../main/settings.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { FakeShell, type FakeWindow } from '../../fakes/shell.ts'
import { FakeSourceHandle } from '../../fakes/source-handle.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

/** Hosts may be slow. */
const patient = { timeout: 30_000 }
vi.setConfig({ testTimeout: 60_000 })

const address = { text: 'fake:', scheme: 'fake', path: '', query: new Map() }
const textures = { sharing: 'shared-texture', copying: 'shared-memory', reason: '' } as const
const options = {
  address,
  title: undefined,
  fullscreen: false,
  headless: false,
  presenter: undefined,
  viewOnly: false,
  clipboard: false,
  scale: undefined,
  wait: false,
  reconnect: false,
} as const

let handle: FakeSourceHandle
let shell: FakeShell
let session: Session

async function open(zeroCopy?: boolean): Promise<FakeWindow> {
  shell = new FakeShell()
  const folder = temporaryFolder()
  const settings = await SettingsFile.open({ HOME: folder, XDG_CONFIG_HOME: folder })
  const openSource = async () => ok(handle)
  const parts = { openSource, isThere: async () => true, clock: new ManualClock(), shell, settings }
  session = new Session({ ...options, ...(zeroCopy === undefined ? {} : { zeroCopy }) }, parts)
  await session.open()
  const { window } = shell
  if (!window) throw new Error('no window was opened')
  window.sharing = textures
  window.request.page.framesWanted()
  await expect.poll(() => handle.told, patient).toContain('watch shared-texture')
  return window
}

beforeEach(() => {
  handle = new FakeSourceHandle()
})
afterEach(() => session[Symbol.asyncDispose]())

describe('a session whose window takes textures', () => {
  it('asks for them unless a person does not want them', async () => {
    expect((await open()).request.zeroCopy).toBe(true)
    await session[Symbol.asyncDispose]()
    handle = new FakeSourceHandle()
    expect((await open(false)).request.zeroCopy).toBe(false)
  })

  it('tells its page and its source when there are none any more', async () => {
    const window = await open()
    window.settle({ sharing: 'stream', copying: 'stream', reason: 'the GPU was reset' })
    const told = window.sent.filter(({ name }) => name === 'sharing:changed')
    expect(told.map(({ args }) => args)).toEqual([['stream', 'the GPU was reset']])
    expect(handle.told.at(-1)).toBe('watch stream')
    const hello = await window.request.page.calls['session:hello']()
    expect(hello).toMatchObject({ sharing: 'stream', sharingReason: 'the GPU was reset' })
  })

  it('has bytes for a page that makes something of them, until another page comes', async () => {
    const window = await open()
    window.request.page.note('frame:copy', true)
    expect(handle.told.at(-1)).toBe('watch shared-memory')
    await window.request.page.calls['session:hello']()
    expect(handle.told.at(-1)).toBe('watch shared-texture')
  })
})
