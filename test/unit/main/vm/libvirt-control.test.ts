// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { type VmAction, vmActions } from '../../../../core/guest.ts'
import { fail, ok } from '../../../../core/result.ts'
import { VirshError, type VirshEvent } from '../../../../main/source/qemu/virsh.ts'
import { LibvirtControl } from '../../../../main/vm/libvirt-control.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A libvirt with one domain, which a test plays. */
async function setUp() {
  const clock = new ManualClock()
  const libvirt = {
    state: 'running',
    isThere: true,
    refusal: undefined as VirshError | undefined,
    ran: [] as (readonly string[])[],
    listeners: 0,
    event: (_event: VirshEvent) => {},
    end: (_why: VirshError) => {},
  }
  const virsh = {
    uri: 'qemu:///session',
    run: async (words: readonly string[]) => {
      if (words[0] === 'domstate') return `${libvirt.state}\n`
      libvirt.ran.push(words)
      if (libvirt.refusal) throw libvirt.refusal
      return ''
    },
    events: (
      _domain: string,
      onEvent: (event: VirshEvent) => void,
      onEnd: (why: VirshError) => void,
    ) => {
      libvirt.listeners += 1
      libvirt.event = onEvent
      libvirt.end = onEnd
      return {
        [Symbol.dispose]: () => {
          libvirt.listeners -= 1
        },
      }
    },
  }
  const failure = { code: 'not-found', what: 'cannot', why: 'no such domain', remedy: 'list' }
  const control = new LibvirtControl(
    'lab',
    undefined,
    async () => (libvirt.isThere ? ok({ virsh, uuid: 'UUID' }) : fail(failure)),
    clock,
  )
  const seen: (string | null)[] = []
  control.onChange = () => seen.push(control.state?.run ?? null)
  control.follow()
  await settled()
  const happens = async (name: string, detail: string, state = libvirt.state) => {
    libvirt.state = state
    libvirt.event({ name, detail })
    await settled()
  }
  return { control, libvirt, clock, seen, happens }
}

describe('a VM through libvirt', () => {
  it.each([
    ['running', 'running'],
    ['idle', 'running'],
    ['in shutdown', 'running'],
    ['paused', 'paused'],
    ['pmsuspended', 'suspended'],
    ['shut off', 'shut-down'],
    ['crashed', 'panicked'],
  ])('that libvirt calls %s is %s', async (state, run) => {
    const { control, happens } = await setUp()
    await happens('lifecycle', 'Something', state)
    expect(control.state?.run).toBe(run)
  })

  it('is followed by events', async () => {
    const { seen, control, happens } = await setUp()
    await happens('lifecycle', 'Suspended Paused', 'paused')
    await happens('lifecycle', 'Resumed Unpaused', 'running')
    expect(seen).toEqual(['running', 'paused', 'running'])
    await happens('reboot', '')
    expect(control.state).toEqual({ run: 'running', note: 'The VM was reset' })
    await happens('reboot', '')
    expect(seen).toHaveLength(5)
    await happens('agent-lifecycle', 'state: connected')
    expect(seen).toHaveLength(5)
  })

  const verbs: Readonly<Record<VmAction, readonly string[]>> = {
    pause: ['suspend', '--domain=UUID'],
    resume: ['resume', '--domain=UUID'],
    reset: ['reset', '--domain=UUID'],
    'power-button': ['shutdown', '--domain=UUID', '--mode=acpi'],
  }
  it.each(vmActions)('is told to %s', async (action) => {
    const { control, libvirt } = await setUp()
    expect((await control.act(action)).ok).toBe(true)
    expect(libvirt.ran).toEqual([verbs[action]])
  })

  it('is woken where it sleeps', async () => {
    const { control, libvirt, happens } = await setUp()
    await happens('pmsuspend', '', 'pmsuspended')
    await control.act('resume')
    expect(libvirt.ran).toEqual([['dompmwakeup', '--domain=UUID']])
  })

  it('says why libvirt did not do it', async () => {
    const { control, libvirt } = await setUp()
    libvirt.refusal = new VirshError('no-permission', 'access denied')
    expect(await control.act('reset')).toMatchObject({
      failure: { code: 'no-permission', what: 'cannot reset lab' },
    })
  })

  it('is unknown while libvirt is away, and known again when it is back', async () => {
    const { control, libvirt, clock } = await setUp()
    libvirt.isThere = false
    libvirt.end(new VirshError('no-daemon', 'end of file'))
    expect(control.state).toBe(null)
    expect(await control.act('pause')).toMatchObject({ failure: { code: 'no-monitor' } })
    clock.advance(2000)
    await settled()
    libvirt.isThere = true
    clock.advance(2000)
    await settled()
    expect(control.state?.run).toBe('running')
    expect(libvirt.listeners).toBe(1)
  })

  it('is left alone once it is forgotten', async () => {
    const { control, libvirt, clock, seen } = await setUp()
    control.forget()
    await settled()
    expect(seen).toEqual(['running', null])
    expect(libvirt.listeners).toBe(0)
    control.follow()
    await settled()
    await control[Symbol.asyncDispose]()
    await control[Symbol.asyncDispose]()
    expect(libvirt.listeners).toBe(0)
    expect(clock.pending).toBe(0)
  })
})
