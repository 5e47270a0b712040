// SPDX-License-Identifier: GPL-2.0-or-later

import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { noCapabilities } from '../../core/guest.ts'
import type { SessionState } from '../../core/session-state.ts'
import { drivers, startBrowser } from './browser.ts'
import { openWindow } from './window-page.ts'

const failure = {
  code: 'busy',
  what: 'cannot open vfio group 12',
  why: 'another process holds it (EBUSY)',
  remedy: 'stop the VM, or pass its device fd with vfio+fd:N',
}
const verdict = { ...failure, field: 'modifier', value: '0x0100000000000004' }

describe('the window', () => {
  let browser: Browser
  let page: Page
  const errors: string[] = []
  const open = async (options: Parameters<typeof openWindow>[1] = {}) => {
    page = await openWindow(browser, { viewport: { width: 900, height: 600 }, ...options })
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    return page
  }
  const desktop = () => page.evaluate(() => window.fake.desktop(640, 480))
  const state = (session: SessionState) => page.evaluate((to) => window.fake.state(to), session)
  const called = (name: string) =>
    page.evaluate(
      (wanted) => window.fake.calls.filter((call) => call.name === wanted).map((call) => call.args),
      name,
    )
  const told = (name: string) =>
    page.evaluate(
      (wanted) => window.fake.notes.filter((note) => note.name === wanted).map((note) => note.args),
      name,
    )
  const toolbar = () => page.getByRole('toolbar', { name: 'Display' })

  beforeAll(async () => {
    browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
  })
  afterEach(async () => {
    await page.context().close()
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(() => browser?.close())

  const states: { session: SessionState; words: string[]; buttons: string[] }[] = [
    { session: { kind: 'connecting' }, words: ['Connecting to Debian 12'], buttons: ['Close'] },
    { session: { kind: 'disabled' }, words: ['The display is off'], buttons: ['Close'] },
    {
      session: { kind: 'refused', verdict },
      words: ['This picture cannot be shown', 'EBUSY', 'modifier = 0x0100000000000004'],
      buttons: ['Try again', 'Close'],
    },
    {
      session: { kind: 'stalled', failure },
      words: ['The picture is not updating', 'EBUSY', 'Stop the VM'],
      buttons: ['Try again'],
    },
    {
      session: { kind: 'failed', failure },
      words: ['The display cannot be opened', 'Cannot open vfio group 12', 'Stop the VM'],
      buttons: ['Try again', 'Close'],
    },
    {
      session: { kind: 'lost', failure },
      words: ['The display went away', 'EBUSY', 'Stop the VM'],
      buttons: ['Try again', 'Close'],
    },
    {
      session: { kind: 'waiting', failure },
      words: ['', 'EBUSY', 'shown by itself'],
      buttons: ['Close'],
    },
  ]
  it.each(states)('says "$words.0" when $session.kind', async ({ session, words, buttons }) => {
    await open()
    for (const before of ['no picture', 'a picture']) {
      if (before === 'a picture') await desktop()
      await state(session)
      const card = page.locator('section[aria-labelledby="state-title"]')
      await card.getByRole('heading', { name: words[0] ?? '' }).waitFor()
      const text = await card.textContent()
      for (const word of words) expect(text, before).toContain(word)
      expect(await card.getByRole('button').allTextContents()).toEqual(buttons)
      await expect.poll(() => toolbar().isVisible()).toBe(true)
    }
  })

  it('tells a VM that is waited for from one that went away', async () => {
    await open()
    await state({ kind: 'waiting', failure })
    await page.getByRole('heading', { name: 'Waiting for Debian 12' }).waitFor()
    await desktop()
    await state({ kind: 'waiting', failure })
    await page.getByRole('heading', { name: 'The display went away' }).waitFor()
    expect(await page.locator('body').getAttribute('data-picture')).toBe('dimmed')
  })

  it('takes the first state from the answer to its hello', async () => {
    await open({
      hello: {
        state: { kind: 'failed', failure },
        guest: { title: 'db-server', consoles: [], capabilities: noCapabilities },
      },
    })
    await page.getByRole('heading', { name: 'The display cannot be opened' }).waitFor()
    expect(await page.title()).toBe('db-server')
  })

  it('tries again and closes by its buttons', async () => {
    await open()
    await state({ kind: 'lost', failure })
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Close' }).click()
    expect(await called('session:reopen')).toEqual([[]])
    expect(await called('window:close')).toEqual([[]])
  })

  it('says that the program behind it has ended', async () => {
    await open()
    await desktop()
    await page.evaluate(() => window.fake.close())
    await page.getByRole('heading', { name: 'Scanout has ended' }).waitFor()
    expect(await page.getByRole('button', { name: 'Screenshot' }).isDisabled()).toBe(true)
  })

  it('hides its toolbar over a picture and brings it back at the top edge and by keys', async () => {
    await open()
    await desktop()
    await page.mouse.move(400, 400)
    const visible = () => toolbar().isVisible()
    await expect.poll(visible, { timeout: 6000 }).toBe(false)
    await page.mouse.move(400, 2)
    await expect.poll(visible).toBe(true)
    await page.mouse.move(400, 400)
    await expect.poll(visible, { timeout: 3000 }).toBe(false)
    await page.keyboard.press('F10')
    await expect.poll(visible).toBe(true)
    await page.keyboard.press('F10')
    await expect.poll(visible).toBe(false)
    await page.keyboard.press('Alt')
    await expect.poll(visible).toBe(true)
  })

  it('runs no animation and asks for no frame while nothing changes', async () => {
    await open()
    await desktop()
    await page.mouse.move(400, 400)
    await expect.poll(() => toolbar().isVisible(), { timeout: 6000 }).toBe(false)
    const busy = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let asked = document.getAnimations().length
          const request = window.requestAnimationFrame
          window.requestAnimationFrame = (callback) => {
            asked += 1
            return request(callback)
          }
          setTimeout(() => resolve(asked), 1000)
        }),
    )
    expect(busy).toBe(0)
  })

  it.each([
    { keys: 'Alt+Digit1', scale: 'fit' },
    { keys: 'Alt+Digit2', scale: 'integer' },
    { keys: 'Alt+Digit3', scale: '1:1' },
    { keys: 'Alt+Digit4', scale: 'stretch' },
    { keys: 'Control+Digit0', scale: '1:1' },
  ])('scales to $scale by $keys', async ({ keys, scale }) => {
    await open()
    await page.keyboard.press(keys)
    const change = scale === '1:1' ? { scale, zoom: 100 } : { scale }
    await expect.poll(() => called('settings:change')).toEqual([[change]])
    expect(await page.getByRole('radio', { name: scale }).isChecked()).toBe(true)
  })

  it('scales by its switch', async () => {
    await open()
    await page.getByRole('radio', { name: 'Stretch' }).click()
    expect(await called('settings:change')).toEqual([[{ scale: 'stretch' }]])
  })

  it('saves a screenshot by keys alone', async () => {
    await open()
    await desktop()
    await page.keyboard.press('Control+Shift+S')
    const name = page.getByRole('textbox', { name: 'Name' })
    await expect.poll(() => name.inputValue()).toBe('Debian 12 2026-11-20 21-30')
    await name.fill('shot one')
    await page.keyboard.press('Enter')
    await page.getByText('/home/ada/Pictures/Screenshots/shot one.png').waitFor()
    expect(await called('shot:save')).toEqual([
      [
        {
          plane: 'all',
          as: 'png',
          cursor: true,
          folder: '/home/ada/Pictures/Screenshots',
          name: 'shot one',
        },
      ],
    ])
    await page.getByRole('button', { name: 'Open folder' }).click()
    expect(await called('shot:reveal')).toEqual([[]])
  })

  it('remembers the folder it saved to', async () => {
    await open()
    await desktop()
    await page.keyboard.press('Control+Shift+S')
    const folder = page.getByRole('textbox', { name: 'Folder' })
    await expect.poll(() => folder.inputValue()).not.toBe('')
    await folder.fill('/srv/shots')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => called('settings:change'))
      .toEqual([[{ screenshotFolder: '/srv/shots' }]])
  })

  it('keeps the dialog open with the reason when saving fails, and Escape closes it', async () => {
    await open()
    await desktop()
    await page.evaluate(() => {
      window.fake.saveFailure = 'the disk is full (ENOSPC)'
    })
    await page.keyboard.press('Control+Shift+S')
    await expect.poll(() => page.getByRole('textbox', { name: 'Name' }).inputValue()).not.toBe('')
    await page.getByRole('button', { name: 'Save' }).click()
    const alert = page.getByRole('dialog').getByRole('alert')
    expect(await alert.textContent()).toBe(
      'Cannot write the file: the disk is full (ENOSPC). Choose another folder.',
    )
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  const planes = [
    { item: /^Save…/, plane: 'all', as: 'png', title: 'Save a screenshot' },
    { item: 'Primary…', plane: 'primary', as: 'png', title: 'Save the primary plane' },
    { item: 'Cursor…', plane: 'cursor', as: 'png', title: 'Save the cursor plane' },
    { item: 'Raw plane dump…', plane: 'all', as: 'dump', title: 'Save the planes as they are' },
  ]
  it.each(planes)('offers "$title" in the screenshot menu', async ({ item, plane, as, title }) => {
    await open()
    await desktop()
    await page.getByRole('button', { name: 'Screenshot' }).click()
    if (plane !== 'all') await page.getByRole('menuitem', { name: 'This plane only' }).click()
    await page.getByRole('menuitem', { name: item }).click()
    await page.getByRole('dialog', { name: title }).waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Name' }).inputValue()).not.toBe('')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await called('shot:save'))[0]?.[0]).toMatchObject({ plane, as })
  })

  it('moves through the screenshot menu by arrow keys and leaves it by Escape', async () => {
    await open()
    await desktop()
    const button = page.getByRole('button', { name: 'Screenshot' })
    await button.focus()
    await page.keyboard.press('Enter')
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await expect.poll(focused).toContain('Save…')
    await page.keyboard.press('ArrowUp')
    expect(await focused()).toBe('Open folder')
    for (const _ of [1, 2, 3, 4]) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toBe('Primary…')
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toBe('Cursor…')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('menu').count()).toBe(0)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Screenshot',
    )
  })

  it('switches the cursor off for screenshots and keeps the menu open', async () => {
    await open()
    await desktop()
    await page.getByRole('button', { name: 'Screenshot' }).click()
    const item = page.getByRole('menuitemcheckbox', { name: 'With cursor' })
    expect(await item.getAttribute('aria-checked')).toBe('true')
    await item.click()
    expect(await called('settings:change')).toEqual([[{ screenshotCursor: false }]])
    await expect.poll(() => item.getAttribute('aria-checked')).toBe('false')
  })

  it('copies a screenshot to the clipboard', async () => {
    await open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await desktop()
    await page.keyboard.press('Control+Shift+C')
    await page.getByText('Screenshot copied').waitFor()
    const types = await page.evaluate(async () => {
      const items = await navigator.clipboard.read()
      return items.flatMap((item) => item.types)
    })
    expect(types).toContain('image/png')
  })

  it('tells resolution, fourcc, modifier, rate, transport and presenter', async () => {
    await open()
    await desktop()
    await page.keyboard.press('Alt+Enter')
    const panel = page.getByRole('dialog', { name: 'About this display' })
    const text = await panel.textContent()
    for (const fact of [
      'Debian 12',
      '640 × 480',
      'XR24 (XRGB8888)',
      'Intel X-tiled',
      '0x0100000000000001',
      'Stream of changes',
      'No shared-memory: a browser page cannot map memory.',
      'WebGL2',
      'hotspot 4, 3',
    ]) {
      expect(text).toContain(fact)
    }
    await expect.poll(() => panel.textContent(), { timeout: 4000 }).toContain('No change')
    await page.keyboard.press('Escape')
    expect(await panel.count()).toBe(0)
  })

  it('lists every shortcut', async () => {
    await open()
    await page.keyboard.press('Control+Shift+?')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    expect(await dialog.getByText('Ctrl+Shift+S').count()).toBe(1)
    await page.keyboard.press('Escape')
    await expect.poll(() => dialog.count()).toBe(0)
  })

  it('goes to fullscreen and back by F11', async () => {
    await open()
    const full = () => page.evaluate(() => document.fullscreenElement !== null)
    await page.keyboard.press('F11')
    await expect.poll(full).toBe(true)
    await page.getByRole('button', { name: 'Leave fullscreen' }).waitFor()
    await page.keyboard.press('F11')
    await expect.poll(full).toBe(false)
  })

  it('acknowledges a drawn frame, and answers a probe with the picture', async () => {
    await open()
    await desktop()
    const [presented] = await told('frame:presented')
    expect(presented?.[0]).toBeGreaterThan(0)
    expect(presented?.[1]).toBeGreaterThan(0)
    await page.evaluate(() => window.fake.emit('probe:read', 5, true))
    const [answer] = await told('probe:picture')
    expect(answer?.slice(0, 3)).toEqual([5, 640, 480])
    expect(Buffer.from(String(answer?.[3]), 'base64').length).toBe(640 * 480 * 4)
  })

  it('answers a probe without a picture with nothing', async () => {
    await open()
    await page.evaluate(() => window.fake.emit('probe:read', 6, true))
    expect(await told('probe:picture')).toEqual([[6, 0, 0, '']])
  })

  it('tells what draws', async () => {
    await open()
    const [note] = await told('view:presenter')
    expect(note?.[1]).toBe('plain')
    expect(note?.[0]).toMatch(/^canvas2d \(software; WebGL2 would be drawn by .+\)$/)
  })

  it('tells whether it can be seen', async () => {
    await open()
    await expect.poll(() => told('view:visible')).toContainEqual([true])
  })
})
