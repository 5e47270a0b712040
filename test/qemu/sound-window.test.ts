// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { findBrowser } from '../../main/shell/chromium/browser-binary.ts'
import { App, processes } from '../e2e/app.ts'
import { SPEAKER_DISPLAY, speakerGuest } from './speaker.ts'
import { VirtualMachine } from './virtual-machine.ts'

declare global {
  interface Window {
    /** What goes to the desktop's device. */
    ear?: AnalyserNode
    /** Pieces of sound that went to the thread that plays. */
    pieces: number
  }
}

const TONE = 440
const STALL_MS = 10_000
/** QEMU sends 43 pieces a second: those of a second, where a stall's would be hundreds. */
const FEW = 43

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

/** The program with a guest that sounds a tone; muted at first, so that the page can be listened to. */
async function start() {
  const vm = stack.use(new VirtualMachine(speakerGuest(TONE, 600), SPEAKER_DISPLAY))
  await vm.started()
  const args = [`qemu:${vm.socket}`, '--headless', '--frames', '1000000', '--mute']
  const app = stack.use(new App(args, {}, { debuggable: true }))
  const { page, tools } = await app.page()
  stack.defer(() => tools.close())
  const mute = page.getByRole('button', { name: 'Mute' })
  await mute.waitFor()
  expect(await mute.getAttribute('aria-pressed')).toBe('true')
  await page.evaluate(() => {
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode
    const listening = function (this: AudioNode, to: AudioNode) {
      window.ear = new AnalyserNode(this.context, { fftSize: 8192 })
      connect.call(this, window.ear)
      return connect.call(this, to)
    }
    Object.defineProperty(AudioNode.prototype, 'connect', { value: listening })
    window.pieces = 0
    const post = MessagePort.prototype.postMessage as (...args: unknown[]) => void
    const counting = function (this: MessagePort, ...args: unknown[]) {
      window.pieces += 1
      post.apply(this, args)
    }
    Object.defineProperty(MessagePort.prototype, 'postMessage', { value: counting })
  })
  await mute.click()
  return { vm, app, page }
}

/** Frequency of the last 190 ms; 0 when it is silent. */
function heard(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { ear } = window
    if (!ear) return 0
    const samples = new Float32Array(ear.fftSize)
    ear.getFloatTimeDomainData(samples)
    const rises: number[] = []
    for (let at = 1; at < samples.length; at += 1) {
      if ((samples[at - 1] ?? 0) < 0 && (samples[at] ?? 0) >= 0) rises.push(at)
    }
    const span = (rises.at(-1) ?? 0) - (rises[0] ?? 0)
    return span > 0 ? ((rises.length - 1) * ear.context.sampleRate) / span : 0
  })
}

const expectTone = (page: Page) =>
  expect
    .poll(async () => Math.abs((await heard(page)) - TONE), { timeout: 20_000, interval: 100 })
    .toBeLessThan(TONE * 0.02)

const isBrowserThere = findBrowser(process.env).ok

describe.skipIf(!isBrowserThere)('the sound of a real QEMU in the window (needs Chromium)', () => {
  it('is heard there, from the speaker to the device', async () => {
    const { vm, page } = await start()
    await expectTone(page)
    await page.getByRole('button', { name: 'Mute' }).click()
    await expect.poll(() => page.evaluate(() => window.ear?.context.state)).toBe('closed')
    expect(await vm.execute('query-status')).toMatchObject({ running: true })
  })

  it('does not pile up for a page that stands still, which then hears the guest as it is', async () => {
    const { app, page } = await start()
    await expectTone(page)
    const pages = processes().filter(
      ({ command }) => command.includes(app.runtime) && command.includes('--type=renderer'),
    )
    expect(pages.length).toBeGreaterThan(0)
    const pieces = () => page.evaluate(() => window.pieces)
    const before = await pieces()
    for (const { pid } of pages) process.kill(pid, 'SIGSTOP')
    await delay(STALL_MS)
    for (const { pid } of pages) process.kill(pid, 'SIGCONT')
    expect((await pieces()) - before).toBeLessThan(FEW)
    await expectTone(page)
    await expect.poll(pieces, { timeout: 10_000 }).toBeGreaterThan(before + FEW)
  })
})
