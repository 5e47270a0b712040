// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { type VmRun, type VmState, vmRuns } from '../../../../core/guest.ts'
import { afterEvent, byStatus, vmEvents, vmStatuses } from '../../../../main/vm/vm-events.ts'

const running: VmState = { run: 'running', note: '' }
const at = (run: VmRun): VmState => ({ run, note: '' })

describe('the status of a VM', () => {
  it.each(vmStatuses)('%s is one of the states that are shown', (status) => {
    const state = byStatus(null, { status, running: false })
    expect(vmRuns).toContain(state?.run)
    expect(state?.note).not.toMatch(/[.!]$/)
  })

  it.each([
    ['running', 'running'],
    ['paused', 'paused'],
    ['suspended', 'suspended'],
    ['shutdown', 'shut-down'],
    ['guest-panicked', 'panicked'],
    ['prelaunch', 'starting'],
  ])('%s is %s', (status, run) => {
    expect(byStatus(null, { status })?.run).toBe(run)
  })

  it.each([
    undefined,
    null,
    'running',
    {},
    { status: 7 },
    { status: 'new' },
    { status: 'toString' },
  ])('is unknown by %j', (answer) => {
    expect(byStatus(running, answer)).toBe(undefined)
  })

  it('keeps what an event told about the same state, and nothing about another', () => {
    const ended: VmState = { run: 'shut-down', note: 'The guest shut down' }
    expect(byStatus(ended, { status: 'shutdown' })).toEqual(ended)
    expect(byStatus(ended, { status: 'running' })).toEqual(running)
  })

  it('says why QEMU stopped it', () => {
    expect(byStatus(at('paused'), { status: 'io-error' })?.note).toMatch(/disk/)
  })
})

describe('an event of QEMU', () => {
  it.each(vmEvents)('%s says something from every state', (name) => {
    for (const run of vmRuns) {
      const next = afterEvent(at(run), { name, data: undefined })
      expect(vmRuns).toContain(next?.run)
      expect(next?.note).not.toMatch(/[.!]$/)
      const isNews = next?.run !== run || next.note !== ''
      const isRepeated = ['STOP', 'RESUME', 'SUSPEND', 'WAKEUP'].includes(name)
      expect(isNews || isRepeated, `${name} in ${run}`).toBe(true)
    }
  })

  it.each([
    ['STOP', 'running', 'paused'],
    ['STOP', 'shut-down', 'shut-down'],
    ['STOP', 'panicked', 'panicked'],
    ['RESUME', 'paused', 'running'],
    ['RESET', 'running', 'running'],
    ['RESET', 'paused', 'paused'],
    ['SHUTDOWN', 'running', 'shut-down'],
    ['POWERDOWN', 'running', 'running'],
    ['SUSPEND', 'running', 'suspended'],
    ['WAKEUP', 'suspended', 'running'],
    ['GUEST_PANICKED', 'running', 'panicked'],
    ['WATCHDOG', 'running', 'running'],
  ] as const)('%s turns %s into %s', (name, from, to) => {
    expect(afterEvent(at(from), { name, data: {} })?.run).toBe(to)
  })

  it('tells the guest’s own reset from another', () => {
    const note = (guest: unknown) => afterEvent(running, { name: 'RESET', data: { guest } })?.note
    expect(note(true)).toBe('The guest restarted')
    expect(note(false)).toBe('The VM was reset')
    expect(note('yes')).toBe('The VM was reset')
  })

  it.each(['RTC_CHANGE', 'toString', ''])('%s says nothing', (name) => {
    expect(afterEvent(running, { name, data: {} })).toBe(undefined)
  })
})
