// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, describe, expect, it } from 'vitest'
import { Session, type SessionOptions } from '../../main/session.ts'
import { SettingsFile } from '../../main/settings.ts'
import { openSourceHandle } from '../../main/source/handle.ts'
import { systemClock } from '../../main/source/poller.ts'
import { isThere } from '../../main/source/presence.ts'
import { vmControl } from '../../main/vm/open.ts'
import { FakeShell } from '../fakes/shell.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'
import { VirtualMachine } from './virtual-machine.ts'

/** Hosts that run other tests beside this one are slow. */
const SLACK = 2

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

async function show(vm: VirtualMachine, change: Partial<SessionOptions>) {
  const address = {
    text: `qemu:${vm.socket}`,
    scheme: 'qemu',
    path: vm.socket,
    query: new Map<string, string>(),
  }
  const home = temporaryFolder()
  const settings = await SettingsFile.open({ HOME: home, XDG_CONFIG_HOME: home })
  const shell = new FakeShell()
  const control = vmControl(address, '/')
  if (control) stack.use(control)
  const options: SessionOptions = {
    address,
    title: undefined,
    fullscreen: false,
    headless: true,
    viewOnly: false,
    scale: undefined,
    presenter: undefined,
    clipboard: false,
    wait: false,
    reconnect: false,
    ...change,
  }
  const parts = { openSource: openSourceHandle, isThere, clock: systemClock, shell, settings }
  const session = stack.use(new Session(options, { ...parts, vm: control }))
  await session.open()
  const becomes = async (kind: string, withinMs: number) => {
    const startedAt = performance.now()
    await expect.poll(() => session.state.kind, { timeout: 4 * withinMs, interval: 10 }).toBe(kind)
    return performance.now() - startedAt
  }
  return { session, shell, becomes }
}

describe('a session over a real QEMU', () => {
  it('states its end within a second, and shows it again two seconds after its return', async () => {
    const vm = stack.use(new VirtualMachine(['-vga', 'std']))
    await vm.started()
    const { becomes, shell } = await show(vm, { reconnect: true })
    await becomes('live', 2500)
    for (let round = 0; round < 3; round += 1) {
      vm.kill()
      expect(await becomes('waiting', 1000)).toBeLessThan(SLACK * 1000)
      await vm.restart()
      expect(await becomes('live', 2000)).toBeLessThan(SLACK * 2000)
    }
    const told = shell.window?.sent.filter(({ name }) => name === 'vm:changed') ?? []
    expect(told.map(({ args }) => args[0])).toContain(null)
    await expect
      .poll(() => shell.window?.sent.findLast(({ name }) => name === 'vm:changed')?.args[0])
      .toMatchObject({ run: 'running' })
  })

  it('waits for a VM that is not there yet', async () => {
    const vm = stack.use(new VirtualMachine(['-vga', 'std']))
    await vm.started()
    vm.kill()
    const { becomes } = await show(vm, { wait: true })
    await becomes('waiting', 2500)
    await vm.restart()
    expect(await becomes('live', 2000)).toBeLessThan(SLACK * 2000)
  })
})
