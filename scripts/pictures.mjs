#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Takes the pictures of the README from the real program: node scripts/pictures.mjs [FOLDER]
// Each is driven by keyboard and mouse as a person would, in a window on Xvfb, and is to be looked at.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
if (!process.features.typescript) {
  const node = path.join(root, 'node_modules', `node-linux-${process.arch}`, 'bin/node')
  const { status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(status ?? 1)
}
const { App } = await import('../test/e2e/app.ts')
const { Display } = await import('../test/e2e/display.ts')
const { VirtualMachine } = await import('../test/qemu/virtual-machine.ts')

const folder = path.resolve(process.argv[2] ?? path.join(root, 'assets'))
const SIZE = { width: 1280, height: 760 }
using display = await Display.start('1400x900')

/** Opens the program on a page, does something, and keeps what it looks like. */
async function picture(name, args, act, { size = SIZE, dark = false } = {}) {
  await using app = new App(
    args,
    { DISPLAY: display.name },
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
const files = mkdtempSync(path.join(tmpdir(), 'scanout-pictures-'))
process.on('exit', () => rmSync(files, { recursive: true, force: true }))
writeFileSync(path.join(files, 'primary.bin'), new Uint8Array(4096))
/** A picture whose layout nobody can read without the GPU that wrote it: Intel's Y tiles with CCS. */
const compressed = {
  ...{ kind: 'primary', fourcc: 'XR24', modifier: '0x0100000000000004', width: 1280, height: 720 },
  ...{ x: 0, y: 0, hotX: null, hotY: null, bottomUp: false },
  memory: [{ file: 'primary.bin', offset: 0, stride: 5120, size: 4096 }],
}
const dump = path.join(files, 'compressed.json')
writeFileSync(dump, JSON.stringify({ scanoutDump: 1, planes: [compressed] }))
await picture('refused', [`dump:${dump}`], rest)
{
  const machine = (title) => ['-name', title, '-vga', 'std']
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
