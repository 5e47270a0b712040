// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { App, eventually } from './app.ts'

it('inspects the built-in guest: its planes, its flips, its figures, its dump', async () => {
  const address = 'demo:?fps=30&size=640x480&fourcc=XR24&modifier=x'
  await using app = new App([address, '--headless'], {}, { debuggable: true })
  const { page, tools } = await app.page()
  await page.locator('body[data-picture="shown"]').waitFor()
  await page.keyboard.press('Control+Shift+I')
  const panel = page.getByRole('complementary', { name: 'Inspector' })
  const primary = panel.getByRole('region', { name: 'Primary plane' })
  await primary.getByText('XR24 · XRGB8888').waitFor()
  const facts = await primary.textContent()
  for (const fact of ['0x0100000000000001', '640 × 480', '2560 bytes', 'dmabuf:']) {
    expect(facts).toContain(fact)
  }
  await panel.getByRole('region', { name: 'Cursor plane' }).getByText('AR24 · ARGB8888').waitFor()

  // Three buffers in turn, each of them seen.
  const flips = await eventually('flips over three buffers', async () => {
    const words = (await panel.getByRole('slider').getAttribute('aria-valuetext')) ?? ''
    return /Primary: ([\d.]+) flips\/s over 3 buffers/.exec(words)?.[1]
  })
  expect(Number(flips)).toBeGreaterThan(0)
  const legend = panel.getByRole('list', { name: 'Buffers of the primary plane' })
  expect((await legend.getByRole('listitem').allTextContents()).length).toBe(3)

  const way = panel.getByRole('region', { name: 'Way of the picture' })
  await way.getByText(/^[1-9]\d* times, [1-9]\d* frames, 0 queries failed$/).waitFor()
  expect(await way.textContent()).toContain('dma-buf: the guest’s own buffers')
  const held = panel.getByRole('region', { name: /^Buffers held/ })
  expect(await held.getByRole('row').count()).toBeGreaterThanOrEqual(5)

  await page.keyboard.press('Control+Shift+F')
  const statistics = page.getByRole('region', { name: 'Statistics' })
  await statistics.getByText(/% of a core/).waitFor()
  const figure = async (name: string) => {
    const text = (await statistics.textContent()) ?? ''
    return Number(new RegExp(`${name}([\\d.]+)`).exec(text)?.[1])
  }
  await eventually('every figure', async () => {
    const all = await Promise.all(['Presented', 'Source', 'Data', 'total'].map(figure))
    return all.every((value) => value > 0) || undefined
  })

  await panel.getByRole('button', { name: 'Dump…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Folder', exact: true }).fill(app.home)
  await dialog.getByRole('textbox', { name: /^Name/ }).fill('inspected')
  await page.keyboard.press('Enter')
  await eventually('the dump', () => {
    const names = readdirSync(app.home)
    return names.includes('inspected.json') || names.includes('inspected') || undefined
  })

  // A dialog keeps all keys until what it saves is there.
  await dialog.waitFor({ state: 'detached' })
  await page.keyboard.press('Control+Shift+I')
  await panel.waitFor({ state: 'detached' })
  await tools.close()
  app.kill('SIGINT')
  expect(await app.ended).toMatchObject({ code: 0 })
})
