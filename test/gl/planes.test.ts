// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compose } from '../../core/compose.ts'
import { decodeRgba8 } from '../../core/decode.ts'
import { fourccs } from '../../core/fourcc.ts'
import { modifiers } from '../../core/modifier.ts'
import { BenchPage, difference } from './bench-page.ts'
import { drivers, startBrowser } from './browser.ts'
import { Guest, type GuestPlane, guestPlane, type PlaneWish, shadowOf } from './guest.ts'
import { naiveFourccs, naiveModifiers, naivePicture } from './naive.ts'

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
  { name: 'several tiles', width: 601, height: 203, offset: 8192 },
]

it('has a second opinion on every row of the tables', () => {
  expect(fourccs.map((row) => row.code).toSorted()).toEqual([...naiveFourccs].toSorted())
  expect(modifiers.map((row) => row.name).toSorted()).toEqual([...naiveModifiers].toSorted())
})

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

  const layouts = fourccs.flatMap((format) =>
    modifiers.map((layout) => ({
      fourcc: format.code,
      modifier: layout.value,
      layout: layout.name,
    })),
  )
  it.each(layouts)('$fourcc in $layout equals the reference in every pixel', async (row) => {
    for (const shape of shapes) {
      const { name, ...wish } = shape
      const plane = guestPlane({ ...wish, fourcc: row.fourcc, modifier: row.modifier }, ++id)
      const gone = id > 1 ? [id - 1] : []
      await bench.frame(guest.frame([{ id, guest: plane }], [], gone))
      const shot = await bench.read()
      const { width, height } = plane.plane
      expect({ width: shot?.width, height: shot?.height }).toEqual({ width, height })
      const got = shot?.rgba ?? new Uint8Array(0)
      expect(difference(got, naivePicture([plane]), width), `${name}, second opinion`).toBe(
        undefined,
      )
      expect(difference(got, reference(plane), width), `${name}, core`).toBe(undefined)
    }
  })

  it.each(modifiers)('takes $name from shared memory', async ({ value }) => {
    const plane = guestPlane({ fourcc: 'RG16', modifier: value, width: 131, height: 70 }, ++id)
    await bench.share(id, shadowOf(plane).bytes)
    await bench.frame(guest.frame([{ id, guest: plane, sharing: 'shared-memory' }], [], [id - 1]))
    const shot = await bench.read()
    expect(difference(shot?.rgba ?? new Uint8Array(0), naivePicture([plane]), 131)).toBe(undefined)
  })

  it('keeps no texture of surfaces that are gone', async () => {
    const held = await bench.page.evaluate(() => window.bench.held())
    expect(held.surfaces).toBe(1)
    expect(held.textures).toBe(3)
  })
})
