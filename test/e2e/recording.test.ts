// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { App, eventually } from './app.ts'
import { hasFfmpeg, probe } from './decoded.ts'

// Without ffmpeg there is no second decoder to trust; scripts/bootstrap brings it.
const windowed = describe.skipIf(!hasFfmpeg)

const args = ['view', 'demo:?size=640x360', '--headless']

/** The files of recordings, those that are not complete too. */
function files(app: App, kind: 'Recording' | 'Replay'): readonly string[] {
  return readdirSync(app.home).filter((name) => name.startsWith(`${kind}_Built-in guest_`))
}

function complete(app: App, kind: 'Recording' | 'Replay'): Promise<string> {
  return eventually('the complete file', () => {
    const name = files(app, kind).find((one) => !one.includes('.part'))
    return name && path.join(app.home, name)
  })
}

async function started(app: App): Promise<Page> {
  const { page } = await app.page()
  await page.waitForFunction(() => document.body.dataset['picture'] === 'shown')
  return page
}

async function record(app: App): Promise<Page> {
  const page = await started(app)
  await page.keyboard.press('Control+Shift+R')
  await eventually('a part of the file', () => files(app, 'Recording').find(Boolean))
  return page
}

windowed("a window's recording", () => {
  it('begins and ends with its keys', async () => {
    await using app = new App(args, {}, { debuggable: true })
    const page = await record(app)
    expect(files(app, 'Recording')[0]).toMatch(/\.part\.(mp4|webm)$/)
    await page.waitForTimeout(2000)
    await page.keyboard.press('Control+Shift+R')
    await page.getByText('Recording saved').waitFor()
    const probed = probe(await complete(app, 'Recording'))
    expect(probed).toMatchObject({ width: 640, height: 360 })
    expect(probed.seconds).toBeGreaterThan(1)
    expect(probed.times.length).toBeGreaterThan(5)
  })

  it('is completed when the page goes away, and when the program ends', async () => {
    await using app = new App(args, {}, { debuggable: true })
    const page = await record(app)
    await page.waitForTimeout(1000)
    await page.reload()
    const first = await complete(app, 'Recording')
    expect(probe(first).times.length).toBeGreaterThan(0)
    const again = await started(app)
    await again.keyboard.press('Control+Shift+R')
    await eventually('another part', () => (files(app, 'Recording').length > 1 ? true : undefined))
    await again.waitForTimeout(1000)
    app.kill('SIGTERM')
    await app.ended
    const names = files(app, 'Recording')
    expect(names.filter((name) => name.includes('.part'))).toEqual([])
    expect(names).toHaveLength(2)
    for (const name of names) expect(probe(path.join(app.home, name)).seconds).toBeGreaterThan(0)
  })

  it('of the last seconds is there when it is asked for afterwards', async () => {
    await using app = new App(args, {}, { debuggable: true })
    const page = await started(app)
    await page.keyboard.press('Control+Shift+P')
    await page.keyboard.type('instant replay')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(3000)
    await page.keyboard.press('Control+Shift+E')
    const probed = probe(await complete(app, 'Replay'))
    expect(probed.times[0]).toBe(0)
    expect(probed.seconds).toBeGreaterThan(1)
  })
})
