// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { qnumOf } from '../../core/keycodes.ts'
import type { Hello } from '../../core/protocol.ts'
import { initialSettings, type Rotation, type Settings } from '../../core/settings.ts'
import { readPng } from '../fakes/read-png.ts'
import { drivers, startBrowser } from './browser.ts'
import { fullHello as hello } from './full-hello.ts'
import { openWindow } from './window-page.ts'

const withSettings = (settings: Partial<Settings>): Partial<Hello> => ({
  ...hello,
  settings: { ...initialSettings, screenshotFolder: '/srv/shots', ...settings },
})

let browser: Browser
let page: Page
const errors: string[] = []

async function open(wish: Partial<Hello> = hello, context: BrowserContextOptions = {}) {
  page = await openWindow(browser, {
    viewport: { width: 900, height: 700 },
    hello: wish,
    ...context,
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.evaluate(() => window.fake.desktop(640, 480))
  return page
}

const called = (name: string) =>
  page.evaluate(
    (wanted) => window.fake.calls.filter((call) => call.name === wanted).map((call) => call.args),
    name,
  )
const sentKeys = () =>
  page.evaluate(() =>
    window.fake.notes
      .filter(({ name }) => name === 'input:events')
      .flatMap(({ args }) => args[0] as { kind: string; qnum: number; down: boolean }[])
      .filter(({ kind }) => kind === 'key'),
  )
const dialog = (name: string) => page.getByRole('dialog', { name })

beforeAll(async () => {
  browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
})
afterEach(async () => {
  await page.context().close()
  expect(errors.splice(0)).toEqual([])
})
afterAll(() => browser?.close())

describe('the palette', () => {
  it('finds an action by a few letters and does it, and the guest hears none of them', async () => {
    await open()
    await page.keyboard.press('Control+Shift+P')
    await page.keyboard.type('stret')
    expect(await page.getByRole('option').first().textContent()).toContain('Stretch')
    await page.keyboard.press('Enter')
    await expect.poll(() => called('settings:change')).toEqual([[{ scale: 'stretch' }]])
    expect(await dialog('Find an action').count()).toBe(0)
    // Ctrl and Shift alone, which were its own until the P.
    expect(await sentKeys()).toHaveLength(4)
  })

  it('moves by arrow keys, tells what stands against an action, and leaves by Escape', async () => {
    await open()
    await page.keyboard.press('Control+Shift+P')
    await page.keyboard.type('plane')
    const chosen = page.getByRole('option', { selected: true })
    const first = await chosen.textContent()
    await page.keyboard.press('ArrowDown')
    expect(await chosen.textContent()).not.toBe(first)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    expect(await chosen.textContent()).toBe(await page.getByRole('option').last().textContent())
    await page.getByText('The guest does not show this plane').click()
    expect(await page.getByRole('option').count()).toBeGreaterThan(2)
    await page.keyboard.press('Escape')
    expect(await dialog('Find an action').count()).toBe(0)
  })

  it('sends keys and shows consoles', async () => {
    await open()
    for (const words of ['cad', 'serial']) {
      await page.keyboard.press('Control+Shift+P')
      await page.keyboard.type(words)
      await page.keyboard.press('Enter')
    }
    const deletes = (await sentKeys()).filter(({ qnum }) => qnum === qnumOf('Delete'))
    expect(deletes.map(({ down }) => down)).toEqual([true, false])
    expect(await called('session:console')).toEqual([[1]])
  })

  it('leads to a setting', async () => {
    await open()
    await page.keyboard.press('Control+Shift+P')
    await page.keyboard.type('awake')
    await page.keyboard.press('Enter')
    const field = dialog('Preferences').getByRole('switch', { name: /Keep the display awake/ })
    await expect.poll(() => field.evaluate((one) => one === document.activeElement)).toBe(true)
  })
})

describe('the main menu', () => {
  it('has every group, opens one at a time and is gone through by keys', async () => {
    await open()
    await page.getByRole('button', { name: 'Menu' }).click()
    const groups = ['Screenshot', 'Record', 'View', 'Virtual machine', 'Consoles', 'Send keys']
    for (const name of [...groups, 'Tools']) {
      const head = page.getByRole('menuitem', { name, exact: true })
      await head.focus()
      await page.keyboard.press('ArrowRight')
      expect(await head.getAttribute('aria-expanded'), name).toBe('true')
      expect(await page.locator('[role=menuitem][aria-expanded=true]').count()).toBe(1)
    }
    await page.keyboard.press('Escape')
    expect(await page.getByRole('menu').count()).toBe(0)
  })

  it('zooms in its view group and stays open', async () => {
    await open(withSettings({ scale: '1:1' }))
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('menuitem', { name: 'View', exact: true }).click()
    const zoomIn = page.getByRole('menuitem', { name: 'Zoom in' })
    await zoomIn.click()
    await zoomIn.click()
    expect((await called('settings:change')).map(([change]) => change)).toEqual([
      { scale: '1:1', zoom: 110 },
      { scale: '1:1', zoom: 125 },
    ])
    expect(await page.getByRole('radio', { name: '125 %' }).count()).toBe(1)
  })

  it('says why a page cannot stay on top', async () => {
    await open()
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('menuitem', { name: 'View', exact: true }).click()
    const item = page.getByRole('menuitemcheckbox', { name: 'Keep on top' })
    expect(await item.isDisabled()).toBe(true)
    expect(await item.getAttribute('title')).toContain('browser page cannot')
  })
})

describe('shortcuts', () => {
  const change = (name: RegExp) => page.getByRole('button', { name }).click()

  it('are chosen by pressing them, and work at once', async () => {
    await open()
    await page.keyboard.press('Control+Shift+?')
    await change(/^Fullscreen: F11/)
    await page.keyboard.press('Control+Alt+KeyF')
    expect(await called('settings:change')).toEqual([[{ keys: { fullscreen: ['Ctrl+Alt+F'] } }]])
    await page.keyboard.press('Escape')
    await expect.poll(() => dialog('Keyboard shortcuts').count()).toBe(0)
    await page.keyboard.press('Control+Alt+KeyF')
    const full = () => page.evaluate(() => document.fullscreenElement !== null)
    await expect.poll(full).toBe(true)
  })

  it('are taken from another action only when that is wanted', async () => {
    await open()
    await page.keyboard.press('Control+Shift+?')
    await change(/^Fullscreen: F11/)
    await page.keyboard.press('Control+Shift+KeyS')
    await page.getByText('does “Save screenshot…”').waitFor()
    expect(await called('settings:change')).toEqual([])
    await page.keyboard.press('Enter')
    const keys = { fullscreen: ['Ctrl+Shift+S'], save: [] }
    expect(await called('settings:change')).toEqual([[{ keys }]])
    await page.getByRole('button', { name: 'Reset all' }).click()
    expect((await called('settings:change')).at(-1)).toEqual([{ keys: {} }])
  })

  it('are never what people type, can be taken away, and are left by Escape', async () => {
    await open()
    await page.keyboard.press('Control+Shift+?')
    await change(/^Fullscreen: F11/)
    await page.keyboard.press('KeyS')
    await page.getByText('S is what people type').waitFor()
    await page.keyboard.press('Escape')
    expect(await dialog('Keyboard shortcuts').count()).toBe(1)
    expect(await called('settings:change')).toEqual([])
    await change(/^Fullscreen: F11/)
    await page.keyboard.press('Backspace')
    expect(await called('settings:change')).toEqual([[{ keys: { fullscreen: [] } }]])
    await page.getByRole('button', { name: 'Reset the keys of Fullscreen' }).click()
    expect((await called('settings:change')).at(-1)).toEqual([{ keys: {} }])
  })

  it('are all the guest’s while it has the pointer, but for the way out that was chosen', async () => {
    const input = { keyboard: true, pointer: 'relative' } as const
    await open({ ...withSettings({ keys: { release: ['Ctrl+Alt+R'] } }), input })
    const locked = () => page.evaluate(() => document.pointerLockElement !== null)
    await page.mouse.click(450, 400)
    await expect.poll(locked).toBe(true)
    await page.keyboard.press('F11')
    await page.keyboard.press('Control+Shift+KeyP')
    const heard = async (code: string) => {
      return (await sentKeys()).filter(({ qnum }) => qnum === qnumOf(code)).length
    }
    expect([await heard('F11'), await heard('KeyP')]).toEqual([2, 2])
    expect(await page.evaluate(() => document.fullscreenElement)).toBeNull()
    await page.keyboard.press('Control+Alt+KeyR')
    await expect.poll(locked).toBe(false)
    expect(await heard('KeyR')).toBe(0)
    await page.keyboard.press('Control+Shift+KeyP')
    await dialog('Find an action').waitFor()
  })

  it('can be looked for, by name and by key', async () => {
    await open()
    await page.keyboard.press('Control+Shift+?')
    const list = dialog('Keyboard shortcuts').getByRole('listitem')
    await page.getByRole('searchbox').fill('Ctrl+Shift+M')
    await expect.poll(() => list.count()).toBe(1)
    expect(await list.textContent()).toContain('Mute the guest')
  })
})

describe('preferences', () => {
  it('are of this VM or of all, and say which are its own', async () => {
    await open()
    await page.keyboard.press('Control+Comma')
    const preferences = dialog('Preferences')
    await preferences.getByRole('switch', { name: 'Mute the guest' }).click()
    expect(await called('settings:set')).toEqual([['vm', { muted: true }]])
    await preferences.getByRole('button', { name: /^Mute the guest: use what holds/ }).click()
    expect(await called('settings:reset')).toEqual([['vm', ['muted']]])
    expect(await preferences.getByRole('heading', { name: 'Screenshots' }).count()).toBe(0)
    await preferences.getByRole('radio', { name: 'All VMs' }).click()
    await preferences.getByRole('combobox', { name: 'Format' }).selectOption('WebP')
    expect((await called('settings:set')).at(-1)).toEqual(['global', { screenshotFormat: 'webp' }])
  })

  it('take a number when it is one, and show what holds when it is not', async () => {
    await open()
    await page.keyboard.press('Control+Comma')
    const zoom = dialog('Preferences').getByRole('textbox', { name: 'Zoom at 1:1' })
    for (const text of ['9999', 'wide', '']) {
      await zoom.fill(text)
      await page.keyboard.press('Enter')
      await expect.poll(() => zoom.inputValue()).toBe('100')
    }
    expect(await called('settings:set')).toEqual([])
    await zoom.fill('250')
    await page.keyboard.press('Enter')
    expect(await called('settings:set')).toEqual([['vm', { zoom: 250 }]])
  })

  it('go back to what holds for all VMs together', async () => {
    await open()
    await page.keyboard.press('Control+Comma')
    await page.getByRole('button', { name: 'Use what holds for all VMs' }).last().click()
    const [reset] = await called('settings:reset')
    expect(reset?.[0]).toBe('vm')
    expect(reset?.[1]).toEqual(expect.arrayContaining(['scale', 'zoom', 'rotation', 'muted']))
    expect(reset?.[1]).not.toContain('screenshotFolder')
  })
})

describe('the picture', () => {
  it('is zoomed by keys, and by Ctrl and the wheel where the wheel is not the guest’s', async () => {
    await open(withSettings({ scale: '1:1' }))
    await page.keyboard.press('Control+Equal')
    await page.keyboard.press('Control+Minus')
    await page.mouse.move(450, 400)
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -120)
    await page.keyboard.up('Control')
    const zooms = async () => (await called('settings:change')).map(([change]) => change)
    expect(await zooms()).toEqual([
      { scale: '1:1', zoom: 110 },
      { scale: '1:1', zoom: 100 },
    ])
    await page.evaluate(() => {
      window.fake.emit('input:changed', { keyboard: false, pointer: 'none' })
    })
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -120)
    await page.keyboard.up('Control')
    await expect.poll(zooms).toHaveLength(3)
    expect((await zooms()).at(-1)).toEqual({ scale: '1:1', zoom: 110 })
  })

  it('has each guest pixel as a square of the zoom’s size', async () => {
    await open(withSettings({ scale: '1:1', zoom: 300, toolbarAtEdge: false }))
    await page.evaluate(() => window.fake.desktop(200, 150))
    const { width, rgba } = readPng(await page.screenshot())
    const at = (x: number, y: number) => rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)
    let edges = 0
    for (let y = 150; y < 500; y += 1) {
      for (let x = 151; x < 749; x += 1) {
        const differs = !Buffer.from(at(x, y)).equals(at(x - 1, y))
        if (differs) expect((x - 150) % 3).toBe(0)
        if (differs) edges += 1
      }
    }
    expect(edges).toBeGreaterThan(100)
  })

  const turns: { rotation: Rotation; ratio: number }[] = [
    { rotation: 90, ratio: 1.5 },
    { rotation: 180, ratio: 1 },
    { rotation: 270, ratio: 1.25 },
  ]
  it.each(turns)('is turned by $rotation° to the pixel at ratio $ratio', async (row) => {
    // An emulated ratio is none to the canvas.
    const flag = `--force-device-scale-factor=${row.ratio}`
    await using own = await startBrowser(drivers.at(-1) ?? 'swiftshader', [flag])
    const shot = async (rotation: Rotation) => {
      page = await openWindow(own, {
        viewport: { width: 720, height: 720 },
        deviceScaleFactor: row.ratio,
        hello: withSettings({ scale: '1:1', rotation, toolbarAtEdge: false }),
      })
      await page.evaluate(() => window.fake.desktop(481, 361))
      // The picture may have come before the wish to turn it.
      await page.waitForFunction((wish) => {
        const turned = Number(document.body.dataset['rotation'] ?? 0) === wish
        return turned && new Promise((resolve) => requestAnimationFrame(() => resolve(true)))
      }, rotation)
      return readPng(await page.screenshot())
    }
    const upright = await shot(0)
    await page.context().close()
    const turned = await shot(row.rotation)
    const side = upright.width
    const pixel = (png: typeof upright, x: number, y: number) =>
      new DataView(png.rgba.buffer, png.rgba.byteOffset).getUint32((y * side + x) * 4)
    const from = (x: number, y: number): readonly [number, number] => {
      if (row.rotation === 90) return [y, side - 1 - x]
      if (row.rotation === 180) return [side - 1 - x, side - 1 - y]
      return [side - 1 - y, x]
    }
    let wrong = 0
    const bar = Math.ceil(60 * row.ratio)
    for (let y = bar; y < side - bar; y += 1) {
      for (let x = bar; x < side - bar; x += 1) {
        const [u, v] = from(x, y)
        if (pixel(turned, x, y) !== pixel(upright, u, v)) wrong += 1
      }
    }
    expect(wrong).toBe(0)
  })

  it('takes the pointer where it is turned', async () => {
    await open(withSettings({ scale: '1:1', rotation: 90 }))
    await page.mouse.move(450, 350)
    await page.mouse.move(450 + 100, 350 + 50)
    const places = await page.evaluate(() =>
      window.fake.notes
        .filter(({ name }) => name === 'input:events')
        .flatMap(({ args }) => args[0] as { kind: string; x: number; y: number }[])
        .filter(({ kind }) => kind === 'pointer'),
    )
    expect(places).toEqual([
      { kind: 'pointer', x: 320, y: expect.closeTo(240, -0.5) },
      { kind: 'pointer', x: 370, y: expect.closeTo(140, -0.5) },
    ])
  })
})

