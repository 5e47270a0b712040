#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// What the shader pays for undoing tiles and decoding pixels of 1920 × 1080, beside a plain draw: that of
// linear XR24 by the same program text. The page draws and times itself.
//
//   npm run bench:webgl [-- swiftshader|llvmpipe [PATTERN]]     only rows whose name holds PATTERN
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const load = (name) => import(pathToFileURL(path.join(root, name)).href)
const { toWire } = await load('core/wire.ts')
const { pairs } = await load('test/fakes/pairs.ts')
const { validPlane } = await load('test/fakes/planes.ts')
const { bundle, openPage, startBrowser } = await load('test/gl/browser.ts')

const ROUNDS = 15
const MOST = 2
const [driver = 'llvmpipe', pattern = ''] = process.argv.slice(2)
const size = { width: 1920, height: 1080 }
const plane = (fourcc, modifier) => validPlane({ fourcc, modifier, ...size }).plane
const rows = pairs
  .filter(({ code, layout }) => layout.value !== 0n && (code === 'XR24' || code === 'NV12'))
  .map(({ code, name, layout }) => ({
    name: `${code} in ${name}`,
    code,
    plane: plane(code, layout.value),
  }))
  .filter(({ name }) => name.includes(pattern))
const plain = { XR24: plane('XR24', 0n), NV12: plane('NV12', 0n) }

const browser = await startBrowser(driver)
try {
  const { script } = await bundle('test/gl/page/draw-cost.ts')
  const page = await openPage(browser, {
    '/': {
      type: 'text/html',
      body: '<!doctype html><script type="module" src="page.js"></script>',
    },
    '/page.js': { type: 'text/javascript', body: script },
  })
  await page.waitForFunction(() => window.drawCosts !== undefined)
  page.setDefaultTimeout(600_000)
  let over = 0
  process.stdout.write('      ms  plain  ratio\n')
  for (const row of rows) {
    const planes = [plain[row.code], row.plane]
    const { costs } = await page.evaluate(
      ([text, rounds]) => window.drawCosts(text, rounds),
      [toWire(planes), ROUNDS],
    )
    const [least, cost] = costs
    const ratio = cost / least
    if (ratio > MOST) over += 1
    const figures = [cost, least, ratio].map((value) => value.toFixed(2).padStart(7)).join('')
    process.stdout.write(`${figures}  ${row.name}${ratio > MOST ? `  above ${MOST}` : ''}\n`)
  }
  process.stdout.write(`${over} above ${MOST} plain draws of the same format\n`)
} finally {
  await browser.close()
}
