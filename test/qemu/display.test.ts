// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, describe, expect, it } from 'vitest'
import type { InputEvent } from '../../core/input.ts'
import type { Source } from '../../main/source/source.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { difference, openConsole, pictureOf, view } from './viewer.ts'
import { VirtualMachine } from './virtual-machine.ts'

expectNoLeaks()

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

async function start(...args: readonly string[]): Promise<VirtualMachine> {
  const vm = stack.use(new VirtualMachine(args))
  await vm.started()
  return vm
}

async function opened(vm: VirtualMachine): Promise<Source> {
  return stack.use(await view(vm.socket))
}

/** Waits until the firmware has written something and stopped. */
async function rested(source: Source): Promise<void> {
  for (let quiet = 0; quiet < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    const { rgb } = pictureOf(source)
    const isFresh = source.refresh()[0]?.mayHaveChanged === true
    quiet = rgb.some((byte) => byte !== 0) && !isFresh ? quiet + 1 : 0
  }
}

/** The text cursor blinks: both pictures must be taken between two of its blinks. */
async function expectSamePicture(vm: VirtualMachine, source: Source): Promise<void> {
  const differing = async () => difference(await vm.screendump(), pictureOf(source))
  await expect.poll(differing, { timeout: 10_000, interval: 100 }).toBe(0)
}

// biome-ignore format: one row per device
const devices = [
  ['std VGA',       ['-vga', 'std']],
  ['virtio-vga',    ['-device', 'virtio-vga']],
  ['qxl',           ['-vga', 'qxl']],
  ['bochs-display', ['-device', 'bochs-display']],
] as const

describe('a real QEMU', () => {
  it.each(devices)('%s shows what QEMU dumps, in every pixel', async (name, args) => {
    const vm = await start(...args)
    const source = await opened(vm)
    expect(source.info.name).toBe('lab')
    // SeaBIOS writes nothing on a screen that is no VGA; QEMU's own words are shown then.
    if (name !== 'bochs-display') await rested(source)
    await expectSamePicture(vm, source)
    expect(source.queryErrors).toBe(0)
  })

  it('is followed through a change of size from the first moment on', async () => {
    const vm = await start('-vga', 'std')
    const source = await opened(vm)
    await expect.poll(() => pictureOf(source).width, { timeout: 20_000 }).toBe(720)
    await rested(source)
    await expectSamePicture(vm, source)
  })

  it('keeps its monitor free for others', async () => {
    const vm = await start('-vga', 'std')
    await opened(vm)
    expect(await vm.execute('query-name')).toEqual({ name: 'lab' })
  })

  it('has all its screens listed, and opened by number', async () => {
    const vm = await start('-vga', 'std', '-device', 'secondary-vga')
    const source = await opened(vm)
    expect(source.info.consoles).toHaveLength(2)
    const second = await openConsole(vm.socket, { console: '1' })
    if (!second.ok) throw new Error(second.failure.why)
    expect(stack.use(second.value).info.console?.id).toBe(1)
  })

  it('is stated to be gone within a second', async () => {
    const vm = await start('-vga', 'std')
    const source = await opened(vm)
    const killedAt = performance.now()
    vm.kill()
    await expect.poll(() => source.gone?.code, { interval: 20 }).toBe('vm-gone')
    expect(performance.now() - killedAt).toBeLessThan(1000)
  })

  it('is not harmed by input and by a viewer that leaves', async () => {
    const vm = await start('-vga', 'std', '-device', 'qemu-xhci', '-device', 'usb-tablet')
    const source = await opened(vm)
    const events: InputEvent[] = [
      { kind: 'key', qnum: 0x1e, down: true },
      { kind: 'pointer', x: 5, y: 5 },
      { kind: 'motion', dx: 1, dy: 1 },
      { kind: 'button', button: 'left', down: true },
    ]
    for (let round = 0; round < 200; round += 1) source.input?.(events)
    source[Symbol.dispose]()
    expect(await vm.execute('query-status')).toMatchObject({ status: 'running' })
  })

  it('without a D-Bus display gets told which option to add', async () => {
    const vm = stack.use(new VirtualMachine(['-vga', 'std'], 'none'))
    await vm.started()
    const result = await openConsole(vm.socket)
    expect(result).toMatchObject({ ok: false, failure: { code: 'no-display' } })
    expect(!result.ok && result.failure.remedy).toContain('-display dbus,p2p=yes')
  })
})
