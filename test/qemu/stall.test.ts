// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSourceHandle } from '../../main/source/handle.ts'
import type { SourceHandle } from '../../main/source/source.ts'
import { guestHindrance } from './guest/files.ts'
import { LinuxGuest } from './linux-guest.ts'

// How much exactly is measured by `npm run bench:qemu -- stall`; this is about what must never happen.

const STALL_MS = 15_000
const MB = 2 ** 20
/** A picture of 1920 × 1080 has 8 MB: some may be under way, a queue of them may not. */
const FEW_PICTURES = 50 * MB

function residentBytes(pid: number | 'self'): number {
  const [, kilobytes] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

async function open(guest: LinuxGuest): Promise<SourceHandle> {
  const address = { text: `qemu:${guest.socket}`, scheme: 'qemu', path: guest.socket }
  const opened = await openSourceHandle(
    { ...address, query: new Map() },
    AbortSignal.timeout(20_000),
  )
  if (!opened.ok) throw new Error(opened.failure.why)
  return opened.value
}

/** Frames that the guest made so far; its picture begins with their number. */
const framesOf = async (guest: LinuxGuest) => (await guest.command('hz 60')).frame

async function flipsDuring(guest: LinuxGuest, ms: number): Promise<number> {
  const before = await framesOf(guest)
  await delay(ms)
  return (await framesOf(guest)) - before
}

describe.skipIf(guestHindrance !== undefined)('a window that stands still', () => {
  let guest: LinuxGuest
  beforeAll(async () => {
    guest = await LinuxGuest.start({ display: 'virtio-gpu', pattern: 'full' })
  }, 90_000)
  afterAll(() => guest[Symbol.asyncDispose]())

  it('costs neither guest nor QEMU anything, and shows the newest picture afterwards', async () => {
    await using handle = await open(guest)
    const shown: { readonly seq: number; readonly number: number }[] = []
    let isStalled = false
    handle.on('frame', ({ seq }, payload) => {
      const [blue = 0, green = 0, red = 0] = payload
      shown.push({ seq, number: (red << 16) | (green << 8) | blue })
      handle.recycle(payload)
      if (!isStalled) handle.presented(seq)
    })
    handle.watch('stream')
    await expect.poll(() => shown.length, { timeout: 20_000 }).toBeGreaterThan(30)
    const watched = await flipsDuring(guest, 3000)
    const before = { qemu: residentBytes(guest.vm.pid), own: residentBytes('self') }

    isStalled = true
    await delay(500)
    const sent = shown.length
    const unwatched = (await flipsDuring(guest, STALL_MS)) / (STALL_MS / 3000)
    expect(shown.length, 'frames without anybody to present them').toBe(sent)
    // Other work on this host takes its share of both; a guest that waits for us does not flip at all.
    expect(unwatched).toBeGreaterThan(watched / 2)
    expect(residentBytes(guest.vm.pid) - before.qemu).toBeLessThan(FEW_PICTURES)
    expect(residentBytes('self') - before.own).toBeLessThan(2 * FEW_PICTURES)

    isStalled = false
    const newest = await framesOf(guest)
    handle.presented(shown.at(-1)?.seq ?? 0)
    await expect.poll(() => shown.length, { timeout: 20_000 }).toBeGreaterThan(sent)
    expect(shown[sent]?.number).toBeGreaterThanOrEqual(newest - 1)
  }, 90_000)
})
