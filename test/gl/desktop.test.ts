// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Hello } from '../../core/protocol.ts'
import type { SessionState } from '../../core/session-state.ts'
import { initialSettings, type Settings } from '../../core/settings.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'
import { drivers, startBrowser } from './browser.ts'
import { openWindow } from './window-page.ts'

declare global {
  interface Window {
    /** What the page asked the desktop for. */
    asked: string[]
    /** Whether the desktop shows the page. */
    seen: (visible: boolean) => void
  }
}

/** The desktop, as far as a page without one can be given it. */
function playDesktop(): void {
  window.asked = []
  let visibility: DocumentVisibilityState = 'visible'
  Object.defineProperty(document, 'visibilityState', { get: () => visibility })
  window.seen = (visible) => {
    visibility = visible ? 'visible' : 'hidden'
    document.dispatchEvent(new Event('visibilitychange'))
  }
  Object.defineProperty(navigator, 'wakeLock', {
    value: {
      request: async (type: string) => {
        window.asked.push(`awake ${type}`)
        const lock = { released: false, release: async () => {} }
        lock.release = async () => {
          lock.released = true
          window.asked.push('asleep')
        }
        return lock
      },
    },
  })
  class Notice {
    static readonly permission = 'granted'
    constructor(title: string, { body }: NotificationOptions) {
      window.asked.push(`${title}: ${body}`)
    }
    close(): void {
      window.asked.push('close')
    }
  }
  Object.defineProperty(window, 'Notification', { value: Notice })
}

let browser: Browser
let page: Page

async function open(settings: Partial<Settings> = {}, hello: Partial<Hello> = {}) {
  page = await openWindow(browser, {
    viewport: { width: 900, height: 700 },
    hello: {
      vm: { run: 'running', note: '' },
      ...hello,
      settings: { ...initialSettings, ...settings },
    },
  })
  await page.evaluate(playDesktop)
  await page.evaluate(() => window.fake.desktop(640, 480))
}
const asked = () => page.evaluate(() => window.asked)
const called = (name: string) =>
  page.evaluate(
    (wanted) => window.fake.calls.filter((call) => call.name === wanted).map((call) => call.args),
    name,
  )

beforeAll(async () => {
  browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
})
afterEach(() => page.context().close())
afterAll(() => browser?.close())

describe('the display stays awake', () => {
  it('in fullscreen while the picture is live, and no longer', async () => {
    await open()
    expect(await asked()).toEqual([])
    await page.keyboard.press('F11')
    await expect.poll(asked).toEqual(['awake screen'])
    await page.evaluate(() => window.fake.state({ kind: 'disabled' }))
    await expect.poll(asked).toEqual(['awake screen', 'asleep'])
    await page.evaluate(() => window.fake.state({ kind: 'live' }))
    await expect.poll(asked).toHaveLength(3)
    await page.keyboard.press('F11')
    await expect.poll(asked).toHaveLength(4)
  })

  it('by main in Electron', async () => {
    await open({}, { shell: 'electron' })
    await page.keyboard.press('F11')
    const told = () =>
      page.evaluate(() => window.fake.notes.filter(({ name }) => name === 'view:awake'))
    await expect.poll(told).toEqual([{ name: 'view:awake', args: [true] }])
    await page.keyboard.press('F11')
    await expect.poll(told).toHaveLength(2)
    expect(await asked()).toEqual([])
  })

  it('not where nobody wants it', async () => {
    await open({ keepsAwake: false })
    await page.keyboard.press('F11')
    await page.getByRole('button', { name: 'Leave fullscreen' }).waitFor({ state: 'attached' })
    expect(await asked()).toEqual([])
  })
})

