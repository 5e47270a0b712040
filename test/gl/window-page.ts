// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Hello } from '../../core/protocol.ts'
import { bundle, openPage, type Site } from './browser.ts'
import type {} from './page/fake-bridge.ts'

const html = readFileSync(
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../renderer/index.html'),
  'utf8',
)
/** One pixel, for `shot.png`. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

type Wish = BrowserContextOptions & { readonly hello?: Partial<Hello> }

/** The product's page under its own policy, with a test in the place of main. */
export async function openWindow(browser: Browser, wish: Wish = {}): Promise<Page> {
  const { hello = {}, ...context } = wish
  const page = await openPage(browser, await windowSite(hello), context)
  await page.waitForFunction(() => window.fake?.calls.length > 0)
  return page
}

/** All files of the product's page, and the test's own. */
export async function windowSite(hello: Partial<Hello>): Promise<Site> {
  const [app, worklet, recording, fake] = await Promise.all([
    bundle('renderer/index.tsx'),
    bundle('renderer/sound/worklet.ts'),
    bundle('renderer/recording/worker.ts'),
    bundle('test/gl/page/fake-bridge.ts'),
  ])
  const body = html.replace(
    '<script type="module" src="index.js">',
    '<script type="module" src="fake.js"></script><script type="module" src="index.js">',
  )
  const script = (text: string) => ({ type: 'text/javascript', body: text })
  return {
    '/': { type: 'text/html', body },
    '/fake.js': script(`window.fakeHello = ${JSON.stringify(hello)};\n${fake.script}`),
    '/index.js': script(app.script),
    '/sound-worklet.js': script(worklet.script),
    '/recording-worker.js': script(recording.script),
    '/index.css': { type: 'text/css', body: app.style },
    '/shot.png': { type: 'image/png', body: png },
    '/icon.svg': { type: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' },
  }
}
