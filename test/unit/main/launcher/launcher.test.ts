// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Failure } from '../../../../core/failure.ts'
import { fail, ok, type Result } from '../../../../core/result.ts'
import { Discovery } from '../../../../main/discovery/discovery.ts'
import type { Provider, Sighting } from '../../../../main/discovery/provider.ts'
import { Launcher, type LauncherOptions } from '../../../../main/launcher/launcher.ts'
import type { ViewerStart } from '../../../../main/launcher/start-viewer.ts'
import type {
  LauncherRequest,
  LauncherShell,
  LauncherWindow,
  WindowEnd,
} from '../../../../main/shell/shell.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const failure: Failure = { code: 'x', what: 'cannot', why: 'because', remedy: 'Try' }

class FakeShell implements LauncherShell {
  readonly kind = 'chromium'
  readonly sent: unknown[] = []
  readonly end = Promise.withResolvers<WindowEnd>()
  request: LauncherRequest | undefined
  failure: Failure | undefined
  disposed = false

  async openLauncher(request: LauncherRequest): Promise<Result<LauncherWindow, Failure>> {
    if (this.failure) return fail(this.failure)
    this.request = request
    return ok({
      kind: 'chromium',
      ended: this.end.promise,
      send: (...message) => this.sent.push(message),
      [Symbol.asyncDispose]: async () => {
        this.disposed = true
      },
    })
  }
}

class FakeProvider implements Provider {
  readonly name = 'fake'
  readonly everyMs = 0
  rows: readonly Sighting[] = [sighting('qemu:/a'), sighting('qemu:/old', 'recent')]

  async find(): Promise<readonly Sighting[]> {
    return this.rows
  }
}

function sighting(address: string, kind: Sighting['kind'] = 'vm'): Sighting {
  const row = { id: address, kind, name: address, what: '', address } as const
  return { ...row, usable: true, why: '', remedy: '', fix: '' }
}

describe('the launcher', () => {
  const env = { XDG_RUNTIME_DIR: temporaryFolder() }
  let shell: FakeShell
  let provider: FakeProvider
  let discovery: Discovery
  let launcher: Launcher
  let started: (ViewerStart & { readonly file: string | undefined })[]
  let outcome: Result<void, Failure>
  let forgotten: string[]

  beforeEach(() => {
    shell = new FakeShell()
    provider = new FakeProvider()
    discovery = new Discovery({ env, providers: [provider], processes: async () => [] })
    started = []
    forgotten = []
    outcome = ok(undefined)
  })
  afterEach(async () => {
    await launcher[Symbol.asyncDispose]()
    discovery[Symbol.dispose]()
  })

  async function open(options: Partial<LauncherOptions> = {}) {
    launcher = new Launcher(
      { headless: true, stays: false, ...options },
      {
        shell,
        discovery,
        recent: {
          forget: async (address) => void forgotten.push(address),
          picture: async (key) => ok(Buffer.from(key)),
        },
        start: async (start) => {
          const last = start.words.at(-1) ?? ''
          started.push({
            ...start,
            file: existsSync(last) ? readFileSync(last, 'utf8') : undefined,
          })
          return outcome
        },
        program: ['/bin/scanout', 'first'],
        env,
        cwd: '/',
      },
    )
    expect(await launcher.open()).toEqual(ok(undefined))
    const page = shell.request?.page
    if (!page) throw new Error('no window was opened')
    return page
  }

  const isClosed = () =>
    Promise.race([launcher.closed.then(({ kind }) => kind), setImmediate('open')])

  it('has its list when the page asks for it', async () => {
    const { calls } = await open()
    const hello = await calls['launcher:hello']()
    expect(hello.found.map(({ address }) => address)).toEqual(['qemu:/a', 'qemu:/old'])
    expect(hello.qemuOptions).toContain('-display dbus,p2p=yes -qmp unix:')
    expect(hello.libvirtXml).toContain("<graphics type='dbus'")
  })

  it('looks while it is seen, and tells what changed', async () => {
    const page = await open()
    await page.calls['launcher:hello']()
    shell.sent.length = 0
    provider.rows = []
    page.note('view:visible', true)
    await expect.poll(() => shell.sent).toEqual([['found:changed', []]])
    page.note('view:visible', false)
  })

  it('starts one more process, and closes when that shows its window', async () => {
    const { calls } = await open()
    const shown = await calls['launcher:open']({ target: 'demo:', stays: false })
    expect(shown).toEqual(ok(undefined))
    expect(started).toMatchObject([
      { program: ['/bin/scanout', 'first'], words: ['view', '--', 'demo:'], cwd: '/', env },
    ])
    expect(await isClosed()).toBe('closed')
  })

  it.each([
    [true, false],
    [false, true],
  ])('stays when that is wished (for this one %s, for all %s)', async (once, always) => {
    const { calls } = await open({ stays: always })
    await calls['launcher:open']({ target: 'demo:', stays: once })
    expect(await isClosed()).toBe('open')
  })

  it('stays and says why when nothing was shown', async () => {
    const { calls } = await open()
    outcome = fail(failure)
    expect(await calls['launcher:open']({ target: 'demo:', stays: false })).toEqual(fail(failure))
    expect(await isClosed()).toBe('open')
    expect((await calls['launcher:open']({ target: '--help', stays: false })).ok).toBe(false)
    expect(started).toHaveLength(1)
  })

  it('waits for what was seen before and is not there', async () => {
    const { calls } = await open()
    await calls['launcher:hello']()
    await calls['launcher:open']({ target: 'qemu:/old', stays: false })
    expect(started[0]?.words).toEqual(['view', '--wait', '--', 'qemu:/old'])
  })

  it('opens a dropped session through a file that is gone afterwards', async () => {
    const { calls } = await open()
    await calls['launcher:open-text']('../../VM.vv', '[virt-viewer]')
    const file = started[0]?.words.at(-1) ?? ''
    expect(started[0]?.file).toBe('[virt-viewer]')
    expect(file).toMatch(/\/dropped\.vv$/)
    expect(existsSync(file)).toBe(false)
  })

  it('forgets, and looks again', async () => {
    const { calls } = await open()
    await calls['launcher:hello']()
    provider.rows = [sighting('qemu:/a')]
    await calls['launcher:forget']('qemu:/old')
    expect(forgotten).toEqual(['qemu:/old'])
    expect(discovery.found).toHaveLength(1)
  })

  it('closes when the person wants it, and ends with its window', async () => {
    const { calls } = await open()
    await calls['window:close']()
    expect(await isClosed()).toBe('closed')
    await launcher[Symbol.asyncDispose]()
    expect(shell.disposed).toBe(true)
  })

  it('says that its window broke', async () => {
    await open()
    shell.end.resolve({ kind: 'broken', failure })
    expect(await launcher.closed).toEqual({ kind: 'broken', failure })
  })
})
