// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { InspectFacts } from '../../core/inspection.ts'
import type { Plane, PlaneStatus } from '../../core/plane.ts'
import { seriousFaults } from './accessibility.ts'
import { drivers, startBrowser } from './browser.ts'
import { openWindow } from './window-page.ts'

const primary: Plane = {
  kind: 'primary',
  fourcc: 'XR24',
  modifier: 0x0100000000000001n,
  width: 640,
  height: 480,
  x: 0,
  y: 0,
  bottomUp: false,
  memory: [{ buffer: 0, offset: 0, stride: 2560, size: 2560 * 480 }],
}
const cursor: Plane = {
  ...primary,
  kind: 'cursor',
  fourcc: 'AR24',
  modifier: 0n,
  width: 64,
  height: 64,
  x: 365,
  y: 211,
  hotspot: { x: 4, y: 3 },
  memory: [{ buffer: 0, offset: 0, stride: 256, size: 16_384 }],
}
const refused: PlaneStatus = {
  kind: 'overlay',
  state: 'refused',
  claim: { ...primary, kind: 'overlay', modifier: 0x0100000000000004n },
  verdict: {
    code: 'modifier',
    what: 'cannot show the overlay plane',
    why: 'I915_FORMAT_MOD_Y_TILED_CCS is compressed',
    remedy: 'start the guest driver without compression',
    field: 'modifier',
    value: '0x0100000000000004',
  },
}
const facts: InspectFacts = {
  access: 'dma-buf',
  statuses: [
    { kind: 'primary', state: 'shown', plane: primary, identity: 'dmabuf 3' },
    refused,
    { kind: 'cursor', state: 'shown', plane: cursor, identity: 'dmabuf 4' },
  ],
  buffers: [
    {
      identity: 'dmabuf 3',
      kind: 'primary',
      fourcc: 'XR24',
      modifier: primary.modifier,
      width: 640,
      height: 480,
      bytes: 1_228_800,
    },
  ],
  refreshes: 120,
  frames: 60,
  queryErrors: 3,
  engine: { name: 'reference', reason: 'no native engine: it is not built' },
}

