// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { noCapabilities } from '../../core/guest.ts'
import type { Hello } from '../../core/protocol.ts'
import { initialSettings, type Settings } from '../../core/settings.ts'
import { drivers, startBrowser } from './browser.ts'
import { openWindow } from './window-page.ts'

const guest = { title: 'lab', consoles: [], capabilities: { ...noCapabilities, resize: true } }
const settings = (guestFollows: boolean): Settings => ({
  ...initialSettings,
  guestFollows,
})
const wish = (width: number, height: number, widthMm: number, heightMm: number) => ({
  kind: 'resize',
  ...{ width, height, widthMm, heightMm },
})

describe('a guest that follows the window', () => {
  let browser: Browser
  let page: Page

  /** A window of 900 × 600 with a guest of 640 × 480. */
  const open = async (hello: Partial<Hello> = {}) => {
    page = await openWindow(browser, {
      viewport: { width: 900, height: 600 },
      hello: { viewOnly: false, guest, settings: settings(true), ...hello },
    })
    await page.evaluate(() => window.fake.desktop(640, 480))
  }
  const wishes = () =>
    page.evaluate(() =>
      window.fake.notes.filter(({ name }) => name === 'guest:request').map(({ args }) => args[0]),
    )
  const forget = () =>
    page.evaluate(() => {
      window.fake.notes.length = 0
    })
  /** Longer than a window's rest: what has not come by then was not sent. */
  const rest = () => page.waitForTimeout(500)

  beforeAll(async () => {
    browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
  })
  afterEach(() => page.context().close())
  afterAll(() => browser?.close())

  it('is asked for the size of the window, device pixels, once it is there', async () => {
    await open()
    await expect.poll(wishes).toEqual([wish(900, 600, 238, 159)])
  })

  it('is asked for the last of many sizes', async () => {
    await open()
    await expect.poll(wishes).toHaveLength(1)
    await forget()
    for (const width of [800, 810, 820, 830, 840]) {
      await page.setViewportSize({ width, height: 500 })
    }
    await expect.poll(async () => (await wishes()).at(-1)).toEqual(wish(840, 500, 222, 132))
    await rest()
    expect((await wishes()).at(-1)).toEqual(wish(840, 500, 222, 132))
    expect((await wishes()).length).toBeLessThan(5)
  })

  it('is left with the size that it takes by itself', async () => {
    await open()
    await expect.poll(wishes).toHaveLength(1)
    await page.evaluate(() => window.fake.desktop(1024, 768))
    await page.evaluate(() => window.fake.desktop(800, 600))
    await rest()
    expect(await wishes()).toHaveLength(1)
  })

  it('is asked again when it was opened again', async () => {
    await open()
    await expect.poll(wishes).toHaveLength(1)
    await page.evaluate((again) => window.fake.emit('guest:changed', again), guest)
    await expect.poll(wishes).toHaveLength(2)
  })

  it('waits until there is a picture', async () => {
    await open()
    await expect.poll(wishes).toHaveLength(1)
    await page.evaluate(() => window.fake.state({ kind: 'disabled' }))
    await page.setViewportSize({ width: 700, height: 500 })
    await rest()
    expect(await wishes()).toHaveLength(1)
    await page.evaluate(() => window.fake.state({ kind: 'live' }))
    await expect.poll(async () => (await wishes()).at(-1)).toMatchObject({ width: 700 })
  })

  it.each([
    ['is not wanted', { settings: settings(false) }],
    ['may only be viewed', { viewOnly: true }],
    ['cannot', { guest: { ...guest, capabilities: noCapabilities } }],
  ] as const)('is asked for nothing when it %s', async (_name, hello) => {
    await open(hello)
    await page.setViewportSize({ width: 700, height: 500 })
    await rest()
    expect(await wishes()).toEqual([])
  })

  it('begins and ends to follow from the menu', async () => {
    await open({ settings: settings(false) })
    await page.mouse.move(450, 2)
    const choose = async () => {
      await page.getByRole('button', { name: 'Virtual machine' }).click()
      await page.getByRole('menuitemcheckbox', { name: 'Guest follows window size' }).click()
      await page.keyboard.press('Escape')
    }
    await choose()
    await expect.poll(wishes).toEqual([wish(900, 600, 238, 159)])
    await choose()
    await page.setViewportSize({ width: 700, height: 500 })
    await rest()
    expect(await wishes()).toHaveLength(1)
  })

  it('says in the window that it cannot', async () => {
    await open()
    const failure = { code: 'no-resize', what: 'the guest cannot', why: 'no', remedy: 'wait' }
    await page.evaluate(
      (told) => window.fake.emit('guest:news', { kind: 'trouble', failure: told }),
      failure,
    )
    await page.getByText('The guest cannot').waitFor()
    await page.getByText('No. Wait.').waitFor()
  })
})
