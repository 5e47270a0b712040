// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Hello } from '../../core/protocol.ts'
import { findElectron } from '../../main/shell/choose-shell.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'
import { App, eventually } from './app.ts'
import { Display, hasXvfb } from './display.ts'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const program = findElectron(process.env, root)
const why = program ? (hasXvfb ? '' : 'needs Xvfb') : 'no Electron program is installed'

describe.skipIf(why !== '')(`the Electron window${why && ` (${why})`}`, () => {
  it('opens on the built-in guest, isolated, and shows its picture', async () => {
    using display = await Display.start('1280x1024')
    const app = await _electron.launch({
      executablePath: program ?? '',
      args: ['--no-sandbox', root, '--', 'view', 'demo:?still=1&size=640x480'],
      env: { ...process.env, DISPLAY: display.name } as Record<string, string>,
    })
    const page = await app.firstWindow()
    expect(page.url()).toMatch(/^app:\/\/scanout\//)
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    expect(await page.evaluate('typeof require + typeof process')).toBe('undefinedundefined')
    await page.waitForSelector('body[data-picture=shown]')
    await eventually('colour bars', () => {
      const { rgb } = display.screen()
      return rgb.filter((pixel) => pixel === 0xff00ff).length > 100 ? true : undefined
    })
    await app.close()
  })

  // What the producer seals becomes a dma-buf where the host has a GPU and /dev/udmabuf; anywhere else it is copied.
  it.each([
    { words: [], reason: /^$|no shared-texture: / },
    { words: ['--no-zero-copy'], reason: /no shared-texture: --no-zero-copy was given/ },
  ])('shows buffers of a producer the best way there is, $words', async ({ words, reason }) => {
    const socket = path.join(temporaryFolder(), 'planes')
    await using producer = new App(['broker', 'demo:?still=1&size=640x480', '--listen', socket])
    await eventually('the producer', () => existsSync(socket) || undefined)
    using display = await Display.start('1280x1024')
    const app = await _electron.launch({
      executablePath: program ?? '',
      args: ['--no-sandbox', root, '--', 'view', ...words, `planes+unix:${socket}`],
      env: { ...process.env, DISPLAY: display.name } as Record<string, string>,
    })
    const page = await app.firstWindow()
    await page.waitForSelector('body[data-picture=shown]')
    await eventually('colour bars', () => {
      const { rgb } = display.screen()
      return rgb.filter((pixel) => pixel === 0xff00ff).length > 100 ? true : undefined
    })
    const hello = (await page.evaluate("scanout.call('session:hello')")) as Hello
    expect(hello.sharingReason).toMatch(reason)
    if (hello.sharing !== 'shared-texture') expect(hello.sharingReason).not.toBe('')
    await app.close()
    producer.kill('SIGTERM')
  })
})
