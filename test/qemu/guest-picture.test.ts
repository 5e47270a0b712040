// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Source } from '../../main/source/source.ts'
import { readPng } from '../fakes/read-png.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { guestHindrance, guestTitle } from './guest/files.ts'
import { BLOCK, CURSOR, type GuestPattern, guestCursor, guestPicture } from './guest/picture.ts'
import { type GuestDisplay, LinuxGuest } from './linux-guest.ts'
import { cursorOf, difference, firstPixel, pictureOf, view } from './viewer.ts'

const displays = ['std', 'virtio-gpu', 'qxl', 'bochs'] as const satisfies readonly GuestDisplay[]
const withCursor = ['virtio-gpu', 'qxl'] as const satisfies readonly GuestDisplay[]
const size = { width: 1920, height: 1080 }
/** A busy host takes its time; nothing here is about how fast. */
const patience = { timeout: 20_000, interval: 50 }

const command = fileURLToPath(new URL('../../out/main/cli.js', import.meta.url))

const guests = new Map<GuestDisplay, LinuxGuest>()

function guestWith(display: GuestDisplay): LinuxGuest {
  const guest = guests.get(display)
  if (!guest) throw new Error(`${display} did not boot`)
  return guest
}

/** Everything that the viewer and QEMU show is that frame, in every pixel. */
async function expectFrame(
  guest: LinuxGuest,
  source: Source,
  pattern: GuestPattern,
  frame: number,
) {
  const expected = { ...size, rgb: guestPicture(size, pattern, frame) }
  await expect.poll(() => difference(expected, pictureOf(source)), patience).toBe(0)
  expect(difference(expected, await guest.vm.screendump())).toBe(0)
}

expectNoLeaks()

