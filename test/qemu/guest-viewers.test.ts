// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAddress } from '../../main/source/address.ts'
import { openQemuBus } from '../../main/source/qemu/open.ts'
import type { Source } from '../../main/source/source.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { BusDaemon } from './bus-daemon.ts'
import { guestHindrance, guestTitle } from './guest/files.ts'
import { installed } from './installed.ts'
import { LinuxGuest } from './linux-guest.ts'
import { firstPixel, view } from './viewer.ts'

const patience = { timeout: 30_000, interval: 5 }

expectNoLeaks()

/** Frames per second of the guest over the next two seconds, by its own count. */
async function rate(guest: LinuxGuest): Promise<number> {
  const from = guest.log.length
  await guest.command('hz 60')
  const [, fps] = await guest.logged(/^fps (\S+) /, from)
  return Number(fps)
}

/** A host with more to do takes some frames away for a while, a harmed guest stays slow. */
async function expectUnharmed(guest: LinuxGuest, before: number): Promise<void> {
  await expect.poll(() => rate(guest), patience).toBeGreaterThan(before * 0.9)
}

/** New frames come. */
async function expectLive(source: Source): Promise<void> {
  const from = firstPixel(source) ?? 0
  await expect.poll(() => firstPixel(source), patience).toBeGreaterThan(from + 10)
}

describe.skipIf(guestHindrance !== undefined)(guestTitle('a Linux guest that is watched'), () => {
  let guest: LinuxGuest
  let before = 0
  beforeAll(async () => {
    guest = await LinuxGuest.start({ display: 'virtio-gpu', pattern: 'bar' })
    before = await rate(guest)
  }, 120_000)
  afterAll(() => guest[Symbol.asyncDispose]())

  it('flips on as fast as before when its viewer is closed', async () => {
    for (let round = 0; round < 3; round += 1) {
      using source = await view(guest.socket)
      await expectLive(source)
    }
    await expectUnharmed(guest, before)
  })

  it('flips on as fast as before when its viewer is killed', async () => {
    const script = fileURLToPath(new URL('viewer-process.ts', import.meta.url))
    const stdio = ['ignore', 'pipe', 'inherit'] as const
    const viewer = spawn(process.execPath, [script, guest.socket], { stdio: [...stdio] })
    const ended = once(viewer, 'exit')
    if (viewer.stdout) await once(viewer.stdout, 'data')
    viewer.kill('SIGKILL')
    await ended
    await expectUnharmed(guest, before)
    using source = await view(guest.socket)
    await expectLive(source)
  })

  it('has one direct viewer, the newest, and tells the one before', async () => {
    using first = await view(guest.socket)
    await expectLive(first)
    using second = await view(guest.socket)
    await expect.poll(() => first.gone?.code, patience).toBe('hung-up')
    await expectLive(second)
    expect(second.gone).toBeUndefined()
    second[Symbol.dispose]()
    await expectUnharmed(guest, before)
  })
})

const isBusHere = guestHindrance === undefined && installed('dbus-daemon') !== undefined
const busTitle = guestTitle('a Linux guest on a D-Bus bus (apt-get install dbus-daemon)')
describe.skipIf(!isBusHere)(busTitle, () => {
  const stack = new AsyncDisposableStack()
  let guest: LinuxGuest
  let address = ''
  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'guest-bus-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    const bus = stack.use(new BusDaemon(`unix:path=${folder}/bus`))
    await bus.started()
    address = bus.address
    const backend = `dbus,addr=${bus.address}`
    guest = stack.use(await LinuxGuest.start({ display: 'virtio-gpu', pattern: 'bar', backend }))
  }, 120_000)
  afterAll(() => stack.disposeAsync())

  async function watch(): Promise<Source> {
    const parsed = parseAddress(`qemu+dbus:${address}`)
    if (!parsed.ok) throw new Error(parsed.failure.why)
    const result = await openQemuBus(parsed.value, AbortSignal.timeout(20_000))
    if (!result.ok) throw new Error(result.failure.why)
    return result.value
  }

  it('has two viewers at a time, of which one stays live when the other leaves', async () => {
    const before = await rate(guest)
    const first = await watch()
    using second = await watch()
    await expectLive(first)
    await expectLive(second)
    expect([first.gone, second.gone]).toEqual([undefined, undefined])
    first[Symbol.dispose]()
    await expectLive(second)
    second[Symbol.dispose]()
    await expectUnharmed(guest, before)
  })
})
