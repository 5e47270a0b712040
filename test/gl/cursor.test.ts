// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Hello } from '../../core/protocol.ts'
import { initialSettings, type Settings } from '../../core/settings.ts'
import { drivers, startBrowser } from './browser.ts'
import type { FakeCursor } from './page/fake-bridge.ts'
import { openWindow } from './window-page.ts'

const RED = [255, 0, 0] as const
const GREEN = [0, 255, 0] as const
const patience = { timeout: 5000 }
const hotspot = { x: 2, y: 3 }
const settings = (scale: Settings['scale']): Settings => ({
  ...initialSettings,
  scale,
  screenshotFolder: '',
})

describe('the cursor over the picture', () => {
  let browser: Browser
  let page: Page
  const errors: string[] = []

  /** A window of 900 × 600 with a guest of 640 × 480, shown 1:1 from 130, 60. */
  const open = async (hello: Partial<Hello> = {}) => {
    page = await openWindow(browser, {
      viewport: { width: 900, height: 600 },
      hello: {
        viewOnly: false,
        input: { keyboard: true, pointer: 'absolute' },
        settings: settings('1:1'),
        ...hello,
      },
    })
    page.on('pageerror', (error) => errors.push(error.message))
    await page.evaluate(() => window.fake.desktop(640, 480))
  }
  const cursor = (now: FakeCursor) => page.evaluate((it) => window.fake.cursor(it), now)
  const resize = async (width: number, height: number) => {
    await page.setViewportSize({ width, height })
    await page.waitForFunction(
      (wanted) => document.querySelector<HTMLCanvasElement>('#picture')?.width === wanted,
      width,
    )
  }
  /** Moves the pointer to a guest pixel, and the guest's cursor after it. */
  const point = async (x: number, y: number, more: Partial<FakeCursor> = {}) => {
    await page.mouse.move(130 + x, 60 + y)
    await cursor({ at: { x: x - hotspot.x, y: y - hotspot.y }, hotspot, ...more })
  }
  const style = () =>
    page.evaluate(() => {
      const text = document.getElementById('picture')?.style.cursor ?? ''
      return text.startsWith('image-set') ? 'shape' : text
    })
  /** The colour of a guest pixel as the canvas shows it. */
  const drawn = async (x: number, y: number) => {
    const clip = { x: 130 + x, y: 60 + y, width: 1, height: 1 }
    const png = (await page.screenshot({ clip })).toString('base64')
    return page.evaluate(async (text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
      const image = await createImageBitmap(new Blob([bytes]))
      const context = new OffscreenCanvas(1, 1).getContext('2d')
      context?.drawImage(image, 0, 0)
      return [...(context?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3)
    }, png)
  }
  /** The host cursor's image: its size, its colour where it is opaque, its hotspot and scale. */
  const shape = () =>
    page.evaluate(async () => {
      const text = document.getElementById('picture')?.style.cursor ?? ''
      const [, url = '', ratio, x, y] =
        /image-set\(url\("([^"]+)"\) ([\d.]+)(?:x|dppx)\) (\d+) (\d+)/.exec(text) ?? []
      const image = new Image()
      image.src = url
      await image.decode()
      const canvas = new OffscreenCanvas(image.width, image.height)
      const context = canvas.getContext('2d')
      context?.drawImage(image, 0, 0)
      const middle = context?.getImageData(image.width / 2, image.height / 2, 1, 1).data ?? []
      return { width: image.width, height: image.height, colour: [...middle], ratio, x, y }
    })

  beforeAll(async () => {
    browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
  })
  afterEach(async () => {
    await page.context().close()
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(() => browser?.close())

  it("is the host's with the guest's shape where the guest says its hotspot", async () => {
    await open()
    const before = await drawn(302, 203)
    await point(300, 200, { colour: RED })
    await expect.poll(style, patience).toBe('shape')
    expect(await shape()).toEqual({
      ...{ width: 16, height: 16, colour: [...RED, 255] },
      ...{ ratio: '1', x: '2', y: '3' },
    })
    await expect.poll(() => drawn(302, 203), patience).toEqual(before)
  })

  it("has the size of the picture's pixels", async () => {
    await open({ settings: settings('integer') })
    await resize(1400, 1000)
    await page.mouse.move(60 + 2 * 300, 20 + 2 * 200)
    await cursor({ at: { x: 298, y: 197 }, hotspot, colour: RED })
    await expect.poll(style, patience).toBe('shape')
    expect(await shape()).toMatchObject({ width: 32, height: 32, x: '4', y: '6' })
  })

  it('is drawn in the picture where nobody knows its hotspot', async () => {
    await open()
    await page.mouse.move(430, 260)
    await cursor({ at: { x: 300, y: 200 }, colour: RED })
    await expect.poll(() => drawn(305, 205), patience).toEqual([...RED])
    expect(await style()).toBe('none')
  })

  it('keeps its shape while a new one is made, and never shows both', async () => {
    await open()
    await point(300, 200, { colour: RED })
    await expect.poll(style, patience).toBe('shape')
    const seen = page.evaluate(async () => {
      const styles = new Set<string>()
      const end = performance.now() + 700
      while (performance.now() < end) {
        styles.add(document.getElementById('picture')?.style.cursor.slice(0, 9) ?? '')
        await new Promise(requestAnimationFrame)
      }
      return [...styles]
    })
    for (const colour of [GREEN, RED, GREEN]) await point(300, 200, { colour })
    expect(await seen).toEqual(['image-set'])
    expect((await shape()).colour).toEqual([...GREEN, 255])
    expect(await drawn(305, 205)).not.toEqual([...GREEN])
  })

  it('is drawn where the guest put it, when that is elsewhere for long', async () => {
    await open()
    await point(300, 200, { colour: RED })
    await expect.poll(style, patience).toBe('shape')
    await cursor({ at: { x: 100, y: 100 }, hotspot })
    await expect.poll(style, patience).toBe('none')
    await expect.poll(() => drawn(105, 105), patience).toEqual([...RED])
    await point(310, 210)
    await expect.poll(style, patience).toBe('shape')
    await expect.poll(() => drawn(313, 213), patience).not.toEqual([...RED])
  })

  it('is drawn by a guest that tells a wrong hotspot', async () => {
    await open()
    await page.mouse.move(430, 260)
    await cursor({ at: { x: 288, y: 188 }, hotspot: { x: 0, y: 0 }, colour: RED })
    await expect.poll(() => drawn(290, 190), patience).toEqual([...RED])
    expect(await style()).toBe('none')
  })

  it('is nowhere while the guest hides it', async () => {
    await open()
    await point(300, 200, { colour: RED })
    await expect.poll(style, patience).toBe('shape')
    await cursor({ at: { x: 298, y: 197 }, hotspot, hidden: true })
    await expect.poll(style, patience).toBe('none')
    expect(await drawn(302, 203)).not.toEqual([...RED])
    await point(300, 200)
    await expect.poll(style, patience).toBe('shape')
  })

  it('is drawn while the pointer is elsewhere, and while the guest may only be viewed', async () => {
    await open()
    await point(300, 200, { colour: RED })
    await expect.poll(style, patience).toBe('shape')
    await page.mouse.move(20, 300)
    await expect.poll(() => drawn(302, 203), patience).toEqual([...RED])
    expect(await style()).toBe('')
    await page.mouse.move(430, 260)
    await expect.poll(style, patience).toBe('shape')
    await page.evaluate(() =>
      window.fake.emit('input:changed', { keyboard: false, pointer: 'none' }),
    )
    await expect.poll(() => drawn(302, 203), patience).toEqual([...RED])
    expect(await style()).toBe('')
  })

  it('is drawn by a guest with a relative pointer', async () => {
    await open({ input: { keyboard: true, pointer: 'relative' } })
    await point(300, 200, { colour: RED })
    await expect.poll(() => drawn(302, 203), patience).toEqual([...RED])
    expect(await style()).toBe('')
  })

  it("is drawn when it is larger than a browser's cursor may be", async () => {
    await open({ settings: settings('integer') })
    await resize(640 * 3 + 100, 480 * 3 + 100)
    await page.mouse.move(50 + 3 * 300, 50 + 3 * 200)
    await cursor({ at: { x: 298, y: 197 }, hotspot, colour: RED, side: 60 })
    await page.mouse.move(51 + 3 * 300, 50 + 3 * 200)
    await page.waitForTimeout(200)
    expect(await style()).toBe('none')
  })

  it("is drawn at the window's edge when the browser would not show it there", async () => {
    await open({ settings: settings('stretch') })
    await resize(640, 480)
    await page.mouse.move(300, 200)
    await cursor({ at: { x: 298, y: 197 }, hotspot, colour: RED, side: 48 })
    await expect.poll(style, patience).toBe('shape')
    await page.mouse.move(610, 200)
    await cursor({ at: { x: 608, y: 197 }, hotspot })
    await expect.poll(style, patience).toBe('none')
  })
})
