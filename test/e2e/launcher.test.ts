// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Found } from '../../core/launcher-protocol.ts'
import { readPng } from '../fakes/read-png.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'
import { installed } from '../qemu/installed.ts'
import { VirtualMachine } from '../qemu/virtual-machine.ts'
import { App, eventually, isAlive, processes } from './app.ts'
import { Display, hasXvfb } from './display.ts'

/** Of this run alone: what an interrupted one left is not it. */
const NAME = `launcher test ${process.pid}`
const small = 'demo:?still=1&size=320x200'
const vga = ['-vga', 'std', '-name', NAME]

const row = (page: Page) => page.getByRole('option').filter({ hasText: NAME })

/** What `scanout list` says of the test's own VM: others come and go on a host. */
async function listed(env: Record<string, string> = {}): Promise<Found | undefined> {
  await using app = new App(['list', '--json'], env)
  const { code, stdout } = await app.ended
  expect(code).toBe(0)
  const { sources } = JSON.parse(stdout) as { sources: Found[] }
  return sources.find(({ name }) => name === NAME)
}

describe('scanout without a display server', () => {
  it('says so, prints the list, and what to do', async () => {
    await using app = new App([])
    const { code, stdout, stderr } = await app.ended
    expect(code).toBe(1)
    expect(stdout).toMatch(/^demo: +Demo guest: /m)
    expect(stderr).toMatch(/^scanout: cannot open a window: no display server was found .+\n$/)
    expect(stderr).toContain('scanout screenshot ADDRESS -o FILE.png')
  })
})

describe('the launcher without a screen', () => {
  it.each([small, '~/vm.scanout'])('opens %s in one more process, and ends', async (target) => {
    await using app = new App(['open', '--headless'], {}, { debuggable: true })
    writeFileSync(path.join(app.home, 'vm.scanout'), `[scanout]\naddress=${small}\n`)
    const { page } = await app.page()
    await page.getByRole('option', { name: /^Demo guest/ }).waitFor()
    await page.keyboard.type(target)
    await page.keyboard.press('Enter')
    expect(await app.ended).toMatchObject({ code: 0 })
    // Without a display server the viewer saves what it shows, and ends too.
    const file = path.join(app.home, 'scanout-demo.png')
    await eventually('the picture', () => (existsSync(file) ? true : undefined))
    const { width, height } = readPng(readFileSync(file))
    expect([width, height]).toEqual([320, 200])
  })

  it('says why a viewer could not be started, and stays', async () => {
    await using app = new App(['open', '--headless'], {}, { debuggable: true })
    const { page } = await app.page()
    await page.getByRole('option', { name: /^Demo guest/ }).waitFor()
    await page.keyboard.type('demo:?size=nonsense')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByRole('alert').innerText(), { timeout: 30_000 }).not.toBe('')
    expect(await page.getByRole('alert').innerText()).toMatch(/nonsense|size/)
    await page.keyboard.press('Escape')
    // The window may be gone before the key is up again.
    await page.keyboard.press('Escape').catch(() => {})
    expect(await app.ended).toMatchObject({ code: 0 })
    expect(app.folders()).toEqual([])
  })

  it('ends when it is interrupted', async () => {
    await using app = new App(['open', '--headless'], {}, { debuggable: true })
    const { page } = await app.page()
    await page.getByRole('option', { name: /^Demo guest/ }).waitFor()
    app.kill('SIGINT')
    expect(await app.ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') })
    expect(app.folders()).toEqual([])
  })
})

const canRunQemu = installed('qemu-system-x86_64') !== undefined
describe.skipIf(!canRunQemu)('the launcher and a real QEMU (needs qemu-system-x86_64)', () => {
  it('shows it as soon as it runs, as scanout list does, and opens it by Enter', async () => {
    await using app = new App(['open', '--headless'], {}, { debuggable: true })
    const { page } = await app.page()
    await page.getByRole('option', { name: /^Demo guest/ }).waitFor()
    expect(await row(page).count()).toBe(0)
    await using vm = new VirtualMachine(vga)
    await vm.started()
    await row(page).waitFor()
    const line = await listed({ XDG_RUNTIME_DIR: app.runtime })
    expect(line).toMatchObject({ kind: 'vm', address: `qemu:${vm.socket}`, usable: true })
    const shown = await row(page).innerText()
    expect(shown.split('\n').join(' ').replaceAll(/\s+/g, ' ')).toBe(
      `${line?.name} ${line?.what} ${line?.address}`,
    )
    await page.keyboard.type(NAME)
    await page.keyboard.press('Enter')
    expect(await app.ended).toMatchObject({ code: 0 })
    const file = path.join(app.home, 'scanout-qemu.png')
    await eventually('the picture', () => (existsSync(file) ? true : undefined))
    const { width, height } = await vm.screendump()
    expect(readPng(readFileSync(file))).toMatchObject({ width, height })
  })

  it('says what it lacks, and that it is gone', async () => {
    await using app = new App(['open', '--headless'], {}, { debuggable: true })
    const { page } = await app.page()
    await page.getByRole('option', { name: /^Demo guest/ }).waitFor()
    {
      await using vm = new VirtualMachine(vga, 'none')
      await vm.started()
      await row(page).waitFor()
      expect(await row(page).innerText()).toContain('-display dbus,p2p=yes')
      const line = await listed()
      expect(line).toMatchObject({ usable: false, fix: '-display dbus,p2p=yes' })
    }
    await row(page).waitFor({ state: 'detached' })
  })
})

describe.skipIf(!canRunQemu || !hasXvfb)('viewers (needs Xvfb and qemu-system-x86_64)', () => {
  it('are remembered with a picture, which the launcher shows', async () => {
    using display = await Display.start('1280x1024')
    const env = { DISPLAY: display.name, XDG_CACHE_HOME: temporaryFolder() }
    const folder = path.join(env.XDG_CACHE_HOME, 'scanout', 'recent')
    const pictures = () =>
      existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.png')) : []
    {
      await using vm = new VirtualMachine(vga)
      await vm.started()
      await using viewer = new App([`qemu:${vm.socket}`], env)
      await eventually('a picture', () => pictures()[0])
      viewer.kill('SIGINT')
      expect(await viewer.ended).toMatchObject({ code: 0 })
    }
    await using app = new App(['open'], env, { debuggable: true })
    const { page } = await app.page()
    const recent = page.getByRole('group', { name: 'Recent' }).getByRole('option')
    expect(await recent.innerText()).toMatch(new RegExp(`^${NAME}\\nQEMU, not running`))
    const width = () =>
      recent.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)
    await expect.poll(width).toBeGreaterThan(100)
    await page.keyboard.type(NAME)
    await page.keyboard.press('Delete')
    await recent.waitFor({ state: 'detached' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('open in windows of their own, and live on without the launcher', async () => {
    using display = await Display.start('1280x1024')
    await using vm = new VirtualMachine(vga)
    await vm.started()
    await using app = new App(['open'], { DISPLAY: display.name }, { debuggable: true })
    const { page } = await app.page()
    await row(page).waitFor()
    await page.keyboard.type(NAME)
    await page.keyboard.press('Enter')
    // Its stderr stays open: the viewer has it now.
    await eventually('the launcher to end', () => (isAlive(app.pid) ? undefined : true))
    const viewer = processes().find(
      ({ command }) => command.includes('cli.js view') && command.includes(vm.socket),
    )
    expect(viewer).toBeDefined()
    process.kill(viewer?.pid ?? 0, 'SIGTERM')
    expect(await app.ended).toMatchObject({ code: 0 })
  })
})
