// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { BusConnection } from '../../main/source/qemu/bus.ts'
import { CONSOLE, consolePath, readProperties } from '../../main/source/qemu/console.ts'
import { QmpClient } from '../../main/source/qemu/qmp.ts'
import { shim } from '../../native-shim/index.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { guestHindrance } from './guest/files.ts'
import { guestPicture } from './guest/picture.ts'
import { LinuxGuest } from './linux-guest.ts'
import { cursorOf, difference, firstPixel, openConsole, pictureOf, view } from './viewer.ts'
import { VirtualMachine } from './virtual-machine.ts'

// QEMUs with shared maps, from the cache that host/newer-qemu.mjs fills.

const qemus = [
  { name: 'Debian 13', suite: 'trixie' },
  { name: 'Debian unstable', suite: 'sid' },
].map(({ name, suite }) => {
  const folder = fileURLToPath(new URL(`../../.cache/qemu-${suite}`, import.meta.url))
  return { name, isHere: existsSync(`${folder}/complete`), qemu: { program: `${folder}/qemu` } }
})
const size = { width: 1920, height: 1080 }
/** A busy host takes its time; nothing here is about how fast. */
const patience = { timeout: 20_000, interval: 50 }

expectNoLeaks()

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

/** A line to the display, past the program. */
async function connect(socket: string): Promise<BusConnection> {
  using qmp = await QmpClient.open(await shim.connect(socket), 5000)
  const [ours, theirs] = shim.socketEnds()
  using sent = theirs
  await qmp.execute('getfd', { fdname: 'test' }, [sent])
  await qmp.execute('add_client', { protocol: '@dbus-display', fdname: 'test' })
  return BusConnection.open(shim.adoptSocket(ours), { onEnd: () => {} })
}

describe.each(qemus)('the QEMU of $name', ({ isHere, qemu }) => {
  describe.skipIf(!isHere)('with its firmware alone', () => {
    it.each([
      ['-vga', 'std'],
      ['-device', 'virtio-vga'],
    ])('%s %s shows what QEMU dumps, in every pixel', async (...args) => {
      const vm = stack.use(new VirtualMachine(args, undefined, qemu))
      await vm.started()
      const source = stack.use(await view(vm.socket))
      await expect.poll(() => pictureOf(source).rgb.some((byte) => byte !== 0), patience).toBe(true)
      const differing = async () => difference(await vm.screendump(), pictureOf(source))
      await expect.poll(differing, patience).toBe(0)
      expect(source.queryErrors).toBe(0)
    })

    it('offers touch', async () => {
      const vm = stack.use(new VirtualMachine(['-device', 'virtio-vga'], undefined, qemu))
      await vm.started()
      using bus = await connect(vm.socket)
      const console = await readProperties(bus, consolePath(0), CONSOLE)
      expect(console.get('Interfaces')).toContain('org.qemu.Display1.MultiTouch')
    })
  })

  describe.skipIf(!isHere || guestHindrance !== undefined)('with a Linux guest', () => {
    let guest: LinuxGuest
    beforeAll(async () => {
      guest = await LinuxGuest.start({ display: 'virtio-gpu', input: 'virtio', qemu })
      return () => guest[Symbol.asyncDispose]()
    }, 90_000)

    it('shares its memory, and shows what QEMU dumps in every pixel', async () => {
      const source = stack.use(await view(guest.socket))
      await guest.command('pattern full')
      await expect.poll(() => source.surfaces().length, patience).toBe(2)
      const { frame } = await guest.command('freeze')
      const expected = { ...size, rgb: guestPicture(size, 'full', frame) }
      await expect.poll(() => difference(expected, pictureOf(source)), patience).toBe(0)
      expect(difference(expected, await guest.vm.screendump())).toBe(0)
      expect(source.surfaces().every(({ identity }) => identity.startsWith('file:'))).toBe(true)
      expect(source.queryErrors).toBe(0)
    })

    it('flips a thousand times between two mappings', async () => {
      const source = stack.use(await view(guest.socket))
      await guest.command('pattern bar')
      const { frame: from } = await guest.command('hz 150')
      const hasReached = (frame: number) =>
        expect
          .poll(() => firstPixel(source), { timeout: 50_000, interval: 5 })
          .toBeGreaterThanOrEqual(frame)
      await hasReached(from + 10)
      // A flip on its way holds a descriptor of its own: only a guest that stands still is counted.
      await hasReached((await guest.command('freeze')).frame)
      const before = shim.counts()
      await guest.command('thaw')
      await hasReached(from + 1010)
      await hasReached((await guest.command('freeze')).frame)
      await expect.poll(() => shim.counts(), patience).toEqual(before)
      await guest.command('thaw')
      await guest.command('hz 60')
      await guest.command('pattern static')
    })

    it('has the cursor where the guest put it, with its hotspot', async () => {
      const source = stack.use(await view(guest.socket))
      await guest.command('cursor 300,200')
      await guest.command('hotspot 7,5')
      const place = () => cursorOf(source)
      const expected = { x: 300, y: 200, hotspot: { x: 7, y: 5 } }
      await expect.poll(place, patience).toMatchObject(expected)
    })

    it('hears keys and the pointer', async () => {
      const source = stack.use(await view(guest.socket))
      await expect.poll(() => source.accepts?.pointer, patience).toBe('absolute')
      const from = guest.log.length
      source.input?.([
        { kind: 'key', qnum: 0x1e, down: true },
        { kind: 'key', qnum: 0x1e, down: false },
        { kind: 'pointer', x: 960, y: 540 },
      ])
      await guest.logged(/^event \d+ 1 30 1$/, from)
      await guest.logged(/^event \d+ 1 30 0$/, from)
      await guest.logged(/^event \d+ 3 0 16400$/, from)
    })

    it('takes viewers one after the other, and is not harmed by any', async () => {
      await guest.command('pattern dirty')
      for (let round = 0; round < 10; round += 1) {
        using source = await view(guest.socket)
        expect(pictureOf(source)).toMatchObject(size)
      }
      await guest.command('pattern static')
      expect(await guest.vm.execute('query-status')).toMatchObject({ status: 'running' })
    })

    it('serves the newest of two viewers, and the other one is told', async () => {
      const first = stack.use(await view(guest.socket))
      const second = await openConsole(guest.socket)
      if (!second.ok) throw new Error(second.failure.why)
      const newest = stack.use(second.value)
      await expect.poll(() => first.gone?.code, patience).toBe('hung-up')
      expect(pictureOf(newest)).toMatchObject(size)
      expect(newest.gone).toBeUndefined()
    })
  })
})
