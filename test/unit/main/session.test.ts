import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Failure } from '../../../core/failure.ts'
import type { InputEvent } from '../../../core/input.ts'
import type { Notes } from '../../../core/protocol.ts'
import { fail, ok } from '../../../core/result.ts'
import type { InputDevice } from '../../../main/input/qmp-input.ts'
import { Session, type SessionOptions } from '../../../main/session.ts'
import type { OpenSourceHandle } from '../../../main/session-source.ts'
import { SettingsFile } from '../../../main/settings.ts'
import type { Address } from '../../../main/source/source.ts'
import { FakeVmControl } from '../../fakes/fake-vm-control.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { validPlane } from '../../fakes/planes.ts'
import { FakeShell } from '../../fakes/shell.ts'
import { FakeSourceHandle } from '../../fakes/source-handle.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

const address: Address = { text: 'fake:x', scheme: 'fake', path: 'x', query: new Map() }
const options: SessionOptions = {
  address,
  title: undefined,
  fullscreen: false,
  presenter: undefined,
  headless: true,
  viewOnly: false,
  clipboard: false,
  scale: undefined,
  wait: false,
  reconnect: false,
}
const failure: Failure = { code: 'busy', what: 'cannot open', why: 'busy', remedy: 'wait' }

let shell: FakeShell
let handles: FakeSourceHandle[]
let settings: SettingsFile
let session: Session
let opener: OpenSourceHandle
let device: InputDevice | undefined
let vm: FakeVmControl | undefined
let clock: ManualClock
let isPresent: boolean | undefined

const handle = (): FakeSourceHandle => {
  const last = handles.at(-1)
  if (!last) throw new Error('no source was opened')
  return last
}
const window = () => {
  if (!shell.window) throw new Error('no window was opened')
  return shell.window
}
const page = () => window().request.page
const tell = <N extends keyof Notes>(name: N, ...args: Notes[N]) => page().note(name, ...args)

async function start(change: Partial<SessionOptions> = {}): Promise<void> {
  const home = temporaryFolder()
  settings = await SettingsFile.open({ HOME: home, XDG_CONFIG_HOME: home })
  session = new Session(
    { ...options, ...change },
    {
      openSource: (...args) => opener(...args),
      isThere: async () => isPresent,
      clock,
      shell,
      settings,
      input: device,
      vm,
    },
  )
  const opened = await session.open()
  if (!opened.ok) throw new Error(opened.failure.what)
  await Promise.resolve()
}

beforeEach(() => {
  shell = new FakeShell()
  handles = []
  device = undefined
  vm = undefined
  clock = new ManualClock()
  isPresent = true
  opener = async () => {
    handles.push(new FakeSourceHandle())
    return ok(handle())
  }
})
afterEach(async () => {
  await session[Symbol.asyncDispose]()
})

