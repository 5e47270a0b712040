// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { noCapabilities } from '../../core/guest.ts'
import type { Hello } from '../../core/protocol.ts'
import { initialSettings, type Settings } from '../../core/settings.ts'
import { drivers, startBrowser } from './browser.ts'
import { SiteServer } from './site-server.ts'
import { windowSite } from './window-page.ts'

declare global {
  interface Window {
    /** What goes to the desktop's device. */
    ear?: AnalyserNode
    contexts: AudioContext[]
    /** A tone of the guest's, in pieces of 20 ms by the page's clock. */
    tone?: ReturnType<typeof setInterval>
  }
}

const guest = { title: 'lab', consoles: [], capabilities: { ...noCapabilities, audio: true } }
const settings = (muted: boolean): Settings => ({
  ...initialSettings,
  muted,
})
const TONE = 440

/** Runs in the page: gives it silence, and tells how its device and how many lines of words are. */
function tellStates() {
  const contexts: AudioContext[] = []
  window.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options)
      contexts.push(this)
    }
  }
  setInterval(() => {
    const news = { stream: 1, rate: 48000, channels: 1, bytes: new Uint8Array(4800) } as const
    window.fake.emit('guest:news', { kind: 'sound', ...news })
    const words = document.querySelectorAll('.toast').length
    // biome-ignore lint/suspicious/noConsole: whatever else leaves the page counts as a gesture in it
    if (contexts[0]) console.debug(`${contexts[0].state} ${words}`)
  }, 50)
}

