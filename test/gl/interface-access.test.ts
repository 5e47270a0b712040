// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { seriousFaults } from './accessibility.ts'
import { drivers, startBrowser } from './browser.ts'
import { fullHello as hello } from './full-hello.ts'
import { openWindow } from './window-page.ts'

let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
})
afterEach(() => page.context().close())
afterAll(() => browser?.close())

describe('axe-core finds no serious fault', () => {
  const views: Readonly<Record<string, () => Promise<void>>> = {
    'over the picture': async () => {},
    'in the main menu': async () => {
      await page.getByRole('button', { name: 'Menu' }).click()
      await page.getByRole('menuitem', { name: 'View', exact: true }).click()
      await page.getByRole('menuitem', { name: 'Scale', exact: true }).click()
    },
    'in the screenshot menu': () => page.getByRole('button', { name: 'Screenshot' }).click(),
    'in the menu of keys': () => page.getByRole('button', { name: 'Send keys' }).click(),
    'in the menu of the VM': () => page.getByRole('button', { name: 'Virtual machine' }).click(),
    'in the palette': async () => {
      await page.keyboard.press('Control+Shift+P')
      await page.keyboard.type('s')
    },
    'in the preferences': async () => {
      await page.keyboard.press('Control+Comma')
      await page.getByRole('radio', { name: 'All VMs' }).click()
    },
    'in the shortcuts': () => page.keyboard.press('Control+Shift+?'),
    'while keys are chosen': async () => {
      await page.keyboard.press('Control+Shift+?')
      await page.getByRole('button', { name: /^Fullscreen: F11/ }).click()
    },
    'in the save dialog': () => page.keyboard.press('Control+Shift+S'),
    'about this display': () => page.keyboard.press('Alt+Enter'),
    'where a state stands': async () => {
      const failure = { code: 'x', what: 'cannot open', why: 'it is busy', remedy: 'wait' }
      await page.evaluate((why) => window.fake.state({ kind: 'failed', failure: why }), failure)
    },
    'where a VM stands still': async () => {
      await page.evaluate(() => window.fake.emit('vm:changed', { run: 'paused', note: '' }))
    },
    'under a toast': () => page.keyboard.press('Control+Shift+C'),
    'where a reset is asked for': async () => {
      await page.getByRole('button', { name: 'Virtual machine' }).click()
      await page.getByRole('menuitem', { name: 'Reset…' }).click()
    },
  }
  it.each(Object.keys(views))('%s, light and dark', async (view) => {
    const viewport = { width: 900, height: 700 }
    const permissions = ['clipboard-read', 'clipboard-write']
    const reducedMotion = 'reduce'
    page = await openWindow(browser, { viewport, permissions, reducedMotion, hello })
    await page.evaluate(() => window.fake.desktop(640, 480))
    await views[view]?.()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion })
      expect(await seriousFaults(page), colorScheme).toEqual([])
    }
  })
})