describe('a session', () => {
  it('starts the source when the page listens, and forwards its frames', async () => {
    await start()
    expect(handle().told).toEqual([])
    page().framesWanted()
    expect(handle().told).toEqual(['watch stream'])
    const payload = handle().frame(1)
    await vi.waitFor(() => expect(handle().recycled).toEqual([payload]))
    expect(window().got.map(({ seq }) => seq)).toEqual([1])
    tell('frame:presented', 1, 2)
    expect(handle().told).toEqual(['watch stream', 'presented 1'])
    expect(session.statistics.figures()).toMatchObject({ frames: 1, drawMs: { median: 2 } })
  })

  it('starts the source when it opens after the page', async () => {
    const opening = Promise.withResolvers<void>()
    const open = opener
    opener = async (...args) => {
      await opening.promise
      return open(...args)
    }
    await start()
    page().framesWanted()
    expect(session.state.kind).toBe('connecting')
    opening.resolve()
    await vi.waitFor(() => expect(handle().told).toEqual(['watch stream']))
  })

  it('counts a frame once, and none that it did not send', async () => {
    await start()
    page().framesWanted()
    handle().frame(1)
    tell('frame:presented', 1, 1)
    tell('frame:presented', 1, 1)
    tell('frame:presented', 99, 1)
    expect(handle().told).toEqual(['watch stream', 'presented 1'])
    expect(session.statistics.frames).toBe(1)
  })

  it('begins again for a page that was reloaded, and answers what it swallowed', async () => {
    await start()
    page().framesWanted()
    handle().frame(1)
    page().framesDropped()
    const lost = handle().frame(2)
    await vi.waitFor(() => expect(handle().recycled).toContain(lost))
    expect(window().got.map(({ seq }) => seq)).toEqual([1])
    page().framesWanted()
    expect(handle().told).toEqual(['watch stream', 'presented 1', 'presented 2', 'resend'])
  })

  it('sends everything again when the page lost its textures', async () => {
    await start()
    tell('frame:resend')
    expect(handle().told).toEqual([])
    page().framesWanted()
    tell('frame:resend')
    expect(handle().told).toEqual(['watch stream', 'resend'])
  })

  it('knows why the page cannot draw, for as long as it cannot', async () => {
    const problem = {
      code: 'no-webgl2',
      what: 'cannot draw',
      why: 'no driver',
      remedy: 'Install one',
    }
    await start()
    tell('view:problem', problem)
    expect(session.problem).toEqual(problem)
    tell('view:problem', null)
    expect(session.problem).toBe(undefined)
  })

  it('tells the source whether anybody looks', async () => {
    await start()
    tell('view:visible', false)
    expect(handle().told).toEqual(['visible false'])
  })

  it('follows the planes and tells the page', async () => {
    await start()
    handle().show([{ kind: 'primary', state: 'disabled' }])
    expect(session.state).toEqual({ kind: 'disabled' })
    expect(window().sent.at(-1)).toEqual({
      name: 'session:changed',
      args: [{ kind: 'disabled' }, [{ kind: 'primary', state: 'disabled' }]],
    })
  })

  it('lets go of a source that is gone, and opens it again when asked', async () => {
    await start()
    page().framesWanted()
    const first = handle()
    first.lose(failure)
    expect(session.state).toEqual({ kind: 'lost', failure })
    await vi.waitFor(() => expect(first.disposed).toBe(true))
    await page().calls['session:reopen']()
    expect(handles.length).toBe(2)
    expect(session.state.kind).toBe('connecting')
    expect(handle().told).toEqual(['watch stream'])
  })

  it('shows why a source cannot be opened', async () => {
    opener = async () => fail(failure)
    await start()
    expect(session.state).toEqual({ kind: 'failed', failure })
    const hello = await page().calls['session:hello']()
    expect(hello.state).toEqual({ kind: 'failed', failure })
  })

  it('introduces itself', async () => {
    await start({ scale: '1:1', fullscreen: true, viewOnly: true })
    expect(await page().calls['session:hello']()).toMatchObject({
      guest: { title: 'Fake VM', consoles: [] },
      vm: null,
      address: 'fake:x',
      shell: 'chromium',
      sharing: 'stream',
      sharingReason: 'because it is a fake',
      fullscreen: true,
      viewOnly: true,
      settings: { scale: '1:1' },
    })
  })

  const press: InputEvent = { kind: 'key', qnum: 30, down: true }
  const release: InputEvent = { kind: 'key', qnum: 30, down: false }
  const accepts = { keyboard: true, pointer: 'absolute' } as const

  it('passes input on to the source, and tells the page what it takes', async () => {
    await start()
    handle().emit('input', accepts)
    expect(window().sent.at(-1)).toEqual({ name: 'input:changed', args: [accepts] })
    expect((await page().calls['session:hello']()).input).toEqual(accepts)
    tell('input:events', [press, release])
    expect(handle().typed).toEqual([press, release])
  })

  it('drops all input when it only views, whatever the page says', async () => {
    await start({ viewOnly: true })
    handle().emit('input', accepts)
    tell('input:events', [press, { kind: 'pointer', x: 1, y: 1 }])
    page().framesDropped()
    expect(handle().typed).toEqual([])
  })

  it('lets go of what a page held that went away', async () => {
    await start()
    tell('input:events', [press])
    page().framesDropped()
    expect(handle().typed).toEqual([press, release])
  })

  it('lets go of what is held when it ends, before the source does', async () => {
    await start()
    tell('input:events', [press])
    await session[Symbol.asyncDispose]()
    expect(handle().typed).toEqual([press, release])
  })

  it('sends input through another device, with the size of the guest, and never to the source', async () => {
    const sent: [readonly InputEvent[], number | undefined][] = []
    device = {
      accepts,
      onChange: () => {},
      send: (events, guest) => sent.push([events, guest?.width]),
      [Symbol.asyncDispose]: async () => {},
    }
    await start()
    handle().emit('input', { keyboard: true, pointer: 'relative' })
    expect((await page().calls['session:hello']()).input).toEqual(accepts)
    tell('input:events', [press])
    const { plane } = validPlane({ width: 800 })
    handle().show([{ kind: 'primary', state: 'shown', plane, identity: 'x' }])
    tell('input:events', [{ kind: 'pointer', x: 1, y: 1 }])
    expect(sent).toEqual([
      [[press], undefined],
      [[{ kind: 'pointer', x: 1, y: 1 }], 800],
    ])
    expect(handle().typed).toEqual([])
    await session[Symbol.asyncDispose]()
    expect(sent.at(-1)).toEqual([[release], 800])
  })

  it('takes nothing once the source is gone', async () => {
    await start()
    handle().emit('input', accepts)
    tell('input:events', [press])
    handle().lose(failure)
    expect((await page().calls['session:hello']()).input.keyboard).toBe(false)
    tell('input:events', [press])
    expect(handle().typed).toEqual([press, release])
  })

  describe('with a line to its VM', () => {
    beforeEach(() => {
      vm = new FakeVmControl()
    })

    it('tells the page what the VM does', async () => {
      await start()
      vm?.change({ run: 'paused', note: '' })
      expect(window().sent.at(-1)).toEqual({
        name: 'vm:changed',
        args: [{ run: 'paused', note: '' }],
      })
      expect((await page().calls['session:hello']()).vm).toEqual({ run: 'paused', note: '' })
    })

    it('acts on the VM, once it is known what it does', async () => {
      await start()
      expect(await page().calls['vm:act']('pause')).toMatchObject({
        failure: { code: 'no-monitor' },
      })
      vm?.change({ run: 'running', note: '' })
      expect((await page().calls['vm:act']('pause')).ok).toBe(true)
      expect(vm?.told).toContain('pause')
    })

    it('does not act when it only views, whatever the page says', async () => {
      await start({ viewOnly: true })
      vm?.change({ run: 'running', note: '' })
      const acted = await page().calls['vm:act']('reset')
      expect(acted).toMatchObject({ failure: { code: 'view-only' } })
      expect(vm?.told).not.toContain('reset')
    })

    it('leaves the monitor to the source while that opens', async () => {
      await start()
      expect(vm?.told).toEqual(['release', 'follow'])
      await page().calls['session:reopen']()
      expect(vm?.told).toEqual(['release', 'follow', 'release', 'follow'])
    })

    it('forgets a VM that is gone', async () => {
      await start()
      vm?.change({ run: 'running', note: '' })
      handle().lose(failure)
      await vi.waitFor(() => expect(window().sent.at(-1)?.args).toEqual([null]))
    })
  })

  it('has no line to a VM that nobody can tell about, and says so', async () => {
    await start()
    expect(await page().calls['vm:act']('pause')).toMatchObject({ failure: { code: 'no-monitor' } })
  })

  it('shows another console in place, by its number', async () => {
    const opened: (string | undefined)[] = []
    const open = opener
    opener = (to, signal) => {
      opened.push(to.query.get('console'))
      return open(to, signal)
    }
    await start()
    const first = handle()
    await page().calls['session:console'](2)
    expect(first.disposed).toBe(true)
    await page().calls['session:reopen']()
    expect(opened).toEqual([undefined, '2', '2'])
    const told = window().sent.filter(({ name }) => name === 'guest:changed')
    expect(told).toHaveLength(3)
  })

  describe('that waits', () => {
    const absent: Failure = { ...failure, code: 'not-found' }
    const ended: Failure = { ...failure, code: 'vm-gone' }
    const taken: Failure = { ...failure, code: 'hung-up' }
    const refuse = (why: Failure) => {
      const open = opener
      const tries: string[] = []
      opener = async () => {
        tries.push(why.code)
        return fail(why)
      }
      return {
        tries,
        relent: () => {
          opener = open
        },
      }
    }
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 100) {
        clock.advance(100)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }

    it('opens a VM as soon as it is there, and looks without opening before', async () => {
      isPresent = false
      const { tries, relent } = refuse(absent)
      await start({ wait: true })
      expect(session.state).toEqual({ kind: 'waiting', failure: absent })
      await pass(10_000)
      expect(tries).toHaveLength(1)
      relent()
      isPresent = true
      await pass(400)
      expect(handles).toHaveLength(1)
      expect(session.state.kind).toBe('connecting')
    })

    it('opens once a second where only that tells', async () => {
      isPresent = undefined
      const { tries } = refuse(absent)
      await start({ wait: true })
      await pass(5000)
      expect(tries.length).toBeGreaterThanOrEqual(5)
      expect(tries.length).toBeLessThanOrEqual(6)
      expect(session.state.kind).toBe('waiting')
    })

    it.each(['no-display', 'no-permission', 'usage', 'bad-dump'])(
      'does not wait where that would not help: %s',
      async (code) => {
        refuse({ ...failure, code })
        await start({ wait: true, reconnect: true })
        expect(session.state.kind).toBe('failed')
        await pass(3000)
        expect(session.state.kind).toBe('failed')
      },
    )

    it('does not wait unless it was asked to', async () => {
      const { tries } = refuse(absent)
      await start({ reconnect: true })
      await pass(3000)
      expect(session.state.kind).toBe('failed')
      expect(tries).toHaveLength(1)
    })

    it('shows a VM again within two seconds of its return', async () => {
      await start({ reconnect: true })
      handle().lose(ended)
      expect(session.state).toEqual({ kind: 'waiting', failure: ended })
      const { tries, relent } = refuse({ ...failure, code: 'vm-gone' })
      isPresent = false
      await pass(60_000)
      expect(tries).toHaveLength(0)
      // Its socket is there before it answers.
      isPresent = true
      await pass(400)
      expect(tries).toHaveLength(1)
      relent()
      await pass(1400)
      expect(handles).toHaveLength(2)
      expect(session.state.kind).toBe('connecting')
    })

    it('does not show a VM again unless it was asked to', async () => {
      await start({ wait: true })
      handle().lose(ended)
      await pass(3000)
      expect(session.state.kind).toBe('lost')
      expect(handles).toHaveLength(1)
    })

    it('tries once to take its place back from another viewer, and does not fight', async () => {
      await start({ reconnect: true })
      handle().lose(taken)
      expect(session.state.kind).toBe('waiting')
      await pass(1900)
      expect(handles).toHaveLength(1)
      await pass(200)
      expect(handles).toHaveLength(2)
      handle().lose(taken)
      expect(session.state.kind).toBe('lost')
      await pass(60_000)
      expect(handles).toHaveLength(2)
      await page().calls['session:reopen']()
      handle().lose(taken)
      expect(session.state.kind).toBe('waiting')
    })

    it('opens at once when a person asks, and then not once more', async () => {
      isPresent = false
      const { relent } = refuse(absent)
      await start({ wait: true })
      relent()
      await page().calls['session:reopen']()
      expect(handles).toHaveLength(1)
      isPresent = true
      await pass(3000)
      expect(handles).toHaveLength(1)
    })

    it('ends in the middle of it', async () => {
      isPresent = false
      refuse(absent)
      await start({ wait: true })
      await session[Symbol.asyncDispose]()
      expect(clock.pending).toBe(0)
    })
  })

  it('prefers the title that was asked for', async () => {
    await start({ title: 'mine' })
    expect((await page().calls['session:hello']()).guest.title).toBe('mine')
  })

  it('does not remember the scale of one window, but one that is chosen in it', async () => {
    await start({ scale: '1:1' })
    await page().calls['settings:change']({ screenshotCursor: false })
    expect(settings.layers.global).toMatchObject({ scale: 'fit', screenshotCursor: false })
    expect(settings.current.scale).toBe('1:1')
    const changed = await page().calls['settings:change']({ scale: 'stretch' })
    expect(changed.scale).toBe('stretch')
    expect(settings.current.scale).toBe('stretch')
    expect(window().sent.at(-1)?.name).toBe('settings:changed')
  })

  it('makes no launcher where nobody gave it a way to', async () => {
    await start()
    const made = await page().calls['launcher:create']()
    expect(made).toMatchObject({ ok: false, failure: { code: 'no-launcher' } })
  })

  it('has the settings of its VM once that says who it is', async () => {
    const uuid = 'c0ffee00-0000-4000-8000-000000000001'
    opener = async () => {
      const opened = new FakeSourceHandle()
      opened.info = { ...opened.info, uuid }
      handles.push(opened)
      return ok(opened)
    }
    await start()
    const changed = () => window().sent.filter(({ name }) => name === 'settings:changed')
    const before = changed().length
    await vi.waitFor(() => expect(changed().length).toBeGreaterThan(before))
    await page().calls['settings:change']({ zoom: 150, keepOnTop: true })
    await settings.takeVm('another:address', uuid)
    expect(settings.current).toMatchObject({ zoom: 150, keepOnTop: true })
    expect(window().wishes.at(-1)).toEqual({ keepOnTop: true })
  })

  it('opens its window as large as it was, and keeps the display awake when told', async () => {
    await start()
    expect(window().request.size).toBeUndefined()
    const windowSize = { width: 1024, height: 700 }
    await page().calls['settings:change']({ windowSize })
    expect((await page().calls['settings:layers']()).global.windowSize).toEqual(windowSize)
    tell('view:awake', true)
    tell('view:awake', false)
    expect(window().wishes.slice(-2)).toEqual([{ awake: true }, { awake: false }])
  })

  it('says that it opens nothing where it cannot start a viewer', async () => {
    await start()
    const refused = await page().calls['drop:open']([{ name: 'a.scanout', bytes: '' }])
    expect(refused.ok ? '' : refused.failure.code).toBe('no-viewer')
  })

  it('ends when its window ends, and says how', async () => {
    await start()
    window().end.resolve({ kind: 'broken', failure })
    expect(await session.closed).toEqual({ kind: 'broken', failure })
  })

  it('ends when the page asks', async () => {
    await start()
    await page().calls['window:close']()
    expect(await session.closed).toEqual({ kind: 'closed' })
  })

  it('lets go of everything when it is disposed', async () => {
    await start()
    page().framesWanted()
    await session[Symbol.asyncDispose]()
    expect(handle().disposed).toBe(true)
    expect(window().disposed).toBe(true)
  })

  it('lets go of a source that opens too late', async () => {
    const opening = Promise.withResolvers<void>()
    const open = opener
    opener = async (...args) => {
      await opening.promise
      return open(...args)
    }
    await start()
    const ended = session[Symbol.asyncDispose]()
    opening.resolve()
    await ended
    expect(handle().disposed).toBe(true)
  })

  it('cannot take a picture of nothing, and says so', async () => {
    opener = async () => fail(failure)
    await start()
    const shot = await page().shot({ plane: 'all', cursor: true })
    expect(shot.ok ? '' : shot.failure.code).toBe('no-picture')
    const request = { plane: 'all', cursor: true, as: 'dump', folder: '/tmp', name: 'x' } as const
    const saved = await page().calls['shot:save'](request)
    expect(saved.ok ? '' : saved.failure.code).toBe('no-picture')
  })

  it('pairs a probe with its answer', async () => {
    await start()
    const probed = session.probe(true, AbortSignal.timeout(5000))
    const [id] = window().sent.at(-1)?.args ?? []
    tell('probe:picture', 999, 1, 1, 'AAAAAA==')
    tell('probe:picture', Number(id), 2, 2, 'AAAAAA==')
    tell('probe:picture', Number(id), 1, 1, 'AQIDBA==')
    const picture = await probed
    expect([...picture.rgba]).toEqual([1, 2, 3, 4])
  })

  it('gives up a probe that nobody answers', async () => {
    await start()
    await expect(session.probe(true, AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
    await expect(session.probe(true, AbortSignal.timeout(10))).rejects.toThrow()
  })
})
