// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, describe, expect, it } from 'vitest'
import type { VmState } from '../../core/guest.ts'
import { MonitorLine } from '../../main/vm/monitor-line.ts'
import { QemuControl } from '../../main/vm/qemu-control.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { VirtualMachine } from './virtual-machine.ts'

expectNoLeaks()

const POLL = { timeout: 20_000, interval: 500 }

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

async function start(...args: readonly string[]) {
  const vm = stack.use(new VirtualMachine(['-vga', 'std', ...args]))
  await vm.started()
  return vm
}

/** Follows a VM by a line that gives way. */
async function follow(vm: VirtualMachine) {
  const line = new MonitorLine(vm.socket, true)
  const control = stack.use(new QemuControl(line))
  const seen: (VmState | null)[] = []
  control.onChange = () => seen.push(control.state)
  control.follow()
  await expect.poll(() => control.state).not.toBe(null)
  const runs = (run: string) => expect.poll(() => control.state?.run, { timeout: 5000 }).toBe(run)
  return { line, control, seen, runs }
}

describe('the monitor of a real QEMU', () => {
  it('tells what the VM does, and takes orders', async () => {
    const vm = await start()
    const { control, seen, runs } = await follow(vm)
    expect(control.state?.run).toBe('running')
    expect(await control.act('pause')).toEqual({ ok: true, value: undefined })
    await runs('paused')
    await control.act('resume')
    await runs('running')
    seen.length = 0
    await control.act('reset')
    await expect.poll(() => seen.map((state) => state?.note)).toContain('The VM was reset')
    await control.act('power-button')
    await expect
      .poll(() => seen.map((state) => state?.note))
      .toContain('The power button was pressed')
    expect(control.state?.run).toBe('running')
  })

  it('tells what others do to the VM while they have the monitor', async () => {
    const vm = await start()
    const { runs } = await follow(vm)
    await vm.execute('stop')
    await runs('paused')
  })

  it('starts a VM that waits for it', async () => {
    const { control, runs } = await follow(await start('-S'))
    expect(control.state?.run).toBe('starting')
    await control.act('resume')
    await runs('running')
  })

  it('starts a VM again that shut down, and wakes one that sleeps', async () => {
    const vm = await start('-no-shutdown')
    const { control, runs } = await follow(vm)
    // What an operating system writes to switch off or to sleep, once the firmware has set ACPI up.
    const acpi = async (value: string) => {
      await vm.execute('human-monitor-command', { 'command-line': `o /w 0x604 ${value}` })
    }
    await expect
      .poll(async () => {
        await acpi('0x2000')
        return control.state?.run
      }, POLL)
      .toBe('shut-down')
    await control.act('reset')
    await runs('running')
    await expect
      .poll(async () => {
        await acpi('0x2400')
        return control.state?.run
      }, POLL)
      .toBe('suspended')
    await control.act('resume')
    await runs('running')
  })

  it('is left to whoever waits, within two seconds, and taken back', async () => {
    const vm = await start()
    const { line } = await follow(vm)
    const startedAt = performance.now()
    expect(await vm.execute('query-name')).toEqual({ name: 'lab' })
    expect(performance.now() - startedAt).toBeLessThan(2000)
    expect(line.isUp).toBe(false)
    await expect.poll(() => line.isUp, { timeout: 5000 }).toBe(true)
  })

  it('is shared by two that give way: one has it, both can act', async () => {
    const vm = await start()
    const one = await follow(vm)
    const two = await follow(vm)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect([one.line.isUp, two.line.isUp].toSorted()).toEqual([false, true])
    const [waiting, holding] = one.line.isUp ? [two, one] : [one, two]
    expect((await waiting.control.act('pause')).ok).toBe(true)
    await waiting.runs('paused')
    expect((await holding.control.act('resume')).ok).toBe(true)
    await holding.runs('running')
  })

  it('is unknown once QEMU is gone, and QEMU is not harmed by a line that ends', async () => {
    const vm = await start()
    const first = await follow(vm)
    await first.control[Symbol.asyncDispose]()
    expect(await vm.execute('query-status')).toMatchObject({ status: 'running' })
    const { control } = await follow(vm)
    vm.kill()
    await expect.poll(() => control.state, { timeout: 5000 }).toBe(null)
  })
})
