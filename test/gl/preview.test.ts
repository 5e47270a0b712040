// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeRgba8 } from '../../core/decode.ts'
import { averaged } from '../fakes/averaged.ts'
import { BenchPage } from './bench-page.ts'
import { drivers, startBrowser } from './browser.ts'
import { Guest, guestPlane, type PlaneWish } from './guest.ts'

const planes: readonly (PlaneWish & { readonly name: string })[] = [
  { name: 'an opaque one', fourcc: 'XR24', modifier: 0n, width: 320, height: 200 },
  { name: 'one with alpha', fourcc: 'AR24', modifier: 0n, width: 64, height: 64 },
  {
    name: 'one from the bottom up',
    fourcc: 'AB24',
    modifier: 0n,
    width: 96,
    height: 50,
    bottomUp: true,
  },
  {
    name: 'a tiled one of 16 bits',
    fourcc: 'RG16',
    modifier: 0x0100000000000002n,
    width: 200,
    height: 90,
  },
]
/** Whole numbers of pixels below one, where every driver takes the same; and the plane as it is. */
const parts = [1, 2, 4]

describe.each(drivers)('a preview on %s', (driver) => {
  let browser: Browser
  let bench: BenchPage
  const guest = new Guest()
  beforeAll(async () => {
    browser = await startBrowser(driver)
    bench = await BenchPage.open(browser)
  })
  afterAll(() => browser?.close())

  it.each(planes.map((plane, at) => ({ ...plane, id: at + 1 })))(
    'of $name has its colours and its alpha',
    async ({ name, id, ...wish }) => {
      const plane = guestPlane(wish, id)
      const { width, height } = plane.plane
      await bench.frame(guest.frame([{ id, guest: plane }]))
      const whole = decodeRgba8(plane.plane, [plane.buffer])
      for (const part of parts) {
        const size = { width: Math.round(width / part), height: Math.round(height / part) }
        const shot = await bench.preview(id, size.width, size.height)
        expect([shot?.width, shot?.height], name).toEqual([size.width, size.height])
        const expected = averaged(whole, plane.plane, size)
        const furthest = expected.reduce(
          (most, value, at) => Math.max(most, Math.abs(value - (shot?.rgba[at] ?? -999))),
          0,
        )
        // A mean may be rounded either way; a plane as it is has nothing to round.
        expect(furthest, `${name} / ${part}`).toBeLessThanOrEqual(part === 1 ? 0 : 1)
      }
    },
  )

  it('keeps the shape of the plane, and is none of what nobody described', async () => {
    const plane = guestPlane({ fourcc: 'XR24', modifier: 0n, width: 300, height: 10 }, 7)
    await bench.frame(guest.frame([{ id: 77, guest: plane }]))
    expect(await bench.preview(77, 100, 100)).toMatchObject({ width: 100, height: 3 })
    expect(await bench.preview(77, 1000, 1000)).toMatchObject({ width: 300, height: 10 })
    expect(await bench.preview(77, 100, 1)).toMatchObject({ width: 30, height: 1 })
    expect(await bench.preview(78, 100, 100)).toBeUndefined()
  })

  it('leaves the picture as it was, and no texture behind', async () => {
    const before = [
      await bench.canvas(),
      await bench.page.evaluate(() => window.bench.liveTextures()),
    ]
    for (let at = 0; at < 50; at += 1) await bench.preview(77, 100, 100)
    const after = [
      await bench.canvas(),
      await bench.page.evaluate(() => window.bench.liveTextures()),
    ]
    expect(after).toEqual(before)
  })
})
