// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import type { InputEvent, TouchPhase } from '../../core/input.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { guestHindrance } from './guest/files.ts'
import { linuxInputCodes } from './guest/keys.ts'
import { LinuxGuest } from './linux-guest.ts'
import { view } from './viewer.ts'
import { VirtualMachine } from './virtual-machine.ts'

// Fingers, which QEMU takes since 8.1: with a QEMU from the cache that host/newer-qemu.mjs fills.

const folder = fileURLToPath(new URL('../../.cache/qemu-trixie', import.meta.url))
const isHere = existsSync(`${folder}/complete`)
const qemu = { program: `${folder}/qemu` }
const device = ['-device', 'virtio-multitouch-pci']
const patience = { timeout: 20_000, interval: 20 }
const numbers = linuxInputCodes()
const numberOf = (name: string) => numbers.get(name) ?? Number.NaN
const finger = (phase: TouchPhase, slot: number, x: number, y: number): InputEvent => ({
  kind: 'touch',
  ...{ phase, slot, x, y },
})

expectNoLeaks()

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

it('takes no touch with the QEMU of this host, which has none, or without a device', async () => {
  const vm = stack.use(new VirtualMachine(['-device', 'virtio-vga']))
  await vm.started()
  const source = stack.use(await view(vm.socket))
  expect(source.accepts?.touch).toBeUndefined()
})

describe.skipIf(!isHere)('a QEMU that takes fingers', () => {
  it.each([
    [device, 10],
    [[], undefined],
  ])('offers them with %j', async (args, touch) => {
    const vm = stack.use(new VirtualMachine(['-device', 'virtio-vga', ...args], undefined, qemu))
    await vm.started()
    // The socket is there before QEMU listens at it.
    await expect
      .poll(
        () =>
          vm.execute('query-status').then(
            () => true,
            () => false,
          ),
        patience,
      )
      .toBe(true)
    const source = stack.use(await view(vm.socket))
    expect(source.accepts?.touch).toBe(touch)
  })

  it.skipIf(guestHindrance !== undefined)('brings them to the guest, each its own', async () => {
    const size = { width: 1024, height: 768 }
    const guest = stack.use(
      await LinuxGuest.start({ display: 'virtio-gpu', input: 'virtio', size, args: device, qemu }),
    )
    const [, number] =
      /^input (\d+) QEMU Virtio MultiTouch/.exec(
        (await guest.logged(/^input \d+ QEMU Virtio MultiTouch/))[0],
      ) ?? []
    const source = stack.use(await view(guest.socket))
    await expect.poll(() => source.refresh()[0]?.status.state, patience).toBe('shown')
    const from = guest.log.length
    source.input?.([finger('begin', 0, 256, 384), finger('begin', 1, 512, 384)])
    source.input?.([finger('update', 0, 300, 384)])
    source.input?.([finger('end', 0, 300, 384), finger('cancel', 1, 512, 384)])
    /** Tracking numbers by slot as they came, and how far from the left the first finger was. */
    const heard = () => {
      let slot = 0
      const told: string[] = []
      for (const line of guest.log.slice(from)) {
        const [, which, type, code, value] = /^event (\d+) (\d+) (\d+) (-?\d+)$/.exec(line) ?? []
        if (which !== number || Number(type) !== numberOf('EV_ABS')) continue
        if (Number(code) === numberOf('ABS_MT_SLOT')) slot = Number(value)
        if (Number(code) === numberOf('ABS_MT_TRACKING_ID')) {
          told.push(`${slot} ${Number(value) < 0 ? 'up' : 'down'}`)
        }
        if (Number(code) === numberOf('ABS_MT_POSITION_X')) {
          told.push(`${slot} at ${Math.floor((Number(value) * size.width) / 0x8000)}`)
        }
      }
      return told
    }
    await expect.poll(() => heard().filter((one) => one.endsWith('up')), patience).toHaveLength(2)
    expect(heard()).toEqual([
      ...['0 down', '0 at 256', '1 down', '1 at 512'],
      ...['0 at 300', '0 up', '1 up'],
    ])
  })
})
