// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { App, eventually, isAlive, processes } from './app.ts'
import { Display, hasXvfb } from './display.ts'

const still = ['demo:?still=1&size=320x200', '--headless']

/** Nothing of an app is left: no process that names its folders, and no folder. */
async function nothingLeft(app: App): Promise<void> {
  await eventually(
    'the end of every process',
    () => (processes().some(({ command }) => command.includes(app.runtime)) ? undefined : true),
    15_000,
  )
  await eventually('an empty runtime folder', () => (app.folders().length ? undefined : true), 5000)
}

describe('the app and its browser', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('end together on %s, leaving nothing', async (signal) => {
    await using app = new App(still)
    await app.browser()
    app.kill(signal)
    const ended = await app.ended
    expect(ended.code).toBe(0)
    expect(ended.stderr).not.toContain('internal error')
    await nothingLeft(app)
  })

  it('end together when the app is killed', async () => {
    await using app = new App(still)
    const browser = await app.browser()
    await app.port()
    app.kill('SIGKILL')
    await app.ended
    await eventually('the end of the browser', () => (isAlive(browser) ? undefined : true), 10_000)
    await nothingLeft(app)
  })

  it('end together when the browser is killed, and the app says so', async () => {
    await using app = new App(still)
    const browser = await app.browser()
    process.kill(browser, 'SIGKILL')
    const ended = await app.ended
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('did not keep the window open')
    expect(ended.stderr.trim().split('\n').at(-1)).toMatch(/^scanout: .*SIGKILL/)
    await nothingLeft(app)
  })

  it('are not started when there is no browser', async () => {
    await using app = new App(still, { SCANOUT_BROWSER: '/nowhere/chromium' })
    const ended = await app.ended
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^scanout: cannot open a window: .*\n$/)
    await nothingLeft(app)
  })

  it('are not kept when the browser cannot start', async () => {
    await using app = new App(still, { SCANOUT_BROWSER: '/bin/false' })
    const ended = await app.ended
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('/bin/false did not keep the window open: it ended with code 1')
    await nothingLeft(app)
  })

  it('put no secret on the command line', async () => {
    await using app = new App(still)
    const browser = await app.browser()
    const seen = processes().find(({ pid }) => pid === browser)?.command ?? ''
    expect(seen).toContain('open.html')
    expect(seen).not.toMatch(/token|[0-9a-f]{32}/)
  })
})

describe.skipIf(!hasXvfb)('the window (needs Xvfb)', () => {
  it('ends the app when it is closed', async () => {
    using display = await Display.start('800x600')
    await using app = new App(
      ['demo:?size=320x200'],
      { DISPLAY: display.name },
      { debuggable: true },
    )
    const { page, tools } = await app.page()
    await page.waitForSelector('canvas')
    await eventually('the title', async () => ((await page.title()) ? true : undefined))
    await page.close()
    expect(await app.ended).toMatchObject({ code: 0 })
    await tools.close()
    await nothingLeft(app)
  })
})
