// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, describe, expect, it } from 'vitest'
import { vmActions } from '../../../../core/guest.ts'
import { QmpError, type QmpListeners } from '../../../../main/source/qemu/qmp.ts'
import { MonitorLine } from '../../../../main/vm/monitor-line.ts'
import { QemuControl } from '../../../../main/vm/qemu-control.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'

const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 5))

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

/** A control over a QEMU that a test plays. */
async function setUp(status = 'running') {
  const qemu = {
    status,
    refuses: '',
    commands: [] as string[],
    listeners: {} as QmpListeners,
  }
  const line = new MonitorLine('/run/qmp', true, {
    clock: new ManualClock(),
    table: { queue: () => ({ served: 1, waiting: 0 }), [Symbol.dispose]: () => {} },
    open: async (listeners) => {
      if (qemu.refuses === 'connection') throw new QmpError('timeout', 'no answer')
      qemu.listeners = listeners
      return {
        execute: async (command) => {
          if (command === 'query-status') return { status: qemu.status }
          qemu.commands.push(command)
          if (command === qemu.refuses) throw new QmpError('GenericError', 'not now')
          return {}
        },
        [Symbol.dispose]: () => {},
      }
    },
  })
  const control = stack.use(new QemuControl(line))
  const seen: unknown[] = []
  control.onChange = () => seen.push(control.state?.run ?? null)
  const says = (name: string, newStatus = qemu.status, data: unknown = {}) => {
    qemu.status = newStatus
    qemu.listeners.onEvent?.({ name, data })
    return settled()
  }
  control.follow()
  await settled()
  return { control, line, qemu, seen, says }
}

describe('a VM through its monitor', () => {
  it('is known from the first answer on', async () => {
    const { control, seen } = await setUp('paused')
    expect(control.state).toEqual({ run: 'paused', note: '' })
    expect(seen).toEqual(['paused'])
  })

  it('is followed by events', async () => {
    const { control, says, seen } = await setUp()
    await says('STOP', 'paused')
    await says('RESUME', 'running')
    expect(seen).toEqual(['running', 'paused', 'running'])
    await says('RESET', 'running', { guest: false })
    expect(control.state).toEqual({ run: 'running', note: 'The VM was reset' })
    await says('RTC_CHANGE')
    expect(control.state?.note).toBe('The VM was reset')
  })

  it('tells the same thing again when it happens again', async () => {
    const { says, seen } = await setUp()
    await says('RESET')
    await says('RESET')
    expect(seen).toEqual(['running', 'running', 'running'])
  })

  it('is told true by its status where an event is vague', async () => {
    const { control, says } = await setUp()
    await says('STOP', 'io-error')
    expect(control.state).toEqual({ run: 'paused', note: 'A disk of the VM failed' })
  })

  const commands = ['stop', 'cont', 'system_reset', 'system_powerdown']
  it.each(vmActions.map((action, at) => [action, commands[at]] as const))(
    'does %s by %s',
    async (action, command) => {
      const { control, qemu } = await setUp()
      expect((await control.act(action)).ok).toBe(true)
      expect(qemu.commands).toEqual([command])
    },
  )

  it('is woken where it sleeps', async () => {
    const { control, qemu } = await setUp('suspended')
    await control.act('resume')
    expect(qemu.commands).toEqual(['system_wakeup'])
  })

  it.each(['shutdown', 'guest-panicked'])(
    'starts again by a reset when it is %s',
    async (status) => {
      const { control, qemu, says } = await setUp(status)
      await control.act('reset')
      expect(qemu.commands).toEqual(['system_reset'])
      await says('RESET', 'prelaunch')
      expect(qemu.commands).toEqual(['system_reset', 'cont'])
    },
  )

  it('stays paused by a reset when it was paused', async () => {
    const { control, qemu, says } = await setUp('paused')
    await control.act('reset')
    await says('RESET')
    expect(qemu.commands).toEqual(['system_reset'])
  })

  it('says what QEMU refused', async () => {
    const { control, qemu } = await setUp()
    qemu.refuses = 'system_powerdown'
    const acted = await control.act('power-button')
    expect(acted).toMatchObject({ ok: false, failure: { code: 'not-done' } })
    expect(!acted.ok && acted.failure.why).toContain('not now')
  })

  it('says that the monitor cannot be reached', async () => {
    const { control, line, qemu } = await setUp()
    line.leave()
    qemu.refuses = 'connection'
    expect(await control.act('pause')).toMatchObject({ failure: { code: 'no-monitor' } })
  })

  it('is remembered while the line gives way, and unknown once QEMU is gone', async () => {
    const { control, qemu } = await setUp('paused')
    control.release()
    expect(control.state?.run).toBe('paused')
    control.follow()
    await settled()
    qemu.listeners.onEnd?.(new Error('gone'))
    expect(control.state).toBe(null)
  })

  it('is asked again when the line is back', async () => {
    const { control, qemu } = await setUp()
    control.release()
    qemu.status = 'paused'
    control.follow()
    await settled()
    expect(control.state?.run).toBe('paused')
  })
})
