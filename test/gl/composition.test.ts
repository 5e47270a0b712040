// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compose } from '../../core/compose.ts'
import { decodeRgba8 } from '../../core/decode.ts'
import type { Point } from '../../core/geometry.ts'
import type { ImageRect } from '../../core/memory-image.ts'
import { modifiers } from '../../core/modifier.ts'
import { BenchPage, difference, stages } from './bench-page.ts'
import { startBrowser } from './browser.ts'
import { Guest, type GuestPlane, guestPlane, noise, shadowOf } from './guest.ts'
import { naivePicture } from './naive.ts'
import { familyOf, sample } from './sample.ts'

const LINEAR = 0n
const WIDTH = 150
const HEIGHT = 90

const primary = (seed: number, modifier = LINEAR, fourcc = 'XR24') =>
  guestPlane({ fourcc, modifier, width: WIDTH, height: HEIGHT }, seed)
const cursor = (seed: number, fourcc = 'AR24') =>
  guestPlane({ kind: 'cursor', fourcc, modifier: LINEAR, width: 64, height: 64 }, seed)

type Shown = { readonly id: number; readonly guest: GuestPlane; readonly at?: Point }

function reference(shown: readonly Shown[]): Uint8Array {
  const made = compose(
    shown.map(({ guest, at }) => ({
      plane: { ...guest.plane, ...at },
      rgba: decodeRgba8(guest.plane, [guest.buffer]),
    })),
  )
  if (!made.ok) throw new Error(made.failure.why)
  return made.value.rgba
}

