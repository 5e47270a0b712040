// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type GuestInfo, noCapabilities, type VmState } from '../../core/guest.ts'
import type { Hello } from '../../core/protocol.ts'
import { drivers, startBrowser } from './browser.ts'
import { openWindow } from './window-page.ts'

const consoles = [
  { id: 0, label: 'VGA', type: 'Graphic' },
  { id: 1, label: 'virtio-gpu', type: 'Graphic' },
  { id: 4, label: 'serial0', type: 'Text' },
  { id: 5, label: '', type: 'Graphic' },
]
const guest: GuestInfo = { title: 'Debian 12', consoles: [], capabilities: noCapabilities }
const running: VmState = { run: 'running', note: '' }

describe('the window of a VM', () => {
  let browser: Browser
  let page: Page
  const open = async (hello: Partial<Hello> = {}) => {
    page = await openWindow(browser, {
      viewport: { width: 900, height: 600 },
      hello: { viewOnly: false, guest, vm: running, ...hello },
    })
    await page.evaluate(() => window.fake.desktop(640, 480))
  }
  const called = (name: string) =>
    page.evaluate(
      (wanted) => window.fake.calls.filter((call) => call.name === wanted).map((call) => call.args),
      name,
    )
  const tell = (vm: VmState | null) =>
    page.evaluate((state) => window.fake.emit('vm:changed', state), vm)
  const button = () => page.getByRole('button', { name: 'Virtual machine' })
  const item = (name: string) => page.getByRole('menuitem', { name })
  const strip = () => page.locator('.strip')

  beforeAll(async () => {
    browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
  })
  afterEach(() => page.context().close())
  afterAll(() => browser?.close())

  it.each([
    ['Pause', 'running', 'pause'],
    ['Resume', 'paused', 'resume'],
    ['Wake up', 'suspended', 'resume'],
    ['Start', 'starting', 'resume'],
    ['Press power button', 'running', 'power-button'],
  ] as const)('offers "%s" while the VM is %s', async (name, run, action) => {
    await open({ vm: { run, note: '' } })
    await button().click()
    await item(name).click()
    expect(await called('vm:act')).toEqual([[action]])
    expect(await page.getByRole('menu').count()).toBe(0)
  })

  it('resets only when it is asked to twice', async () => {
    await open()
    await button().click()
    await item('Reset…').click()
    const dialog = page.getByRole('dialog', { name: 'Reset Debian 12?' })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(await called('vm:act')).toEqual([])
    await button().click()
    await item('Reset…').click()
    await dialog.getByRole('button', { name: 'Reset' }).click()
    expect(await called('vm:act')).toEqual([['reset']])
    expect(await dialog.count()).toBe(0)
  })

  it('quits without a word to the VM', async () => {
    await open()
    await button().click()
    await item('Quit viewer').click()
    expect(await called('window:close')).toEqual([[]])
    expect(await called('vm:act')).toEqual([])
  })

  it('leaves the VM alone when it only views', async () => {
    await open({ viewOnly: true, vm: { run: 'paused', note: '' } })
    await strip().waitFor()
    expect(await strip().getByRole('button').count()).toBe(0)
    await button().click()
    for (const name of ['Resume', 'Press power button', 'Reset…']) {
      expect(await item(name).isDisabled(), name).toBe(true)
    }
  })

  it('has no menu where there is nothing but a picture', async () => {
    await open({ vm: null })
    expect(await button().count()).toBe(0)
  })

  it('says what is missing where nobody can tell what the VM does', async () => {
    await open({ vm: null, guest: { ...guest, capabilities: { ...noCapabilities, input: true } } })
    await button().click()
    expect(await page.getByRole('menu').textContent()).toContain('--qmp SOCKET')
    expect(await item('Pause').count()).toBe(0)
  })

  it.each([
    ['paused', 'Paused', 'Resume', 'resume'],
    ['suspended', 'The guest sleeps', 'Wake up', 'resume'],
    ['shut-down', 'The guest has shut down', 'Reset', 'reset'],
    ['panicked', 'The guest has crashed', 'Reset', 'reset'],
    ['starting', 'The guest has not started', 'Start', 'resume'],
  ] as const)('says over the picture that the VM is %s', async (run, title, step, action) => {
    await open()
    expect(await strip().count()).toBe(0)
    await tell({ run, note: '' })
    await strip().getByRole('heading', { name: title }).waitFor()
    expect(await strip().getByRole('button').allTextContents()).toEqual([step])
    await strip().getByRole('button', { name: step }).click()
    expect(await called('vm:act')).toEqual([[action]])
    await tell(running)
    await expect.poll(() => strip().count()).toBe(0)
  })

  it('says why the VM stands still where that is known', async () => {
    await open()
    await tell({ run: 'paused', note: 'A disk of the VM failed' })
    await expect.poll(() => strip().textContent()).toContain('A disk of the VM failed.')
  })

  it('says in the middle that the VM is paused where there is no picture', async () => {
    await open({ vm: { run: 'starting', note: '' } })
    await page.evaluate(() => window.fake.state({ kind: 'disabled' }))
    await page.getByRole('heading', { name: 'The guest has not started' }).waitFor()
  })

  it('says nothing of a VM whose display went away', async () => {
    await open({ vm: { run: 'paused', note: '' } })
    const failure = { code: 'vm-gone', what: 'it ended', why: 'killed', remedy: 'start it' }
    await page.evaluate((lost) => window.fake.state(lost), { kind: 'lost', failure } as const)
    await page.getByRole('heading', { name: 'The display went away' }).waitFor()
    expect(await page.getByText('Paused').count()).toBe(0)
  })

  it('tells what the guest went through, and puts it away', async () => {
    await open()
    await tell({ run: 'running', note: 'The VM was reset' })
    await page.getByRole('status').getByText('The VM was reset').waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).click()
    expect(await page.getByText('The VM was reset').count()).toBe(0)
  })

  it('says why the VM did not do what it was told', async () => {
    await open()
    await page.evaluate(() => {
      const { scanout } = window as unknown as { scanout: { call: unknown } }
      const failure = { code: 'x', what: 'cannot stop', why: 'QEMU says not now', remedy: 'wait' }
      scanout.call = async () => ({ ok: false, failure })
    })
    await button().click()
    await item('Pause').click()
    const alert = page.getByRole('alert')
    await expect.poll(() => alert.textContent()).toContain('Cannot pause the VM')
    expect(await alert.textContent()).toContain('not now')
  })

  it('lists the consoles by their labels and shows another in place', async () => {
    await open({ guest: { ...guest, consoles, console: consoles[0] } as GuestInfo })
    await page.getByRole('button', { name: 'Consoles' }).click()
    const items = page.getByRole('menuitemcheckbox')
    expect(await items.allTextContents()).toEqual([
      'VGA',
      'virtio-gpu',
      'serial0 (text)',
      'Console 5',
    ])
    expect(await page.getByRole('menuitemcheckbox', { checked: true }).allTextContents()).toEqual([
      'VGA',
    ])
    await items.nth(2).click()
    expect(await called('session:console')).toEqual([[4]])
    const next = { ...guest, title: 'Debian 12 — serial0', consoles, console: consoles[2] }
    await page.evaluate((to) => window.fake.emit('guest:changed', to), next as GuestInfo)
    await expect.poll(() => page.title()).toBe('Debian 12 — serial0')
  })

  it('does not open the console again that is shown', async () => {
    await open({ guest: { ...guest, consoles, console: consoles[0] } as GuestInfo })
    await page.getByRole('button', { name: 'Consoles' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'VGA' }).click()
    expect(await called('session:console')).toEqual([])
  })

  it('has no list of one console', async () => {
    await open({ guest: { ...guest, consoles: consoles.slice(0, 1) } })
    expect(await page.getByRole('button', { name: 'Consoles' }).count()).toBe(0)
  })
})