describe('the inspector', () => {
  let browser: Browser
  let page: Page
  const errors: string[] = []
  const open = async (options: Parameters<typeof openWindow>[1] = {}) => {
    page = await openWindow(browser, { viewport: { width: 1200, height: 800 }, ...options })
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
  }
  /** A picture with the inspector beside it, and main's word on it. */
  const inspect = async (options: Parameters<typeof openWindow>[1] = {}) => {
    await open(options)
    await page.evaluate(() => window.fake.desktop(640, 480))
    await page.keyboard.press('Control+Shift+I')
    await panel().waitFor()
    await tellFacts(facts)
  }
  const tellFacts = (told: InspectFacts | null) =>
    page.evaluate((all) => window.fake.emit('inspect:changed', all), told)
  const flip = async (...buffers: readonly number[]) => {
    for (const buffer of buffers) {
      await page.evaluate((to) => window.fake.flip(to), buffer)
      await page.waitForTimeout(20)
    }
  }
  const told = (name: string) =>
    page.evaluate(
      (wanted) => window.fake.notes.filter((note) => note.name === wanted).map((note) => note.args),
      name,
    )
  const called = (name: string) =>
    page.evaluate(
      (wanted) => window.fake.calls.filter((call) => call.name === wanted).map((call) => call.args),
      name,
    )
  const panel = () => page.getByRole('complementary', { name: 'Inspector' })
  const plane = (kind: string) => panel().getByRole('region', { name: `${kind} plane` })
  const fact = (kind: string, name: string) =>
    plane(kind).getByRole('row').filter({ hasText: name }).getByRole('cell').textContent()
  const timeline = () => panel().getByRole('slider')
  const values = () => timeline().getAttribute('aria-valuetext')

  beforeAll(async () => {
    browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
  })
  afterEach(async () => {
    await page.context().close()
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(() => browser?.close())

  it('asks for nothing and hears no frame until it is open, nor after it was closed', async () => {
    await open()
    await page.evaluate(() => window.fake.desktop(640, 480))
    const listeners = () => page.evaluate(() => window.fake.frameListeners)
    expect(await listeners()).toBe(1)
    for (const [keys, note] of [
      ['Control+Shift+I', 'inspect:watch'],
      ['Control+Shift+F', 'stats:watch'],
    ] as const) {
      expect(await told(note)).toEqual([])
      await page.keyboard.press(keys)
      await expect.poll(() => told(note)).toEqual([[true]])
      expect(await listeners()).toBe(2)
      await page.keyboard.press(keys)
      await expect.poll(() => told(note)).toEqual([[true], [false]])
      expect(await listeners()).toBe(1)
    }
  })

  it('leaves the window alone when it was closed: no timer, no animation', async () => {
    await inspect()
    await flip(0, 1, 2)
    await page.keyboard.press('Escape')
    await panel().waitFor({ state: 'detached' })
    await page.mouse.move(400, 500)
    const toolbar = page.getByRole('toolbar', { name: 'Display' })
    await expect.poll(() => toolbar.isVisible(), { timeout: 6000 }).toBe(false)
    const busy = await page.evaluate(async () => {
      let asked = document.getAnimations().length
      for (const name of ['requestAnimationFrame', 'setTimeout'] as const) {
        const real = window[name] as (...args: unknown[]) => number
        Object.assign(window, {
          [name]: (...args: unknown[]) => {
            asked += 1
            return real(...args)
          },
        })
      }
      const since = performance.now()
      while (performance.now() - since < 600) await new Promise((done) => queueDone(done))
      return asked
      function queueDone(done: (value: unknown) => void): void {
        const channel = new MessageChannel()
        channel.port1.onmessage = () => done(undefined)
        channel.port2.postMessage(0)
      }
    })
    expect(busy).toBe(0)
  })

  it('names every plane: codes, place, bytes, buffer', async () => {
    await inspect()
    expect(await fact('Primary', 'Fourcc')).toContain('XR24 · XRGB88880x34325258')
    expect(await fact('Primary', 'Modifier')).toContain('I915_FORMAT_MOD_X_TILED0x0100000000000001')
    expect(await fact('Primary', 'Size')).toBe('640 × 480')
    expect(await fact('Primary', 'Stride')).toBe('2560 bytes')
    expect(await fact('Primary', 'Memory')).toBe('1228800 bytes, needs 1228800')
    expect(await fact('Cursor', 'Position')).toBe('365, 211')
    expect(await fact('Cursor', 'Hotspot')).toBe('4, 3 · points at 369, 214')
    expect(await fact('Cursor', 'Identity')).toBe('dmabuf 4')
  })

  const states: { status: PlaneStatus; words: string[] }[] = [
    {
      status: refused,
      words: [
        'Cannot be shown',
        'is compressed',
        'Start the guest driver',
        'modifier = 0x0100000000000004',
      ],
    },
    {
      status: { kind: 'overlay', state: 'stalled', failure: refused.verdict },
      words: ['Not updating', 'Cannot show the overlay plane', 'Start the guest driver'],
    },
    { status: { kind: 'overlay', state: 'disabled' }, words: ['Off', 'does not use this plane'] },
    { status: { kind: 'overlay', state: 'absent' }, words: ['None', 'no such plane'] },
  ]
  it.each(states)(
    'says why a plane is $status.state, and what would help',
    async ({ status, words }) => {
      await inspect()
      await tellFacts({ ...facts, statuses: [status] })
      await expect
        .poll(() =>
          panel()
            .getByRole('region', { name: /plane$/ })
            .count(),
        )
        .toBe(1)
      const text = await plane('Overlay').textContent()
      for (const word of words) expect(text).toContain(word)
    },
  )

  it('marks the field that is wrong', async () => {
    await inspect()
    const wrong = plane('Overlay').locator('.fact-wrong')
    expect(await wrong.getByRole('rowheader').allTextContents()).toEqual(['Modifier'])
  })

  it('tells the way of the picture and why not a better one', async () => {
    await inspect()
    const way = panel().getByRole('region', { name: 'Way of the picture' })
    const text = await way.textContent()
    for (const word of [
      'vfio:5c4f1a36',
      'dma-buf',
      '120 times, 60 frames, 3 queries failed',
      'reference engineNo native engine: it is not built.',
      'Stream of changesNo shared-memory: a browser page cannot map memory.',
    ]) {
      expect(text).toContain(word)
    }
    expect(text).toMatch(/Drawn by(WebGL2|2D canvas)/)
    const buffers = panel().getByRole('region', { name: /Buffers held/ })
    expect(await buffers.getByRole('cell').allTextContents()).toContain('1228800')
    await tellFacts(null)
    await expect.poll(() => way.textContent()).toContain('No source is open')
  })

  it('follows flips, and steps through them by keys while it holds still', async () => {
    await inspect()
    await flip(0, 1, 2, 0, 1, 2, 0, 1, 2, 0)
    await expect.poll(values).toMatch(/Primary: [\d.]+ flips\/s over \d buffers/)
    const legend = panel().getByRole('list', { name: 'Buffers of the primary plane' })
    await expect.poll(() => legend.textContent()).toContain('dmabuf 2')
    await expect.poll(() => fact('Primary', 'Identity')).toBe('dmabuf 0')
    await timeline().press('ArrowLeft')
    await expect
      .poll(values)
      .toMatch(
        /^Primary · −\d\.\d{3} s · frame \d+ · flip to dmabuf 0 · 4000 pixels changed \(6\.3 %\)$/,
      )
    const hold = panel().getByRole('button', { name: 'Hold' })
    expect(await hold.getAttribute('aria-pressed')).toBe('true')
    await timeline().press('ArrowLeft')
    await expect.poll(values).toContain('flip to dmabuf 2')
    const held = await values()
    await flip(1, 2)
    expect(await values()).toBe(held)
    await timeline().press('End')
    await timeline().press('ArrowRight')
    await expect.poll(values).toContain('flip to dmabuf 0')
    await hold.press('Enter')
    await expect.poll(values).toContain('flips/s')
    await panel().getByRole('radio', { name: '1 s' }).check()
    await page.waitForTimeout(1200)
    await expect.poll(values).toContain('Primary: no change')
  })

  it('shows each plane by itself, and what lets through as such', async () => {
    await inspect()
    const pixel = (kind: string, x: number, y: number) =>
      plane(kind)
        .getByRole('img')
        .evaluate(
          (canvas: HTMLCanvasElement, [left, top]) => [
            ...(canvas.getContext('2d')?.getImageData(left, top, 1, 1).data ?? []),
          ],
          [x, y] as const,
        )
    await expect.poll(() => pixel('Cursor', 6, 12)).toEqual([17, 17, 17, 255])
    expect((await pixel('Cursor', 60, 60))[3]).toBe(0)
    expect((await pixel('Primary', 2, 40))[3]).toBe(255)
    await flip(2)
    await expect.poll(() => pixel('Primary', 5, 5)).toEqual([160, 160, 160, 255])
  })

  it('copies a code by its button, and everything as text', async () => {
    await inspect({ permissions: ['clipboard-read', 'clipboard-write'] })
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
    await plane('Primary')
      .getByRole('button', { name: /^Copy the modifier/ })
      .press('Enter')
    await plane('Primary').getByText('Copied').waitFor()
    expect(await clipboard()).toBe('0x0100000000000001')
    await panel().getByRole('button', { name: 'Copy', exact: true }).press('Enter')
    await page.getByText('Report copied').waitFor()
    const text = await clipboard()
    for (const line of ['Primary: Shown', 'Overlay: Cannot be shown', 'Transport', '0x34325258']) {
      expect(text).toContain(line)
    }
  })

  it('takes its place beside the picture, and keys change how much', async () => {
    await inspect()
    const width = () => page.evaluate(() => document.getElementById('picture')?.clientWidth)
    const height = () => page.evaluate(() => document.getElementById('picture')?.clientHeight)
    expect(await width()).toBe(1200 - 440)
    const edge = panel().getByRole('separator')
    await edge.press('ArrowLeft')
    await expect.poll(width).toBe(1200 - 464)
    expect(await called('settings:change')).toEqual([[{ inspectorWidth: 464 }]])
    await edge.press('End')
    await expect.poll(width).toBe(160)
    await edge.press('Home')
    await expect.poll(width).toBe(900)
    await edge.hover()
    await page.mouse.down()
    await page.mouse.move(700, 300)
    await page.mouse.up()
    await expect.poll(width).toBe(700)
    await panel().getByRole('button', { name: 'Move the inspector to the bottom' }).press('Enter')
    await expect.poll(() => Promise.all([width(), height()])).toEqual([1200, 480])
    await page.keyboard.press('Control+Shift+I')
    await expect.poll(() => Promise.all([width(), height()])).toEqual([1200, 800])
  })

  it('lights up what changed and nothing else, and lets it fade', async () => {
    await inspect()
    await flip(0, 1)
    await panel().getByRole('button', { name: 'Flash' }).press('Enter')
    const lit = page.locator('canvas.flash')
    await lit.waitFor()
    // 80 × 50 pixels at 16, 40 of a picture of 320 × 200, as they lie in the window.
    const look = () =>
      lit.evaluate((canvas: HTMLCanvasElement) => {
        const scale = Math.min(canvas.width / 320, canvas.height / 200)
        const [left, top] = [(canvas.width - 320 * scale) / 2, (canvas.height - 200 * scale) / 2]
        const at = (x: number, y: number) =>
          canvas.getContext('2d')?.getImageData(left + x * scale, top + y * scale, 1, 1).data[3] ??
          0
        return { inside: at(50, 60) > 0, outside: at(150, 60) > 0 || at(50, 150) > 0 }
      })
    const seen = await page.evaluate(async () => {
      window.fake.flip(0)
      return undefined
    })
    expect(seen).toBeUndefined()
    await expect.poll(look, { interval: 10 }).toEqual({ inside: true, outside: false })
    await expect.poll(look).toEqual({ inside: false, outside: false })
  })

  it('keeps its keys to itself, and goes with Escape', async () => {
    await inspect({
      hello: { viewOnly: false, input: { keyboard: true, pointer: 'absolute' } },
    })
    await panel().getByRole('heading', { name: 'Flips' }).click()
    // The keys that opened it were the guest's, too, until they made a shortcut.
    const before = (await told('input:events')).length
    await page.keyboard.press('a')
    await page.keyboard.press('Escape')
    await panel().waitFor({ state: 'detached' })
    expect(await told('input:events')).toHaveLength(before)
    await page.keyboard.press('b')
    await expect.poll(async () => (await told('input:events')).length).toBeGreaterThan(before)
  })

  it('saves the planes as they are', async () => {
    await inspect()
    await panel().getByRole('button', { name: 'Dump…' }).press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await expect.poll(() => dialog.getByRole('textbox', { name: 'Name' }).inputValue()).not.toBe('')
    await page.keyboard.press('Enter')
    await expect
      .poll(async () => (await called('shot:save'))[0]?.[0])
      .toMatchObject({ plane: 'all', as: 'dump' })
    expect(await panel().isVisible()).toBe(true)
  })

  it('shows the statistics of a second', async () => {
    await open()
    await page.evaluate(() => window.fake.desktop(640, 480))
    await page.keyboard.press('Control+Shift+F')
    const overlay = page.getByRole('region', { name: 'Statistics' })
    await expect.poll(() => overlay.textContent()).toBe('Measuring…')
    await flip(0, 1, 2)
    const tell = () =>
      page.evaluate(() => {
        const presented = window.fake.notes.filter(({ name }) => name === 'frame:presented')
        const samples = presented.map(({ args }) => ({
          seq: args[0] as number,
          sourceMs: 1.5,
          roundMs: 400,
        }))
        const cpu = { main: 0.09, window: 0.25, processes: 7 }
        const rest = { spanMs: 1000, frames: 60, bytes: 12_345_678, cpu }
        window.fake.emit('stats:changed', { ...rest, samples })
      })
    await tell()
    await expect.poll(() => overlay.textContent()).toContain('60.0 updates/s')
    const text = (await overlay.textContent()) ?? ''
    for (const word of [
      'Presented3.0 frames/s',
      '0 frames',
      '12.3 MB/s',
      '34 % of a core',
      '9 % main, 25 % window',
      'source1.5 ms1.5 ms',
      'total402 ms402 ms',
    ]) {
      expect(text).toContain(word)
    }
    // It is read and never in the way.
    expect(await overlay.evaluate((element) => getComputedStyle(element).pointerEvents)).toBe(
      'none',
    )
  })

  const looks = [
    { colorScheme: 'light', dock: 'right' },
    { colorScheme: 'dark', dock: 'bottom' },
  ] as const
  it.each(looks)(
    'has no serious fault of accessibility, $colorScheme at the $dock',
    async ({ colorScheme, dock }) => {
      await inspect({ colorScheme })
      if (dock === 'bottom')
        await panel()
          .getByRole('button', { name: /^Move the inspector/ })
          .click()
      await page.keyboard.press('Control+Shift+F')
      await flip(0, 1, 2)
      await page.mouse.move(300, 300)
      expect(await seriousFaults(page)).toEqual([])
    },
  )

  it('is reached whole by the keyboard', async () => {
    await inspect()
    const names: string[] = []
    for (let at = 0; at < 40; at += 1) {
      await page.keyboard.press('Tab')
      const name = await page.evaluate(() => {
        const focused = document.activeElement
        if (!focused?.closest('.inspector')) return ''
        const label = focused instanceof HTMLInputElement ? focused.labels?.[0] : undefined
        return focused.getAttribute('aria-label') ?? (label ?? focused).textContent ?? ''
      })
      if (name === '') break
      names.push(name)
    }
    expect(names.slice(0, 6)).toEqual([
      'Size of the inspector',
      'Flash',
      'Copy',
      'Dump…',
      'Move the inspector to the bottom',
      'Close the inspector',
    ])
    expect(names).toContain('Hold')
    expect(names).toContain('Flips, newest at the right')
    expect(names).toContain('Copy the fourcc 0x34325258')
  })
})