describe.each(stages)('composition by $presenter on $driver', ({ driver, presenter }) => {
  let browser: Browser
  let bench: BenchPage
  let guest: Guest
  beforeAll(async () => {
    browser = await startBrowser(driver)
    bench = await BenchPage.open(browser, {}, presenter)
  })
  beforeEach(() => {
    guest = new Guest()
  })
  afterAll(() => browser?.close())

  const check = async (shown: readonly Shown[], what = '') => {
    const shot = await bench.read()
    const got = shot?.rgba ?? new Uint8Array(0)
    const width = shown[0]?.guest.plane.width ?? 0
    expect(difference(got, reference(shown), width), `${what} core`).toBe(undefined)
    const second = naivePicture(shown.map(({ guest: plane, at }) => ({ ...plane, ...at })))
    expect(difference(got, second, width), `${what} second opinion`).toBe(undefined)
  }

  const edges = [
    { edge: 'inside', at: { x: 40, y: 13 } },
    { edge: 'left', at: { x: -32, y: 10 } },
    { edge: 'top', at: { x: 20, y: -32 } },
    { edge: 'right', at: { x: WIDTH - 32, y: 10 } },
    { edge: 'bottom', at: { x: 20, y: HEIGHT - 32 } },
    { edge: 'top left', at: { x: -33, y: -31 } },
    { edge: 'bottom right', at: { x: WIDTH - 31, y: HEIGHT - 33 } },
    { edge: 'wholly outside', at: { x: -64, y: -200 } },
  ]
  it.each(edges)('blends a cursor at the edge: $edge', async ({ at }) => {
    const shown = [
      { id: 1, guest: primary(1) },
      { id: 2, guest: cursor(2), at },
    ]
    await bench.frame(guest.frame(shown))
    await check(shown)
  })

  it('puts the picture back where a moving cursor was', async () => {
    const [back, pointer] = [primary(3), cursor(4)]
    for (const { edge, at } of [...edges, ...edges.toReversed()]) {
      const shown = [
        { id: 1, guest: back },
        { id: 2, guest: pointer, at },
      ]
      await bench.frame(guest.frame(shown))
      await check(shown, edge)
    }
    const alone = [{ id: 1, guest: back }]
    await bench.frame(guest.frame(alone, [], [2]))
    await check(alone, 'cursor gone')
  })

  it('reads the picture without the cursor and draws it again', async () => {
    const shown = [
      { id: 1, guest: primary(5) },
      { id: 2, guest: cursor(6), at: { x: 30, y: 20 } },
    ]
    await bench.frame(guest.frame(shown))
    const without = await bench.read(false)
    expect(
      difference(without?.rgba ?? new Uint8Array(0), reference(shown.slice(0, 1)), WIDTH),
    ).toBe(undefined)
    await check(shown)
  })

  it.each(['AR24', 'AB24', 'XR24', 'RG16', 'XR30'])(
    'puts an overlay in %s under the cursor',
    async (fourcc) => {
      const overlay = guestPlane(
        { kind: 'overlay', fourcc, modifier: LINEAR, width: 77, height: 51, bottomUp: true },
        7,
      )
      const shown = [
        { id: 1, guest: primary(8) },
        { id: 3, guest: overlay, at: { x: 20, y: 15 } },
        { id: 2, guest: cursor(9), at: { x: 60, y: 40 } },
      ]
      await bench.frame(guest.frame(shown))
      await check(shown)
    },
  )

  it('draws a primary opaque whatever its alpha says', async () => {
    const shown = [{ id: 1, guest: primary(10, LINEAR, 'AR24') }]
    await bench.frame(guest.frame(shown))
    await check(shown)
    const shot = await bench.read()
    expect(shot?.rgba.every((byte, i) => i % 4 !== 3 || byte === 255)).toBe(true)
  })

  const packed = modifiers.filter(({ tilings }) => !tilings || tilings[4])
  const drawn = sample(packed, familyOf)
  it.each(drawn)('redraws only what is damaged in $name', async ({ value, tilings }) => {
    for (const bottomUp of [false, true]) {
      const wish = { fourcc: 'XR24', modifier: value, width: 700, height: 150, bottomUp }
      const pointer = cursor(12)
      const scene = (plane: GuestPlane) => [
        { id: 1, guest: plane },
        { id: 2, guest: pointer, at: { x: 100, y: 60 } },
      ]
      const before = guestPlane(wish, 11)
      guest = new Guest()
      await bench.frame(guest.frame(scene(before)))
      const { image } = shadowOf(before)
      // Some cells, not in order: the changed bytes and nothing else must show.
      const rects: ImageRect[] = tilings
        ? [
            { x: 4096, y: 0, width: 4096, height: 1 },
            { x: 8192, y: 1, width: 12288, height: 1 },
          ]
        : [
            { x: 256, y: 64, width: 256, height: 64 },
            { x: 2560, y: 0, width: 240, height: 64 },
            { x: 0, y: 128, width: 256, height: 22 },
          ]
      const fresh = noise(before.buffer.length, 13)
      const buffer = Uint8Array.from(before.buffer)
      for (const rect of rects) {
        for (let row = rect.y; row < rect.y + rect.height; row += 1) {
          const from = image.sourceOffset + row * image.sourcePitch + rect.x
          buffer.set(fresh.subarray(from, from + rect.width), from)
        }
      }
      const after = { ...before, buffer }
      await bench.frame(guest.frame(scene(after), [{ id: 1, guest: after, rects }]))
      await check(scene(after), `bottomUp ${bottomUp}`)
    }
  })

  it('redraws a cursor whose image changed in place', async () => {
    const back = { id: 1, guest: primary(14) }
    const [before, after] = [cursor(15), cursor(16)]
    const at = { x: 30, y: 20 }
    await bench.frame(guest.frame([back, { id: 2, guest: before, at }]))
    const rects = [{ x: 0, y: 0, width: 256, height: 64 }]
    await bench.frame(
      guest.frame([back, { id: 2, guest: after, at }], [{ id: 2, guest: after, rects }]),
    )
    await check([back, { id: 2, guest: after, at }])
  })

  it('flips between buffers and follows a change of mode', async () => {
    const buffers = [primary(17), primary(18), primary(19)]
    const pointer = { id: 9, guest: cursor(20), at: { x: 10, y: 10 } }
    for (let flip = 0; flip < 7; flip += 1) {
      const shown = [{ id: 1 + (flip % 3), guest: buffers[flip % 3] as GuestPlane }, pointer]
      await bench.frame(guest.frame(shown))
      await check(shown, `flip ${flip}`)
    }
    const wide = guestPlane({ fourcc: 'XB24', modifier: LINEAR, width: 233, height: 40 }, 21)
    const shown = [{ id: 5, guest: wide }, pointer]
    await bench.frame(guest.frame(shown, [], [1, 2, 3]))
    await check(shown, 'other mode')
    if (presenter === 'canvas2d') return
    const held = await bench.page.evaluate(() => window.bench.held())
    expect(held).toMatchObject({ surfaces: 2, textures: 4 })
  })

  it('reads nothing while the display is off', async () => {
    await bench.frame(guest.frame([{ id: 1, guest: primary(22) }]))
    await bench.frame(guest.frame([], [], [1]))
    expect(await bench.read()).toBe(undefined)
    const black = await bench.canvas()
    expect(black.rgba.every((byte, i) => byte === (i % 4 === 3 ? 255 : 0))).toBe(true)
  })

  // A software canvas has no context that could be lost.
  if (presenter === 'webgl') {
    it('asks for everything again after a lost context and then shows the same', async () => {
      const shown = [
        { id: 1, guest: primary(23) },
        { id: 2, guest: cursor(24), at: { x: 99, y: 50 } },
      ]
      await bench.frame(guest.frame(shown))
      await bench.page.evaluate(() => window.bench.notes())
      const told = await bench.page.evaluate(() => window.bench.problems().length)
      await bench.page.evaluate(() => window.bench.lose())
      await bench.give(guest.frame(shown))
      await bench.page.evaluate(() => window.bench.restore())
      expect(await bench.page.evaluate(() => window.bench.notes())).toContain('frame:resend')
      guest.forget()
      await bench.frame(guest.frame(shown))
      await check(shown)
      const problems = await bench.page.evaluate(() => window.bench.problems())
      expect(problems.slice(told)).toEqual(['the graphics driver was reset'])
    })
  }

  it('asks for no animation frame while nothing changes', async () => {
    await bench.frame(guest.frame([{ id: 1, guest: primary(25) }]))
    const before = await bench.page.evaluate(() => window.bench.requests())
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await bench.page.evaluate(() => window.bench.requests())).toBe(before)
  })

  const broken = [
    { name: 'damage outside of the image', rect: { x: 0, y: 89, width: 4, height: 2 }, bytes: 8 },
    {
      name: 'damage that starts inside a word',
      rect: { x: 2, y: 0, width: 4, height: 1 },
      bytes: 4,
    },
    { name: 'a negative place', rect: { x: -4, y: 0, width: 4, height: 1 }, bytes: 4 },
    { name: 'too few bytes', rect: { x: 0, y: 0, width: 400, height: 2 }, bytes: 796 },
    { name: 'too many bytes', rect: { x: 0, y: 0, width: 400, height: 2 }, bytes: 804 },
  ]
  it.each(broken)('keeps the last picture and says so when a frame has $name', async (row) => {
    const shown = [{ id: 1, guest: primary(26) }]
    await bench.frame(guest.frame(shown))
    const told = await bench.page.evaluate(() => window.bench.problems().length)
    const { frame } = guest.frame(shown)
    const damage = [{ surface: 1, image: 0, rects: [row.rect] }]
    await bench.give({ frame: { ...frame, damage }, payload: new Uint8Array(row.bytes) })
    expect(await bench.page.evaluate(() => window.bench.problems().length)).toBe(told + 1)
    await check(shown)
    guest.forget()
    await bench.frame(guest.frame(shown))
    await check(shown)
  })
})
