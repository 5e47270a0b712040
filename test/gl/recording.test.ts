// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { noCapabilities } from '../../core/guest.ts'
import { initialSettings, type Settings } from '../../core/settings.ts'
import { drivers, startBrowser } from './browser.ts'
import { SiteServer } from './site-server.ts'
import { windowSite } from './window-page.ts'

/** What main would have written of one recording. */
type Recorded = {
  readonly container: string
  readonly codec: string | undefined
  readonly width: number | undefined
  readonly height: number | undefined
  readonly times: readonly number[]
  readonly keys: readonly boolean[]
}

describe('the window', () => {
  let browser: Browser
  let server: SiteServer
  let page: Page
  const errors: string[] = []
  /** Playwright's routes do not reach workers: the page comes from a server. */
  const open = async (settings: Partial<Settings> = {}) => {
    const folder = { screenshotFolder: '/home/ada/Pictures' }
    server = await SiteServer.listen(
      await windowSite({
        guest: { title: 'Debian 12', consoles: [], capabilities: noCapabilities },
        settings: { ...initialSettings, ...folder, ...settings },
      }),
    )
    const context = await browser.newContext({ viewport: { width: 1100, height: 600 } })
    page = await context.newPage()
    page.setDefaultTimeout(20_000)
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(server.address)
    await page.waitForFunction(() => window.fake?.calls.length > 0)
    await page.evaluate(() => window.fake.state({ kind: 'live' }))
    // Main sends everything again when it is asked to.
    await page.evaluate(() => {
      let asked = 0
      setInterval(() => {
        const now = window.fake.notes.filter(({ name }) => name === 'frame:resend').length
        if (now === asked) return
        asked = now
        void window.fake.desktop(640, 480)
      }, 20)
      return window.fake.desktop(640, 480)
    })
  }
  const recordings = (): Promise<readonly Recorded[]> =>
    page.evaluate(() =>
      window.fake.recordings.list.map(({ container, track, pieces }) => ({
        container,
        codec: track?.codec,
        width: track?.width,
        height: track?.height,
        times: pieces.map(({ timestampUs }) => timestampUs),
        keys: pieces.map(({ key }) => key),
      })),
    )
  const written = (least: number) =>
    page.waitForFunction(
      (count) => (window.fake.recordings.list.at(-1)?.pieces.length ?? 0) >= count,
      least,
    )
  const move = async (times: number) => {
    for (let at = 0; at < times; at += 1) {
      await page.evaluate(
        (x) => window.fake.cursor({ at: { x, y: 40 }, colour: [255, 0, 0] }),
        at * 9,
      )
      await page.waitForTimeout(40)
    }
  }
  /** The first picture of a recording as another decoder shows it: its size, and RGB at some places. */
  const decoded = (id: number, places: readonly (readonly [number, number])[]) =>
    page.evaluate(
      async ({ at, at2 }) => {
        const { track, pieces } = window.fake.recordings.list[at] ?? {}
        if (!track || !pieces) throw new Error('nothing was recorded')
        const pictures: VideoFrame[] = []
        const decoder = new VideoDecoder({
          output: (picture) => pictures.push(picture),
          error: (error) => {
            throw error
          },
        })
        const { codecString: codec, width, height, description } = track
        decoder.configure({
          codec,
          codedWidth: width,
          codedHeight: height,
          ...(description && { description }),
        })
        for (const { key, timestampUs, bytes } of pieces) {
          const type = key ? ('key' as const) : ('delta' as const)
          decoder.decode(new EncodedVideoChunk({ type, timestamp: timestampUs, data: bytes }))
        }
        await decoder.flush()
        const canvas = new OffscreenCanvas(width, height)
        const context = canvas.getContext('2d')
        const [first] = pictures
        if (!context || !first) throw new Error('nothing was decoded')
        context.drawImage(first, 0, 0)
        const colours = at2.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)])
        for (const picture of pictures) picture.close()
        return { count: pictures.length, colours }
      },
      { at: id - 1, at2: places },
    )
  /** Presses a button of the toolbar, which comes when the pointer is at the top edge. */
  const press = async (name: string) => {
    await page.mouse.move(400, 100)
    await page.mouse.move(400, 2, { steps: 4 })
    await page.getByRole('button', { name, exact: true }).click()
  }

  beforeAll(async () => {
    browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
  })
  afterEach(async () => {
    await page.context().close()
    await server[Symbol.asyncDispose]()
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(() => browser?.close())

  it('records what it shows, and says where it went', async () => {
    await open()
    await page.keyboard.press('Control+Shift+R')
    await page
      .getByRole('group', { name: 'Recording', includeHidden: true })
      .waitFor({ state: 'attached' })
    await written(1)
    await move(10)
    await press('Stop recording')
    await page.getByText('Recording saved').waitFor()
    const [recording] = await recordings()
    expect(recording).toMatchObject({ width: 640, height: 480 })
    expect(recording?.keys[0]).toBe(true)
    expect(recording?.times[0]).toBe(0)
    expect(recording?.times).toEqual(recording?.times.toSorted((a, b) => a - b))
    expect(await page.getByText('/home/ada/Videos/Recording-1').count()).toBe(1)
    const { count, colours } = await decoded(1, [
      [600, 4],
      [2, 22],
    ])
    expect(count).toBe(recording?.times.length)
    // The bar of the desktop, and its sky in the corner.
    const shown = [
      [0x17, 0x18, 0x1b],
      [0x27, 0x49, 0x6d],
    ]
    for (const [at, colour] of colours.entries()) {
      for (const [channel, value] of colour.entries()) {
        expect(Math.abs(value - (shown[at]?.[channel] ?? 0))).toBeLessThan(10)
      }
    }
  })

  it('leaves a pause out of the recording', async () => {
    await open({ recordingCodec: 'vp9' })
    await page.keyboard.press('Control+Shift+R')
    await written(1)
    await press('Pause recording')
    await page
      .getByRole('button', { name: 'Resume recording', includeHidden: true })
      .waitFor({ state: 'attached' })
    await page.waitForTimeout(1500)
    const before = (await recordings())[0]?.times.length ?? 0
    await press('Resume recording')
    await written(before + 1)
    await press('Stop recording')
    await page.getByText('Recording saved').waitFor()
    const [recording] = await recordings()
    expect(recording).toMatchObject({ container: 'webm', codec: 'vp9' })
    expect(recording?.keys[before]).toBe(true)
    const gap = (recording?.times[before] ?? 0) - (recording?.times[before - 1] ?? 0)
    expect(gap).toBeLessThan(1_000_000)
  })

  it('keeps the last seconds, and saves them when they are wanted', async () => {
    await open({ keepsReplay: true })
    await page.waitForFunction(() => window.fake.notes.some(({ name }) => name === 'frame:resend'))
    await move(30)
    await expect
      .poll(
        async () => {
          await page.keyboard.press('Control+Shift+E')
          return (await recordings()).length
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0)
    await page.getByText(/^Last (\d+ seconds|second) saved$/).waitFor()
    const [replay] = await recordings()
    expect(replay).toMatchObject({ width: 640, height: 480 })
    expect([replay?.times[0], replay?.keys[0]]).toEqual([0, true])
    expect((await decoded(1, [])).count).toBe(replay?.times.length)
  })

  it('keeps them anew by other settings', async () => {
    await open({ keepsReplay: true, recordingCodec: 'vp9' })
    await move(4)
    const changed: Settings = { ...initialSettings, keepsReplay: true, recordingCodec: 'vp8' }
    await page.evaluate((settings) => window.fake.emit('settings:changed', settings), changed)
    await move(8)
    await expect
      .poll(
        async () => {
          await page.keyboard.press('Control+Shift+E')
          return (await recordings()).length
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0)
    await page.getByText(/^Last (\d+ seconds|second) saved$/).waitFor()
    expect((await recordings())[0]).toMatchObject({ container: 'webm', codec: 'vp8' })
  })

  it('says that the disk is full, and records no more', async () => {
    await open()
    await page.evaluate(() => {
      window.fake.recordings.failure = {
        code: 'file',
        what: 'the recording ended early',
        why: 'the disk is full (ENOSPC); /v/a.part.mp4 plays up to 4.0 s',
        remedy: 'Free some space, or choose another disk',
      }
    })
    await page.keyboard.press('Control+Shift+R')
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toContain('plays up to 4.0 s')
    expect(await page.getByRole('group', { name: 'Recording', includeHidden: true }).count()).toBe(
      0,
    )
  })

  it('offers what can be done in its menu', async () => {
    await open()
    await press('Record')
    const menu = page.getByRole('menu')
    const names = await menu.getByRole('menuitem').allTextContents()
    expect(names.join(' ')).toMatch(/Start.*Pause.*Save the last 30 seconds.*Open folder/)
    const replay = menu.getByRole('menuitemcheckbox', { name: 'Instant replay' })
    expect(await replay.getAttribute('aria-checked')).toBe('false')
  })
})
