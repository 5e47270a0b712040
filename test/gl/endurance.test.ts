// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BenchPage } from './bench-page.ts'
import { drivers, startBrowser } from './browser.ts'
import { Guest, guestPlane } from './guest.ts'

const FLIPS = 100_000
const surfaces = [1, 2, 3]

let browser: Browser
let bench: BenchPage
beforeAll(async () => {
  browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
  bench = await BenchPage.open(browser)
})
afterAll(() => browser?.close())

/** What the page holds on the GPU, by its own books and by the GL functions that were called. */
async function held() {
  return bench.page.evaluate(() => ({
    books: window.bench.held(),
    textures: window.bench.liveTextures(),
  }))
}

async function flip(firstSeq: number, count: number): Promise<void> {
  await bench.page.evaluate(([ids, from, many]) => window.bench.flip(ids, from, many), [
    surfaces,
    firstSeq,
    count,
  ] as const)
}

it('holds after 100,000 flips of three surfaces the textures it held after a hundred', async () => {
  const guest = new Guest()
  for (const id of surfaces) {
    const plane = guestPlane({ fourcc: 'XR24', modifier: 0n, width: 16, height: 16 }, id)
    await bench.frame(guest.frame([{ id, guest: plane }]))
  }
  await flip(surfaces.length + 1, 100)
  const early = await held()
  expect(early.books.surfaces).toBe(3)
  await flip(surfaces.length + 101, FLIPS - 100)
  expect(await held()).toEqual(early)
  expect(await bench.page.evaluate(() => window.bench.problems())).toEqual([])

  const shot = await bench.read()
  const last = FLIPS - 101
  const at = ((last % 16) * 16 + (last % 16)) * 4
  expect([...(shot?.rgba.subarray(at, at + 4) ?? [])]).toEqual([
    (last >> 16) & 255,
    (last >> 8) & 255,
    last & 255,
    255,
  ])
})
