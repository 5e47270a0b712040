#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Takes the pictures of the README from the real program: node scripts/pictures.mjs [FOLDER]
// Each is driven by keyboard and mouse as a person would, in headless Chromium, and is to be looked at.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
if (!process.features.typescript) {
  const node = path.join(root, 'node_modules', `node-linux-${process.arch}`, 'bin/node')
  const { status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(status ?? 1)
}
const { App } = await import('../test/e2e/app.ts')
const { VirtualMachine } = await import('../test/qemu/virtual-machine.ts')

const folder = path.resolve(process.argv[2] ?? path.join(root, 'assets'))
const SIZE = { width: 1280, height: 760 }

/** Opens the program on a page, does something, and keeps what it looks like. */
async function picture(name, args, act, { size = SIZE, dark = false } = {}) {
  await using app = new App(
    [...args, '--headless'],
    {},
    { debuggable: true, flags: ['--force-device-scale-factor=1'] },
  )
  const { page, tools } = await app.page()
  await using _tools = tools
  await page.setViewportSize(size)
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
  await act(page)
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
  process.stdout.write(`${path.join(folder, `${name}.png`)}\n`)
}

const shown = (page) => page.waitForFunction(() => document.body.dataset.picture === 'shown')
const rest = (page) => page.waitForTimeout(1500)

mkdirSync(folder, { recursive: true })
await picture('screenshot', ['demo:'], async (page) => {
  await shown(page)
  await page.mouse.move(640, 4)
  await rest(page)
})
await picture('palette', ['demo:'], async (page) => {
  await shown(page)
  await page.keyboard.press('Control+Shift+P')
  await page.keyboard.type('scr')
  await rest(page)
})
await picture(
  'inspector',
  ['demo:'],
  async (page) => {
    await shown(page)
    await page.keyboard.press('Control+Shift+I')
    await page.waitForTimeout(4000)
  },
  { dark: true },
)
await picture('refused', ['demo:?modifier=0x0100000000000004'], rest)
await picture('lost', ['planes+unix:/run/scanout/nobody.sock'], rest)
{
  const machine = (title, ...more) => [...['-name', title, '-vga', 'std'], ...more]
  await using _one = new VirtualMachine(machine('office'))
  await using _two = new VirtualMachine(machine('build server'), 'none')
  await picture(
    'launcher',
    ['open'],
    async (page) => {
      await page.getByRole('option', { name: /office/ }).waitFor()
      await rest(page)
    },
    { size: { width: 860, height: 560 } },
  )
}
process.exit()