describe('screenshots', () => {
  it('are saved as WebP by the page, every pixel the same', async () => {
    await open(withSettings({ screenshotFormat: 'webp' }))
    await page.keyboard.press('Control+Shift+S')
    const name = page.getByRole('textbox', { name: 'Name' })
    await expect.poll(() => name.inputValue()).not.toBe('')
    await page.keyboard.press('Enter')
    await expect.poll(() => called('shot:keep')).toHaveLength(1)
    const [kept] = (await called('shot:keep'))[0] as [{ webp: string; folder: string }]
    const bytes = Buffer.from(kept.webp, 'base64')
    expect(bytes.toString('latin1', 8, 16)).toMatch(/^WEBPVP8[LX]/)
    const same = await page.evaluate(async (webp) => {
      const pixels = async (source: Blob) => {
        const image = await createImageBitmap(source)
        const canvas = new OffscreenCanvas(image.width, image.height)
        const context = canvas.getContext('2d')
        context?.drawImage(image, 0, 0)
        return String(context?.getImageData(0, 0, image.width, image.height).data)
      }
      const png = await (await fetch('shot.png')).blob()
      const webpBytes = Uint8Array.from(atob(webp), (character) => character.charCodeAt(0))
      return (await pixels(png)) === (await pixels(new Blob([webpBytes])))
    }, kept.webp)
    expect(same).toBe(true)
  })

  it('are saved by the clock until that is ended', async () => {
    await open(withSettings({ screenshotEvery: 30 }))
    await page.getByRole('button', { name: 'Screenshot' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Every 30 seconds' }).click()
    expect(await called('shot:series')).toEqual([[30]])
    await page.evaluate(() =>
      window.fake.emit('shots:changed', { seconds: 30, saved: 4, path: '/srv/a.png' }, null),
    )
    await page.getByRole('button', { name: 'Screenshot' }).click()
    const item = page.getByRole('menuitemcheckbox', { name: 'Every 30 seconds, 4 saved' })
    expect(await item.getAttribute('aria-checked')).toBe('true')
    await item.click()
    expect((await called('shot:series')).at(-1)).toEqual([null])
  })
})

describe('the toolbar', () => {
  it('comes to the pointer at the top edge only where that is wanted', async () => {
    for (const toolbarAtEdge of [true, false]) {
      await open(withSettings({ toolbarAtEdge }))
      const bar = page.getByRole('toolbar', { name: 'Display' })
      await page.mouse.move(450, 400)
      await bar.waitFor({ state: 'hidden' })
      await page.mouse.move(450, 2)
      if (toolbarAtEdge) await bar.waitFor({ state: 'visible' })
      else expect(await bar.isVisible()).toBe(false)
      if (!toolbarAtEdge) await page.keyboard.press('F10')
      await bar.waitFor({ state: 'visible' })
      if (toolbarAtEdge) await page.context().close()
    }
  })
})