describe('the sound of a guest', () => {
  let browser: Browser
  let blocking: Browser
  let page: Page
  let server: SiteServer
  const errors: string[] = []

  const open = async (hello: Partial<Hello> = {}, by = browser) => {
    const site = await windowSite({ guest, settings: settings(false), ...hello })
    server = await SiteServer.listen(site)
    page = await by.newPage()
    await page.goto(server.address)
    await page.waitForFunction(() => window.fake?.calls.length > 0)
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.evaluate(() => {
      window.contexts = []
      const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode
      const listening = function (this: AudioNode, to: AudioNode) {
        const context = this.context as AudioContext
        window.contexts.push(context)
        window.ear = new AnalyserNode(context, { fftSize: 8192 })
        connect.call(this, window.ear)
        return connect.call(this, to)
      }
      Object.defineProperty(AudioNode.prototype, 'connect', { value: listening })
    })
    await page.evaluate(() => window.fake.desktop(640, 480))
  }
  /** Plays for as long as the page lives, or until {@link still}. */
  const play = (rate = 44100, frequency = TONE) =>
    page.evaluate(
      ([perSecond, hertz]) => {
        const piece = Math.round(perSecond / 50)
        let at = 0
        let due = performance.now()
        window.tone = setInterval(() => {
          for (; due < performance.now(); due += 20) {
            const samples = new Int16Array(piece * 2)
            for (let frame = 0; frame < piece; frame += 1, at += 1) {
              const value = 16000 * Math.sin((2 * Math.PI * hertz * at) / perSecond)
              samples.fill(value, frame * 2, frame * 2 + 2)
            }
            const bytes = new Uint8Array(samples.buffer)
            const news = { kind: 'sound', stream: 1, rate: perSecond, channels: 2, bytes } as const
            window.fake.emit('guest:news', news)
          }
        }, 10)
      },
      [rate, frequency] as const,
    )
  const still = () => page.evaluate(() => clearInterval(window.tone))
  /** Frequency and loudness of the last 170 ms. */
  const heard = () =>
    page.evaluate(() => {
      const { ear } = window
      if (!ear) return { frequency: 0, loudness: 0 }
      const samples = new Float32Array(ear.fftSize)
      ear.getFloatTimeDomainData(samples)
      const rises: number[] = []
      for (let at = 1; at < samples.length; at += 1) {
        const [before = 0, here = 0] = [samples[at - 1], samples[at]]
        if (before < 0 && here >= 0) rises.push(at - here / (here - before))
      }
      const periods = rises.length - 1
      const span = (rises.at(-1) ?? 0) - (rises[0] ?? 0)
      const frequency = periods > 0 ? (periods * ear.context.sampleRate) / span : 0
      return { frequency, loudness: Math.max(...samples) }
    })
  const requests = () =>
    page.evaluate(() =>
      window.fake.notes
        .filter(({ name }) => name === 'guest:request')
        .map(({ args }) => args[0] as { readonly on: boolean })
        .map(({ on }) => on),
    )
  const mute = () => page.getByRole('button', { name: 'Mute' })
  const expectTone = async (loudness: number) => {
    await expect
      .poll(async () => (await heard()).loudness, { timeout: 10_000 })
      .toBeCloseTo(loudness, 1)
    await expect
      .poll(async () => Math.abs((await heard()).frequency - TONE), { timeout: 10_000 })
      .toBeLessThan(TONE * 0.015)
  }

  beforeAll(async () => {
    const driver = drivers.at(-1) ?? 'swiftshader'
    const flag = '--autoplay-policy='
    browser = await startBrowser(driver, [`${flag}no-user-gesture-required`])
    blocking = await startBrowser(driver, [`${flag}document-user-activation-required`])
  })
  afterEach(async () => {
    await page.close()
    await server[Symbol.asyncDispose]()
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(() => Promise.all([browser?.close(), blocking?.close()]))

  it.each([44100, 48000, 8000, 192_000])('is heard as it was played, at %i Hz', async (rate) => {
    await open()
    await play(rate)
    await expectTone(16000 / 32768)
    expect(await page.evaluate(() => window.contexts[0]?.sampleRate)).toBe(rate)
  })

  it('is asked for at once, and each piece is told to have come', async () => {
    await open()
    expect(await requests()).toEqual([true])
    await play()
    const told = () =>
      page.evaluate(() => window.fake.notes.filter(({ name }) => name === 'sound:heard').length)
    await expect.poll(told).toBeGreaterThan(10)
  })

  it('is not asked for by a person who muted it, nor played', async () => {
    await open({ settings: settings(true) })
    await play()
    await page.waitForTimeout(300)
    expect(await requests()).toEqual([])
    expect(await page.evaluate(() => window.contexts.length)).toBe(0)
    expect(await mute().getAttribute('aria-pressed')).toBe('true')
  })

  it('is no matter of a guest without', async () => {
    await open({ guest: { ...guest, capabilities: noCapabilities } })
    expect(await requests()).toEqual([])
    expect(await mute().count()).toBe(0)
  })

  it('goes and comes by the button and by keys, and is remembered', async () => {
    await open()
    await play()
    await expectTone(16000 / 32768)
    await mute().click()
    await expect.poll(requests).toEqual([true, false])
    await expect.poll(() => page.evaluate(() => window.contexts[0]?.state)).toBe('closed')
    expect(await mute().getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('Control+Shift+M')
    await expect.poll(requests).toEqual([true, false, true])
    await expectTone(16000 / 32768)
    const changes = await page.evaluate(() =>
      window.fake.calls.filter(({ name }) => name === 'settings:change').map(({ args }) => args[0]),
    )
    expect(changes).toEqual([{ muted: true }, { muted: false }])
  })

  it('is asked for again of a guest that was opened again', async () => {
    await open()
    await page.evaluate((info) => window.fake.emit('guest:changed', info), guest)
    await expect.poll(requests).toEqual([true, true])
  })

  it('is as loud as the guest wants', async () => {
    await open()
    const volume = (muted: boolean, of: number) =>
      page.evaluate((news) => window.fake.emit('guest:news', news), {
        kind: 'sound-volume',
        stream: 1,
        muted,
        volume: of,
      } as const)
    await volume(false, 0.5)
    await play()
    await expectTone(8000 / 32768)
    await volume(true, 1)
    await expect.poll(async () => (await heard()).loudness).toBe(0)
    await volume(false, 1)
    await expectTone(16000 / 32768)
  })

  it('lets the device go when nothing is played, and takes it again', async () => {
    await open()
    await play()
    await expectTone(16000 / 32768)
    await still()
    const state = () => page.evaluate(() => window.contexts[0]?.state)
    await expect.poll(state, { timeout: 10_000 }).toBe('suspended')
    await play()
    await expectTone(16000 / 32768)
    expect(await page.evaluate(() => window.contexts.length)).toBe(1)
  })

  // Whatever Playwright evaluates counts as a gesture: the page plays and tells by itself.
  it('waits for a gesture where the browser wants one, without a word', async () => {
    const site = await windowSite({ guest, settings: settings(false) })
    const fake = site['/fake.js']
    const body = `${fake?.body}\n(${tellStates})()`
    server = await SiteServer.listen({ ...site, '/fake.js': { type: 'text/javascript', body } })
    page = await blocking.newPage()
    const states: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'debug') states.push(message.text())
    })
    await page.goto(server.address)
    await expect.poll(() => states.length, { timeout: 15_000 }).toBeGreaterThan(30)
    expect(new Set(states)).toEqual(new Set(['suspended 0']))
    await page.mouse.click(300, 300)
    await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe('running 0')
  })

  it('plays on in a window that stands still for a moment, and is as near as before', async () => {
    await open()
    await play()
    await expectTone(16000 / 32768)
    await page.evaluate(() => {
      const until = performance.now() + 1500
      while (performance.now() < until);
    })
    await expectTone(16000 / 32768)
  })
})
