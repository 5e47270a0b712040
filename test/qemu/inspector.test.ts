// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { findBrowser } from '../../main/shell/chromium/browser-binary.ts'
import { App } from '../e2e/app.ts'
import { installed } from './installed.ts'
import { VirtualMachine } from './virtual-machine.ts'

const patience = { timeout: 30_000, interval: 50 }
const qemu = installed('qemu-system-x86_64')
const hindrance = qemu === undefined || !findBrowser(process.env).ok

describe.skipIf(hindrance)('the inspector (needs qemu-system-x86_64 and Chromium)', () => {
  it('shows what a QEMU really shows, and says so when it is gone', async () => {
    await using vm = new VirtualMachine(['-device', 'VGA'])
    await vm.started()
    const args = [`qemu:${vm.socket}`, '--headless', '--reconnect']
    await using app = new App(args, {}, { debuggable: true })
    const { page, tools } = await app.page()
    await page.locator('body[data-picture="shown"]').waitFor()
    await page.keyboard.press('Control+Shift+I')
    const panel = page.getByRole('complementary', { name: 'Inspector' })
    const primary = panel.getByRole('region', { name: 'Primary plane' })
    const fact = (name: string) =>
      primary.getByRole('row').filter({ hasText: name }).getByRole('cell').textContent()
    await primary.getByText('XR24 · XRGB8888').waitFor()
    await expect
      .poll(async () => {
        const { width, height } = await vm.screendump()
        return (await fact('Size')) === `${width} × ${height}`
      }, patience)
      .toBe(true)
    expect(await fact('Modifier')).toContain('0x0000000000000000')

    const way = panel.getByRole('region', { name: 'Way of the picture' })
    await expect.poll(() => way.textContent(), patience).toContain('0 queries failed')
    vm.kill()
    await expect.poll(() => way.textContent(), patience).toContain('No source is open')
    await vm.restart()
    await expect.poll(() => way.textContent(), patience).toContain('0 queries failed')
    await tools.close()
  })
})
