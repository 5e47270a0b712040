// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Found } from '../../core/launcher-protocol.ts'
import { words } from '../../renderer/launcher/words.ts'
import { seriousFaults } from './accessibility.ts'
import { bundle, openPage, startBrowser } from './browser.ts'
import type {} from './page/fake-launcher-bridge.ts'

const html = readFileSync(
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../renderer/launcher.html'),
  'utf8',
)
/** One pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

const good = { usable: true, why: '', remedy: '', fix: '' } as const
const fix = '-display dbus,p2p=yes'
const picture = `picture/${'a'.repeat(32)}.png?1`
// biome-ignore format: one row per thing found
const rows: readonly Found[] = [
  { id: 'a', kind: 'vm', name: 'debian', what: 'QEMU process 7', address: 'qemu:/run/deb.qmp', ...good, seenMs: Date.now() - 300_000, picture },
  { id: 'b', kind: 'vm', name: 'win10', what: 'QEMU process 8', address: 'qemu:/run/win.qmp', usable: false, why: 'it has no display', remedy: `Start it with ${fix}`, fix },
  { id: 'c', kind: 'device', name: 'i915-GVTg', what: 'mediated device', address: 'vfio:83b8', ...good },
  { id: 'd', kind: 'recent', name: 'old vm', what: 'QEMU, not running', address: 'qemu:/run/old.qmp', ...good, seenMs: 0 },
  { id: 'demo', kind: 'demo', name: 'Demo guest', what: 'built in', address: 'demo:', ...good },
]
const bare = rows.slice(-1)

describe('the launcher', () => {
  let browser: Browser
  let page: Page
  const errors: string[] = []
  const open = async (
    found: readonly Found[] = rows,
    options: BrowserContextOptions = {},
    document = html,
  ) => {
    const [app, fake] = await Promise.all([
      bundle('renderer/launcher/index.tsx'),
      bundle('test/gl/page/fake-launcher-bridge.ts'),
    ])
    const script = (text: string) => ({ type: 'text/javascript', body: text })
    const own = '<script type="module" src="launcher.js">'
    const site = {
      '/': {
        type: 'text/html',
        body: document.replace(own, `<script type="module" src="fake.js"></script>${own}`),
      },
      '/fake.js': script(`window.fakeFound = ${JSON.stringify(found)};\n${fake.script}`),
      '/launcher.js': script(app.script),
      '/launcher.css': { type: 'text/css', body: app.style },
      '/icon.svg': { type: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' },
      [`/${picture.slice(0, -2)}`]: { type: 'image/png', body: png },
    }
    page = await openPage(browser, site, { viewport: { width: 860, height: 600 }, ...options })
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.getByRole('option').first().waitFor()
    return page
  }
  const field = () => page.getByRole('combobox')
  const names = () => page.locator('.row-name').allTextContents()
  const active = () => page.locator('[aria-selected="true"] .row-name').allTextContents()
  const status = () => page.getByRole('status').textContent()
  const find = (found: readonly Found[]) =>
    page.evaluate((list) => window.fakeLauncher.find(list), found)
  const called = (name: string) =>
    page.evaluate(
      (wanted) =>
        window.fakeLauncher.calls.filter((call) => call.name === wanted).map((call) => call.args),
      name,
    )
  const opens = async () => (await called('launcher:open')).map(([request]) => request)

  beforeAll(async () => {
    browser = await startBrowser('swiftshader')
  })
  afterEach(async () => {
    await page.context().close()
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(() => browser?.close())

  it('lists what is found by kind, with the reason and the fix of what cannot be opened', async () => {
    await open()
    expect(await names()).toEqual(['debian', 'win10', 'i915-GVTg', 'old vm', 'Demo guest'])
    const groups = page.getByRole('group')
    expect(await groups.count()).toBe(4)
    expect(await page.getByRole('group', { name: 'Virtual machines' }).innerText()).toContain(
      'QEMU process 7',
    )
    const off = page.getByRole('option', { name: /win10/ })
    expect(await off.getAttribute('aria-disabled')).toBe('true')
    expect(await off.innerText()).toContain('It has no display.')
    expect(await off.locator('code').innerText()).toBe(fix)
    expect(await page.getByRole('option', { name: /debian/ }).innerText()).toContain(
      '5 minutes ago',
    )
    expect(
      await page.locator('img').evaluate((image) => 'naturalWidth' in image && image.naturalWidth),
    ).toBe(1)
    expect(await status()).toBe('4 can be opened, 1 cannot')
  })

  it('has the focus in the field, and says which row is meant', async () => {
    await open()
    expect(await field().evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await active()).toEqual(['debian'])
    for (const name of ['win10', 'i915-GVTg', 'old vm', 'Demo guest', 'Demo guest']) {
      await page.keyboard.press('ArrowDown')
      expect(await active()).toEqual([name])
      const id = await field().getAttribute('aria-activedescendant')
      expect(await page.locator(`[id="${id}"] .row-name`).textContent()).toBe(name)
    }
    await page.keyboard.press('ArrowUp')
    expect(await active()).toEqual(['old vm'])
    await page.keyboard.press('PageUp')
    expect(await active()).toEqual(['debian'])
    await page.keyboard.press('PageDown')
    expect(await active()).toEqual(['Demo guest'])
  })

  it('filters by what is typed, and opens the first with Enter', async () => {
    await open()
    await page.keyboard.type('QEMU old')
    expect(await names()).toEqual(['old vm'])
    await page.keyboard.press('Enter')
    expect(await opens()).toEqual([{ target: 'qemu:/run/old.qmp', stays: false }])
    await expect.poll(status).toBe('Opening old vm…')
    // One at a time.
    await page.keyboard.press('Enter')
    expect(await opens()).toHaveLength(1)
    await page.evaluate(() => window.fakeLauncher.opened())
    await expect.poll(status).toBe('4 can be opened, 1 cannot')
  })

  it('stays open with Ctrl', async () => {
    await open()
    await page.keyboard.press('Control+Enter')
    expect(await opens()).toEqual([{ target: 'qemu:/run/deb.qmp', stays: true }])
  })

  it('opens with two clicks, and chooses with one', async () => {
    await open()
    await page.getByText('i915-GVTg').click()
    expect(await active()).toEqual(['i915-GVTg'])
    expect(await opens()).toEqual([])
    await page.getByText('Demo guest').dblclick()
    expect(await opens()).toEqual([{ target: 'demo:', stays: false }])
    expect(await field().evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('does not open what cannot be opened', async () => {
    await open()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('button', { name: /^Open Enter/ }).isDisabled()).toBe(true)
    expect(await opens()).toEqual([])
  })

  it.each(['vfio+pid:4242', '/tmp/vm.scanout', '~/vm.vv', 'planes.json', 'scanout:libvirt:deb'])(
    'opens %s as it is typed',
    async (target) => {
      await open()
      await page.keyboard.type(target)
      expect(await names()).toEqual([target])
      await page.keyboard.press('Enter')
      expect(await opens()).toEqual([{ target, stays: false }])
    },
  )

  it('shows its field before its script runs, and keeps what was typed into that', async () => {
    const early = html.replace('placeholder=', 'value="deb" placeholder=')
    expect(early).not.toBe(html)
    expect(html.match(/"Filter[^"]*"/g)).toEqual([`"${words.field}"`, `"${words.field}"`])
    await open(rows, {}, early)
    expect(await field().inputValue()).toBe('deb')
    await page.keyboard.type('ian')
    expect(await names()).toEqual(['debian'])
  })

  it('says what was not found', async () => {
    await open()
    await field().fill('frobnicate')
    expect(await page.locator('.no-match').textContent()).toBe(
      'Nothing here is called “frobnicate”',
    )
    expect(await field().getAttribute('aria-activedescendant')).toBeNull()
  })

  it('says why nothing was shown, until that is dismissed', async () => {
    await open()
    await page.keyboard.press('Enter')
    await page.evaluate(() => window.fakeLauncher.opened('it is busy'))
    const alert = page.getByRole('alert')
    await expect
      .poll(() => alert.innerText())
      .toContain('Cannot open it: it is busy.\nTry another.')
    await page.getByRole('button', { name: 'Dismiss' }).click()
    expect(await alert.innerText()).toBe('')
  })

  it('forgets recent ones with Delete, and nothing else', async () => {
    await open()
    await page.keyboard.press('Delete')
    expect(await called('launcher:forget')).toEqual([])
    for (let at = 0; at < 3; at += 1) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Delete')
    expect(await called('launcher:forget')).toEqual([['qemu:/run/old.qmp']])
    await find(rows.filter(({ id }) => id !== 'd'))
    expect(await active()).toEqual(['Demo guest'])
  })

  it('leaves Delete to the text while there is some behind the caret', async () => {
    await open()
    await page.keyboard.type('oldx')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Delete')
    expect(await field().inputValue()).toBe('old')
    expect(await active()).toEqual(['old vm'])
    expect(await called('launcher:forget')).toEqual([])
  })

  it('copies the fix of a row that has one, else its address', async () => {
    await open(rows, { permissions: ['clipboard-read', 'clipboard-write'] })
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
    await page.keyboard.press('Control+c')
    await expect.poll(status).toBe('Copied')
    expect(await clipboard()).toBe('qemu:/run/deb.qmp')
    await page.keyboard.press('ArrowDown')
    await page.getByRole('button', { name: /^Copy fix/ }).click()
    await expect.poll(clipboard).toBe(fix)
    await field().fill('deb')
    await field().selectText()
    await page.keyboard.press('Control+c')
    expect(await clipboard()).toBe('deb')
  })

  it('goes to the field with Ctrl+L, empties it with Escape, and closes with one more', async () => {
    await open()
    await page.keyboard.type('deb')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Control+l')
    expect(await field().evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Escape')
    expect(await field().inputValue()).toBe('')
    expect(await called('window:close')).toEqual([])
    await page.keyboard.press('Escape')
    expect(await called('window:close')).toEqual([[]])
  })

  it('follows what comes and goes, and keeps to the row that was chosen', async () => {
    await open()
    await page.getByText('i915-GVTg').click()
    await find(rows.slice(1))
    expect(await names()).toEqual(['win10', 'i915-GVTg', 'old vm', 'Demo guest'])
    expect(await active()).toEqual(['i915-GVTg'])
    await find(bare)
    expect(await active()).toEqual(['Demo guest'])
  })

  it('says what to start when there is nothing, ready to be copied', async () => {
    await open(bare, { permissions: ['clipboard-read', 'clipboard-write'] })
    const region = page.getByRole('region', { name: 'No virtual machine was found on this host' })
    expect(await region.innerText()).toContain('-display dbus,p2p=yes -qmp unix:')
    await page.getByRole('button', { name: /^Copy: libvirt/ }).click()
    await expect.poll(() => page.getByText('Copied').first().isVisible()).toBe(true)
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      "<graphics type='dbus' p2p='yes'/>",
    )
    await find(rows)
    expect(await region.count()).toBe(0)
  })

  it('opens a session file that is chosen or dropped, and asks for the path of a dump', async () => {
    await open()
    const files = page.locator('input[type=file]')
    const file = (name: string) => ({ name, mimeType: '', buffer: Buffer.from('[scanout]\n') })
    await files.setInputFiles(file('vm.scanout'))
    await expect.poll(() => called('launcher:open-text')).toEqual([['vm.scanout', '[scanout]\n']])
    await page.evaluate(() => window.fakeLauncher.opened())
    await expect.poll(status).toContain('can be opened')
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File(['x'], 'planes.json'))
      return transfer
    })
    await page.locator('.launcher').dispatchEvent('drop', { dataTransfer: data })
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toContain('Cannot open planes.json here')
  })

  it('says that the program has ended', async () => {
    await open()
    await page.evaluate(() => window.fakeLauncher.close())
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('Scanout has ended')
  })

  it('tells when it is seen, and how fast it was painted', async () => {
    await open()
    const notes = () =>
      page.evaluate(() => window.fakeLauncher.notes.map(({ name, args }) => ({ name, args })))
    await expect
      .poll(async () => (await notes()).map(({ name }) => name))
      .toEqual(['view:visible', 'view:painted'])
    const [visible, painted] = await notes()
    expect(visible?.args).toEqual([true])
    expect(painted?.args.every((ms) => typeof ms === 'number' && ms > 0)).toBe(true)
  })

  it.each([
    ['light', rows],
    ['dark', rows],
    ['light', bare],
    ['dark', bare],
  ] as const)('has no serious fault of accessibility (%s)', async (colorScheme, found) => {
    await open(found, { colorScheme, reducedMotion: 'reduce' })
    expect(await seriousFaults(page)).toEqual([])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await seriousFaults(page)).toEqual([])
  })

  it.each([
    ['names', { name: '<b>x</b>\u202e\x1b[2J' }],
    ['reasons', { usable: false, why: '<img src=x onerror=alert(1)>', remedy: '"', fix: '"' }],
    ['long words', { name: 'x'.repeat(500), address: `qemu:/${'y'.repeat(500)}` }],
  ])('shows hostile %s as they are, within its width', async (_what, more) => {
    await open([{ ...(rows[0] as Found), ...more }])
    const width = await page.evaluate(() => document.querySelector('main')?.scrollWidth ?? 0)
    expect(width).toBeLessThanOrEqual(860)
    expect(await page.locator('.row b, .row img[src=x]').count()).toBe(0)
  })
})