describe('a VM that stops', () => {
  const failure = { code: 'vm-gone', what: 'the VM ended', why: 'it was shut down', remedy: '' }
  const lost: SessionState = { kind: 'lost', failure }
  const lose = () => page.evaluate((state) => window.fake.state(state), lost)

  it('is told of while its window is hidden, once', async () => {
    await open()
    await page.evaluate(() => window.seen(false))
    await lose()
    await lose()
    expect(await asked()).toEqual([
      'Debian 12: The display went away. The VM ended: it was shut down.',
    ])
    await page.evaluate(() => window.seen(true))
    expect(await asked()).toHaveLength(2)
  })

  it('is told of when its guest shut down or crashed', async () => {
    await open()
    await page.evaluate(() => window.seen(false))
    await page.evaluate(() => window.fake.emit('vm:changed', { run: 'panicked', note: '' }))
    await expect.poll(asked).toEqual([expect.stringContaining('The guest has crashed')])
  })

  it.each([
    ['the window is seen', {}, true],
    ['nobody wants to hear it', { tellsStop: false }, false],
  ])('is not told of where %s', async (_why, settings, visible) => {
    await open(settings)
    await page.evaluate((seen) => window.seen(seen), visible)
    await lose()
    await page.getByText('The display went away').waitFor({ state: 'attached' })
    expect(await asked()).toEqual([])
  })
})

it('remembers the size of the window, and not that of fullscreen', async () => {
  await open()
  await page.setViewportSize({ width: 1000, height: 640 })
  const sizes = async () => (await called('settings:change')).map(([change]) => change)
  await expect
    .poll(sizes)
    .toEqual([
      { windowSize: await page.evaluate(() => ({ width: outerWidth, height: outerHeight })) },
    ])
  await page.keyboard.press('F11')
  await page.getByRole('button', { name: 'Leave fullscreen' }).waitFor({ state: 'attached' })
  await page.setViewportSize({ width: 1200, height: 800 })
  await page.waitForTimeout(1200)
  expect(await sizes()).toHaveLength(1)
})

it('takes the monitor that is chosen, and the same the next time', async () => {
  await open()
  await page.evaluate(() => {
    const labels = ['DELL U2720Q', 'LG HDR 4K']
    const screens = labels.map((label, at) => {
      return { label, width: 2560, height: 1440, isPrimary: at === 0 }
    })
    const details = Object.assign(new EventTarget(), { screens })
    Object.defineProperty(window.screen, 'isExtended', { value: true })
    Object.defineProperty(window, 'getScreenDetails', { value: async () => details })
    Element.prototype.requestFullscreen = async (options) => {
      const { screen } = (options ?? {}) as { screen?: { label: string } }
      window.asked.push(`fullscreen on ${screen?.label}`)
    }
    ;(window.screen as Screen & EventTarget).dispatchEvent(new Event('change'))
  })
  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('menuitem', { name: 'View', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Fullscreen on' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'LG HDR 4K, 2560 × 1440' }).click()
  await expect.poll(asked).toEqual(['fullscreen on LG HDR 4K'])
  expect(await called('settings:change')).toEqual([[{ monitor: 'LG HDR 4K' }]])
  await page.keyboard.press('F11')
  await expect.poll(asked).toEqual(['fullscreen on LG HDR 4K', 'fullscreen on LG HDR 4K'])
})

describe('what is dropped on the window', () => {
  /** As a file manager drops it. */
  async function drop(...files: string[]): Promise<void> {
    const session = await page.context().newCDPSession(page)
    const data = { items: [], files, dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data })
    }
  }

  it('is opened: a session file, and a dump by its files or its folder', async () => {
    await open()
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'vm.scanout'), '[scanout]\naddress=demo:\n')
    const dump = path.join(folder, 'dump')
    mkdirSync(dump)
    writeFileSync(path.join(dump, 'a.json'), '{}')
    writeFileSync(path.join(dump, 'a-primary.bin'), 'pixels')
    await drop(path.join(folder, 'vm.scanout'))
    await drop(path.join(dump, 'a.json'), path.join(dump, 'a-primary.bin'))
    await drop(dump)
    const opened = async () =>
      (await called('drop:open')).map(([files]) =>
        (files as { name: string; bytes: string }[])
          .map(({ name, bytes }) => `${name}: ${Buffer.from(bytes, 'base64')}`)
          .sort(),
      )
    const planes = ['a-primary.bin: pixels', 'a.json: {}']
    await expect.poll(opened).toEqual([['vm.scanout: [scanout]\naddress=demo:\n'], planes, planes])
    expect(page.url()).toBe('https://scanout.test/')
  })
})