describe.skipIf(guestHindrance !== undefined)(guestTitle('a Linux guest'), () => {
  beforeAll(async () => {
    const started = displays.map(async (display) => {
      guests.set(display, await LinuxGuest.start({ display, hz: 30 }))
    })
    await Promise.all(started)
  }, 120_000)
  afterAll(async () => {
    for (const guest of guests.values()) await guest[Symbol.asyncDispose]()
  })

  describe.each(displays)('with %s', (display) => {
    it.each(['static', 'bar', 'full', 'dirty', 'strip'] as const)(
      'shows a stopped %s picture as it was drawn and as QEMU dumps it, in every pixel',
      async (pattern) => {
        const guest = guestWith(display)
        using source = await view(guest.socket)
        const { frame: before } = await guest.command(`pattern ${pattern}`)
        const shown = async () =>
          pattern === 'strip' ? (await guest.command('look')).frame : firstPixel(source)
        if (pattern !== 'static') await expect.poll(shown, patience).toBeGreaterThan(before + 5)
        const { frame } = await guest.command('freeze')
        await expectFrame(guest, source, pattern, frame)
        expect(source.queryErrors).toBe(0)
      },
    )

    it('shows one flip after the other', async () => {
      const guest = guestWith(display)
      await guest.command('pattern bar')
      using source = await view(guest.socket)
      const seen: number[] = []
      const look = () => {
        const number = firstPixel(source)
        if (number !== undefined && number !== seen.at(-1)) seen.push(number)
        return seen.length
      }
      await expect.poll(look, { ...patience, interval: 1 }).toBeGreaterThan(20)
      await guest.command('pattern static')
      expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    })

    it('shows a small change within a picture that stands still', async () => {
      const guest = guestWith(display)
      const { frame } = await guest.command('pattern static')
      using source = await view(guest.socket)
      await expectFrame(guest, source, 'static', frame)
      await guest.command('patch 1001,333 12ab9f')
      const expected = { ...size, rgb: guestPicture(size, 'static', frame) }
      for (let y = 333; y < 333 + BLOCK; y += 1) {
        for (let x = 1001; x < 1001 + BLOCK; x += 1) {
          expected.rgb.set([0x12, 0xab, 0x9f], (y * size.width + x) * 3)
        }
      }
      await expect.poll(() => difference(expected, pictureOf(source)), patience).toBe(0)
    })

    it('follows the guest to another size and back', async () => {
      const guest = guestWith(display)
      using source = await view(guest.socket)
      for (const other of [{ width: 1280, height: 720 }, { width: 800, height: 600 }, size]) {
        const { frame } = await guest.command(`mode ${other.width}x${other.height}`)
        const expected = { ...other, rgb: guestPicture(other, 'static', frame) }
        await expect.poll(() => difference(expected, pictureOf(source)), patience).toBe(0)
      }
    })
  })

  it.each(displays)('with %s is what the command line takes a screenshot of', async (display) => {
    const guest = guestWith(display)
    const { frame } = await guest.command('pattern static')
    const folder = mkdtempSync(path.join(tmpdir(), 'screenshot-'))
    const file = path.join(folder, 'guest.png')
    const words = [command, 'screenshot', `qemu:${guest.socket}`, '-o', file]
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    const { width, height, rgba } = readPng(readFileSync(file))
    rmSync(folder, { recursive: true })
    const rgb = rgba.filter((_, at) => at % 4 !== 3)
    const expected = { ...size, rgb: guestPicture(size, 'static', frame) }
    expect(difference(expected, { width, height, rgb })).toBe(0)
  })

  describe.each(withCursor)('with %s', (display) => {
    // biome-ignore format: one row per cursor
    const places = [
      { hotspot: [7, 5],   corner: [100, 50] },
      { hotspot: [0, 0],   corner: [200, 300] },
      { hotspot: [63, 63], corner: [1900, 1070] },
      { hotspot: [7, 5],   corner: [-3, -4] },
    ] as const

    it.each(places)(
      'has the cursor with hotspot $hotspot and its corner at $corner, where the guest put it',
      async ({ hotspot, corner }) => {
        const guest = guestWith(display)
        using source = await view(guest.socket)
        await guest.command(`cursor ${corner.join()}`)
        await guest.command(`hotspot ${hotspot.join()}`)
        const place = () => {
          const cursor = cursorOf(source)
          return cursor && [cursor.x, cursor.y, cursor.hotspot?.x, cursor.hotspot?.y]
        }
        await expect.poll(place, patience).toEqual([...corner, ...hotspot])
        const cursor = cursorOf(source)
        expect(cursor).toMatchObject({ width: CURSOR, height: CURSOR, fourcc: 'AR24' })
        expect(Buffer.compare(cursor?.bytes ?? new Uint8Array(), guestCursor())).toBe(0)
      },
    )

    it('moves the cursor alone', async () => {
      const guest = guestWith(display)
      using source = await view(guest.socket)
      // QEMU 7.2 tells a new viewer of the cursor's image when the guest sets it again.
      await guest.command('hotspot 7,5')
      for (const x of [10, 500, 1234]) {
        await guest.command(`cursor ${x},${x / 2}`)
        const place = () => [cursorOf(source)?.x, cursorOf(source)?.y]
        await expect.poll(place, patience).toEqual([x, x / 2])
      }
    })
  })

  it('shows a glyph for each key that is typed, and tells when it is drawn', async () => {
    const guest = guestWith('virtio-gpu')
    const told: number[] = []
    guest.onMark((byte) => void told.push(byte))
    const { frame } = await guest.command('pattern text')
    await guest.command('stamp on')
    for (const down of [true, false]) {
      const key = { down, key: { type: 'qcode', data: 'a' } }
      await guest.vm.execute('input-send-event', { events: [{ type: 'key', data: key }] })
    }
    const newest = async () => (await guest.command('look')).frame
    await expect.poll(newest, patience).toBe(frame + 1)
    await expect.poll(() => told, patience).toEqual([(frame + 1) & 255])
    const at = ((size.height / 4 + 8) * size.width + ((frame + 1) % 240) * 8 + 4) * 3
    const { rgb } = await guest.vm.screendump()
    const [red = 0, green = 0, blue = 0] = rgb.subarray(at)
    expect((red << 16) | (green << 8) | blue).toBe(frame + 1)
    await guest.command('stamp off')
    guest.onMark(() => {})
  })

  it('moves the cursor by itself', async () => {
    const guest = guestWith('virtio-gpu')
    using source = await view(guest.socket)
    await guest.command('hotspot 0,0')
    await guest.command('pattern pointer')
    const places = new Set<number>()
    const look = () => {
      const { x, y } = cursorOf(source) ?? {}
      if (x !== undefined && y === 200) places.add(x)
      return places.size
    }
    await expect.poll(look, { ...patience, interval: 1 }).toBeGreaterThan(5)
    expect([...places].filter((x) => x % 64 !== 0)).toEqual([])
    await guest.command('pattern static')
  })

  // QEMU's qxl keeps the cursor shown, in every display that it has.
  it('with virtio-gpu has no cursor once the guest hid it', async () => {
    const guest = guestWith('virtio-gpu')
    using source = await view(guest.socket)
    await guest.command('hotspot 7,5')
    await expect.poll(() => cursorOf(source) !== undefined, patience).toBe(true)
    await guest.command('cursor off')
    await expect.poll(() => cursorOf(source), patience).toBe(undefined)
  })
})
