// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { FakeMonitor } from '../fakes/fake-monitor.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'
import { App } from './app.ts'

const address = 'demo:?still=1&size=640x480'
const key = (qnum: number, down: boolean) => [
  { type: 'key', data: { down, key: { type: 'number', data: qnum } } },
]
const button = (name: string, down: boolean) => [{ type: 'btn', data: { down, button: name } }]
/** The middle of a pixel of 640 × 480 on QEMU's axis. */
const position = (x: number, y: number) => [
  { type: 'abs', data: { axis: 'x', value: Math.floor(((x + 0.5) * 0x8000) / 640) } },
  { type: 'abs', data: { axis: 'y', value: Math.floor(((y + 0.5) * 0x8000) / 480) } },
]

async function pictured(page: Page): Promise<void> {
  await page.waitForFunction(() => document.body.dataset['picture'] === 'shown')
}

describe('input through a monitor', () => {
  it('brings keys, positions and buttons from the window to QEMU', async () => {
    const socket = path.join(temporaryFolder(), 'qmp')
    await using monitor = await FakeMonitor.listen(socket)
    await using app = new App([address, '--headless', '--qmp', socket], {}, { debuggable: true })
    const { page, tools } = await app.page()
    await using _tools = tools
    await pictured(page)
    await page.getByRole('button', { name: 'Send keys' }).waitFor()
    const { width, height } = await page.evaluate(() => ({
      width: window.innerWidth,
      height: window.innerHeight,
    }))
    await page.mouse.move(width / 2, height / 2)
    await page.mouse.down()
    await page.mouse.up()
    await page.keyboard.press('KeyA')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => monitor.heard.length).toBeGreaterThanOrEqual(7)
    expect(monitor.heard).toEqual([
      position(320, 240),
      button('left', true),
      button('left', false),
      key(0x1e, true),
      key(0x1e, false),
      key(0xcd, true),
      key(0xcd, false),
    ])
  })

  it.each(['the browser dies', 'the program is told to end'])(
    'lets go of held keys when %s',
    async (end) => {
      const socket = path.join(temporaryFolder(), 'qmp')
      await using monitor = await FakeMonitor.listen(socket)
      await using app = new App([address, '--headless', '--qmp', socket], {}, { debuggable: true })
      const { page, tools } = await app.page()
      await using _tools = tools
      await pictured(page)
      await page.getByRole('button', { name: 'Send keys' }).waitFor()
      await page.keyboard.down('ControlLeft')
      await expect.poll(() => monitor.heard).toEqual([key(0x1d, true)])
      if (end === 'the browser dies') process.kill(await app.browser(), 'SIGKILL')
      else app.kill('SIGTERM')
      await expect
        .poll(() => monitor.heard, { timeout: 10_000 })
        .toEqual([key(0x1d, true), key(0x1d, false)])
    },
  )

  it('sends nothing with --view-only, and does not need the monitor for that', async () => {
    const args = [address, '--headless', '--view-only', '--qmp', '/nowhere/qmp']
    await using app = new App(args, {}, { debuggable: true })
    const { page, tools } = await app.page()
    await using _tools = tools
    await pictured(page)
    expect(await page.getByRole('button', { name: 'Send keys' }).count()).toBe(0)
  })

  it('says why a monitor cannot be reached', async () => {
    await using app = new App([address, '--headless', '--qmp', '/nowhere/qmp'])
    const { code, stderr } = await app.ended
    expect(code).not.toBe(0)
    expect(stderr).toContain("cannot reach QEMU's monitor at /nowhere/qmp")
    expect(stderr).toContain('-qmp unix:PATH,server=on,wait=off')
  })
})
