// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compose } from '../../core/compose.ts'
import { decodeRgba8 } from '../../core/decode.ts'
import { naiveTolerance } from '../fakes/naive-pixels.ts'
import { pairs } from '../fakes/pairs.ts'
import { BenchPage, difference } from './bench-page.ts'
import { drivers, startBrowser } from './browser.ts'
import { Guest, type GuestPlane, guestPlane, type PlaneWish, shadowsOf } from './guest.ts'
import { naivePicture } from './naive.ts'
import { familyOf, sampled } from './sample.ts'

/** What the core's reference makes of one plane alone. */
function reference({ plane, buffer }: GuestPlane): Uint8Array {
  const made = compose([{ plane, rgba: decodeRgba8(plane, [buffer]) }])
  if (!made.ok) throw new Error(made.failure.why)
  return made.value.rgba
}

type Shape = Omit<PlaneWish, 'fourcc' | 'modifier'> & { readonly name: string }

const shapes: readonly Shape[] = [
  { name: 'one pixel', width: 1, height: 1 },
  { name: 'an odd size', width: 131, height: 37 },
  { name: 'an odd size from the bottom up', width: 131, height: 37, bottomUp: true },
  { name: 'a padded stride', width: 67, height: 45, padding: 260 },
  { name: 'an offset', width: 33, height: 33, offset: 4096, padding: 1024 },
  { name: 'several tiles', width: 301, height: 143, offset: 8192 },
]

describe.each(drivers)('planes on %s', (driver) => {
  let browser: Browser
  let bench: BenchPage
  const guest = new Guest()
  let id = 0
  beforeAll(async () => {
    browser = await startBrowser(driver)
    bench = await BenchPage.open(browser)
  })
  afterAll(() => browser?.close())

  it('draws with the driver that is meant', async () => {
    const name = await bench.page.evaluate(() => window.bench.driver)
    expect(name.toLowerCase()).toContain(driver)
  })

  // AMD's equations are many of one kind: one format shows that each is taken over.
  const shown = pairs.filter(({ code, name }) => !name.includes('AMD') || code === 'XR24')
  const drawn = sampled(driver, shown, ({ code, layout }) => `${code} ${familyOf(layout)}`)
  it.each(drawn)('$code in $name equals the reference in every pixel', async (row) => {
    for (const { name, ...wish } of shapes) {
      const color = { matrix: 'bt2020', range: id % 2 === 0 ? 'full' : 'limited' } as const
      const layout = { fourcc: row.code, modifier: row.layout.value, color }
      const plane = guestPlane({ ...wish, ...layout }, ++id)
      const gone = id > 1 ? [id - 1] : []
      await bench.frame(guest.frame([{ id, guest: plane }], [], gone))
      const shot = await bench.read()
      const { width, height } = plane.plane
      expect({ width: shot?.width, height: shot?.height }).toEqual({ width, height })
      const got = shot?.rgba ?? new Uint8Array(0)
      if (naiveTolerance(row.code) === 0) {
        const second = naivePicture([plane])
        expect(difference(got, second, width), `${name}, second opinion`).toBe(undefined)
      }
      expect(difference(got, reference(plane), width), `${name}, core`).toBe(undefined)
    }
  })

  const tiled = drawn.filter(({ code }) => code === 'RG16' || code === 'NV12')
  it.each(tiled)('takes $code in $name from shared memory', async ({ code, layout }) => {
    const wish = { fourcc: code, modifier: layout.value, width: 131, height: 70 }
    const plane = guestPlane(wish, ++id)
    for (const [at, { bytes }] of shadowsOf(plane).entries()) await bench.share(id, bytes, at)
    await bench.frame(guest.frame([{ id, guest: plane, sharing: 'shared-memory' }], [], [id - 1]))
    const shot = await bench.read()
    expect(difference(shot?.rgba ?? new Uint8Array(0), reference(plane), 131)).toBe(undefined)
  })

  it('keeps no texture of surfaces that are gone', async () => {
    const plane = guestPlane({ fourcc: 'YU12', modifier: 0n, width: 8, height: 8 }, ++id)
    await bench.frame(guest.frame([{ id, guest: plane }], [], [id - 1]))
    const held = await bench.page.evaluate(() => window.bench.held())
    expect(held.surfaces).toBe(1)
    // One a memory plane, and the two that a composition works in.
    expect(held.textures).toBe(3 + 2)
  })
})
