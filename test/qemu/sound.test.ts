// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import type { GuestNews } from '../../core/guest-channel.ts'
import type { Source } from '../../main/source/source.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { SPEAKER_DISPLAY, speakerGuest } from './speaker.ts'
import { view } from './viewer.ts'
import { type Qemu, VirtualMachine } from './virtual-machine.ts'

expectNoLeaks()

const TONE = 440
const on = { kind: 'sound', on: true } as const
const off = { kind: 'sound', on: false } as const

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

type Tried = {
  readonly name: string
  readonly isHere: boolean
  readonly qemu?: Qemu
  readonly audio?: string
}

/**
 * Newer ones from the cache that host/newer-qemu.mjs fills. By themselves they take 480 samples at a
 * time, ten times in 100 ms at best, and lose some on a busy host.
 */
const qemus: readonly Tried[] = [
  { name: 'this host', isHere: true },
  ...['trixie', 'sid'].map((name) => {
    const folder = fileURLToPath(new URL(`../../.cache/qemu-${name}`, import.meta.url))
    const qemu = { program: `${folder}/qemu` }
    return { name, qemu, isHere: existsSync(`${folder}/complete`), audio: ',nsamples=1024' }
  }),
]

async function start({ qemu, audio }: Tried, args = speakerGuest(TONE, 8, audio)) {
  const display = args.some((word) => word.startsWith('dbus,')) ? SPEAKER_DISPLAY : undefined
  const vm = stack.use(new VirtualMachine(args, display, qemu))
  await vm.started()
  return vm
}

/** A viewer and what it hears. */
async function listener(vm: VirtualMachine) {
  const source = stack.use(await view(vm.socket))
  const heard: Extract<GuestNews, { readonly kind: 'sound' }>[] = []
  const ends: number[] = []
  source.onNews?.((news) => {
    if (news.kind === 'sound') heard.push(news)
    if (news.kind === 'sound-end') ends.push(news.stream)
  })
  return { source, heard, ends }
}

/** The left channel of all that was heard. */
function samples(heard: readonly Extract<GuestNews, { readonly kind: 'sound' }>[]): number[] {
  return heard.flatMap(({ bytes, channels }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const frames = bytes.length / (2 * channels)
    return Array.from({ length: frames }, (_, at) => view.getInt16(at * 2 * channels, true))
  })
}

/** Of the longest stretch without silence. */
function frequency(wave: readonly number[], rate: number): number {
  const rises = wave.flatMap((one, at) => ((wave[at - 1] ?? 0) < 0 && one >= 0 ? [at] : []))
  const periods = rises.length - 1
  return periods > 0 ? (periods * rate) / ((rises.at(-1) ?? 0) - (rises[0] ?? 0)) : 0
}

/** What the speaker sounds at now: of the last second. */
const toneOf = (heard: Parameters<typeof samples>[0]) =>
  frequency(samples(heard.slice(-43)), heard[0]?.rate ?? 0)

const isWell = (vm: VirtualMachine) => vm.execute('query-status')

describe.each(qemus)('the sound of the QEMU of $name', (tried) => {
  describe.skipIf(!tried.isHere)('unless it was not fetched', () => {
    it('is the tone that the guest sounds, for as long as it sounds', async () => {
      const vm = await start(tried)
      const { source, heard, ends } = await listener(vm)
      expect(source.info.capabilities.audio).toBe(true)
      source.request?.(on)
      await expect
        .poll(() => Math.abs(toneOf(heard) - TONE), { timeout: 15_000, interval: 200 })
        .toBeLessThan(TONE * 0.01)
      expect(heard[0]).toMatchObject({ rate: 44100, channels: 2 })
      // QEMU ends the stream of a speaker that is off, and begins with that.
      ends.length = 0
      await expect.poll(() => ends, { timeout: 30_000, interval: 200 }).toEqual([heard[0]?.stream])
      const count = heard.length
      await delay(300)
      expect(heard.length).toBe(count)
      expect(await isWell(vm)).toMatchObject({ running: true })
    })

    it('comes as fast as it is played', async () => {
      const vm = await start(tried)
      const { source, heard } = await listener(vm)
      source.request?.(on)
      await expect.poll(() => heard.length, { timeout: 10_000 }).toBeGreaterThan(20)
      const before = samples(heard).length
      const since = performance.now()
      await delay(3000)
      const rate = ((samples(heard).length - before) / (performance.now() - since)) * 1000
      expect(rate).toBeGreaterThan(44100 * 0.93)
      expect(rate).toBeLessThan(44100 * 1.07)
    })

    it('is begun and ended at will, and the VM is none the worse', async () => {
      const vm = await start(tried)
      const { source, heard } = await listener(vm)
      for (let round = 0; round < 5; round += 1) {
        heard.length = 0
        source.request?.(on)
        await expect.poll(() => heard.length, { timeout: 10_000 }).toBeGreaterThan(3)
        source.request?.(off)
        await delay(100)
        const after = heard.length
        await delay(150)
        expect(heard.length).toBe(after)
      }
      expect(await isWell(vm)).toMatchObject({ running: true })
    })

    it('is there for the next viewer, too', async () => {
      const vm = await start(tried)
      for (let round = 0; round < 3; round += 1) {
        const { source, heard } = await listener(vm)
        source.request?.(on)
        await expect.poll(() => heard.length, { timeout: 10_000 }).toBeGreaterThan(3)
        source[Symbol.dispose]()
      }
      const [first, second] = [await listener(vm), await listener(vm)]
      first.source.request?.(on)
      second.source.request?.(on)
      await expect.poll(() => second.heard.length, { timeout: 10_000 }).toBeGreaterThan(3)
      expect(await isWell(vm)).toMatchObject({ running: true })
    })

    it('is no matter of a QEMU that plays nothing', async () => {
      const vm = await start(tried, ['-vga', 'std'])
      const source: Source = stack.use(await view(vm.socket))
      expect(source.info.capabilities.audio).toBe(false)
      source.request?.(on)
      await delay(300)
      expect(await isWell(vm)).toMatchObject({ running: true })
    })
  })
})
