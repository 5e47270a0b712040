// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ok } from '../../../../core/result.ts'
import { INSPECT_MS, STATS_MS } from '../../../../main/inspector/inspection.ts'
import { Session } from '../../../../main/session.ts'
import { SettingsFile } from '../../../../main/settings.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'
import { FakeShell } from '../../../fakes/shell.ts'
import { FakeSourceHandle } from '../../../fakes/source-handle.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

let clock: ManualClock
let shell: FakeShell
let handle: FakeSourceHandle
let session: Session

beforeEach(async () => {
  clock = new ManualClock()
  shell = new FakeShell()
  handle = new FakeSourceHandle()
  const home = temporaryFolder()
  session = new Session(
    {
      address: { text: 'fake:x', scheme: 'fake', path: 'x', query: new Map() },
      title: undefined,
      fullscreen: false,
      presenter: undefined,
      headless: true,
      viewOnly: false,
      clipboard: false,
      scale: undefined,
      wait: false,
      reconnect: false,
    },
    {
      openSource: async () => ok(handle),
      isThere: async () => true,
      clock,
      shell,
      settings: await SettingsFile.open({ HOME: home, XDG_CONFIG_HOME: home }),
    },
  )
  await session.open()
  await vi.waitFor(() => expect(session.state.kind).not.toBe('failed'))
  page().framesWanted()
})
afterEach(async () => {
  await session[Symbol.asyncDispose]()
})

const page = () => {
  if (!shell.window) throw new Error('no window was opened')
  return shell.window.request.page
}
const sent = (name: string) => (shell.window?.sent ?? []).filter((one) => one.name === name)

it('tells a page of the source while its inspector is open', async () => {
  clock.advance(10 * INSPECT_MS)
  expect(sent('inspect:changed')).toEqual([])
  page().note('inspect:watch', true)
  await vi.waitFor(() => expect(sent('inspect:changed')).toHaveLength(1))
  expect(sent('inspect:changed')[0]?.args[0]).toMatchObject({
    access: 'memfd',
    engine: { name: expect.stringMatching(/^(native|reference)$/) },
  })
  handle.lose({ code: 'vm-gone', what: 'the VM ended', why: 'it was told to', remedy: 'Start it' })
  await vi.waitFor(() => expect(sent('inspect:changed').at(-1)?.args).toEqual([null]))
  page().note('inspect:watch', false)
  const before = sent('inspect:changed').length
  clock.advance(10 * INSPECT_MS)
  expect(sent('inspect:changed')).toHaveLength(before)
})

it('tells a page the times of the frames that it drew, and a new page nothing', async () => {
  page().note('stats:watch', true)
  handle.frame(1, new Uint8Array(100))
  page().note('frame:presented', 1, 2)
  // The processes are read in between, which takes real time.
  await vi.waitFor(() => {
    clock.advance(STATS_MS)
    expect(sent('stats:changed').length).toBeGreaterThan(0)
  })
  expect(sent('stats:changed')[0]?.args[0]).toMatchObject({
    frames: 1,
    bytes: 100,
    samples: [{ seq: 1 }],
    cpu: { processes: expect.any(Number) },
  })
  await page().calls['session:hello']()
  const before = sent('stats:changed').length
  clock.advance(10 * STATS_MS)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(sent('stats:changed')).toHaveLength(before)
})
