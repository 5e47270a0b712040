// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { findElectron } from '../../main/shell/choose-shell.ts'
import { eventually } from './app.ts'
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
    expect(page.url()).toBe('app://scanout/')
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    expect(await page.evaluate('typeof require + typeof process')).toBe('undefinedundefined')
    await page.waitForSelector('body[data-picture=shown]')
    await eventually('colour bars', () => {
      const { rgb } = display.screen()
      return rgb.filter((pixel) => pixel === 0xff00ff).length > 100 ? true : undefined
    })
    await app.close()
  })
})
