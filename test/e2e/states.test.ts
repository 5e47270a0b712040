// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { App, eventually } from './app.ts'
import { Display, hasXvfb } from './display.ts'

/** A dump whose planes are right but for what the change does to the first. */
async function badDump(app: App, change: Record<string, unknown>): Promise<string> {
  const { stdout, code } = await app.ended
  expect(code).toBe(0)
  const file = stdout.trim().split('\n')[0] ?? ''
  const json = file.endsWith('.json') ? file : path.join(file, onlyJson(file))
  const dump = JSON.parse(readFileSync(json, 'utf8'))
  Object.assign(dump.planes[0], change)
  writeFileSync(json, JSON.stringify(dump))
  return json
}

function onlyJson(folder: string): string {
  return readdirSync(folder).find((name) => name.endsWith('.json')) ?? ''
}

const refused = { modifier: '0x0100000000000004' }

describe('a picture that cannot be shown', () => {
  it('ends a command without a window in its verdict, on one line', async () => {
    await using made = new App(['dump', 'demo:?still=1&size=64x64', '-o', 'planes'])
    const dump = await badDump(made, refused)
    await using app = new App([`dump:${dump}`, '--headless'])
    const ended = await app.ended
    expect(ended.code).toBe(1)
    expect(ended.stderr.trim().split('\n').at(-1)).toMatch(/^scanout: .+: .+\. .+/)
    expect(ended.stderr).toContain('0x0100000000000004')
  })

  it('is drawn without WebGL where the browser has none, although that was wished for', async () => {
    const args = ['demo:?size=64x64', '--headless', '--presenter', 'webgl', '--frames', '3']
    await using app = new App(
      [...args, '--stats', 'stats.json'],
      {},
      { flags: ['--disable-3d-apis'] },
    )
    expect(await app.ended).toMatchObject({ code: 0 })
    const { presenter, frames } = JSON.parse(
      readFileSync(path.join(app.home, 'stats.json'), 'utf8'),
    )
    expect(presenter).toBe('canvas2d (software; no WebGL2 here)')
    expect(frames).toBe(3)
  })
})

describe.skipIf(!hasXvfb)('the window (needs Xvfb)', () => {
  it('shows the verdict of a plane that is refused', async () => {
    await using made = new App(['dump', 'demo:?still=1&size=64x64', '-o', 'planes'])
    const dump = await badDump(made, refused)
    using display = await Display.start('1024x768')
    await using app = new App([`dump:${dump}`], { DISPLAY: display.name }, { debuggable: true })
    const { page, tools } = await app.page()
    const text = await eventually('the verdict', async () => {
      const words = await page.locator('body').innerText()
      return words.includes('0x0100000000000004') ? words : undefined
    })
    expect(text).toContain('modifier')
    await tools.close()
  })

  it('says that a source is lost, and opens it again', async () => {
    using display = await Display.start('1024x768')
    const address = 'demo:?size=64x64&gone=3'
    await using app = new App([address], { DISPLAY: display.name }, { debuggable: true })
    const { page, tools } = await app.page()
    const again = page.locator('.state button').first()
    await eventually('the lost state', async () => {
      const words = await page.locator('.state').allInnerTexts()
      return words.join().length > 0 && !words.join().startsWith('Connecting') ? true : undefined
    })
    expect(await page.locator('.state [role=alert], .state .card').count()).toBeGreaterThan(0)
    await again.click()
    await eventually('the picture', async () =>
      (await page.locator('.state').count()) === 0 ? true : undefined,
    )
    await tools.close()
  })

  it('says that the app is gone when it is killed', async () => {
    using display = await Display.start('1024x768')
    await using app = new App(
      ['demo:?still=1&size=64x64'],
      { DISPLAY: display.name },
      { debuggable: true },
    )
    const { page, tools } = await app.page()
    await eventually('the title', async () => ((await page.title()) ? true : undefined))
    const told = page.getByText('Scanout has ended').waitFor({ timeout: 20_000 })
    app.kill('SIGKILL')
    await told.catch((error: unknown) => {
      // The watch may have ended the browser before DevTools could look.
      if (!String(error).includes('closed')) throw error
    })
    await tools.close()
  })
})
