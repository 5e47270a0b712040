// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CANARY_SIDE, canaryBytes, canaryObjection } from '../../core/texture-canary.ts'
import { BenchPage, difference } from './bench-page.ts'
import { drivers, startBrowser } from './browser.ts'
import { Guest, type GuestPlane, guestPlane } from './guest.ts'
import { naivePicture } from './naive.ts'
import { openWindow } from './window-page.ts'

const WIDTH = 150
const HEIGHT = 90
const plane = (seed: number, wish: Partial<Parameters<typeof guestPlane>[0]> = {}) =>
  guestPlane({ fourcc: 'XR24', modifier: 0n, width: WIDTH, height: HEIGHT, ...wish }, seed)

// Frames that live in memory stand for imported dma-bufs: the page's own code is the same for both. Frames of the
// format BGRX keep all four bytes of a pixel, as imports do.
describe.each(drivers)('textures on %s', (driver) => {
  let browser: Browser
  let bench: BenchPage
  let guest: Guest
  beforeAll(async () => {
    browser = await startBrowser(driver)
    bench = await BenchPage.open(browser)
  })
  beforeEach(() => {
    guest = new Guest()
  })
  afterAll(() => browser?.close())

  const give = (id: number, of: GuestPlane) => bench.texture(id, of.plane, of.buffer)
  const show = async (...shown: Parameters<Guest['frame']>) => bench.frame(guest.frame(...shown))
  const shared = (id: number, of: GuestPlane, at?: { x: number; y: number }) =>
    ({ id, guest: of, sharing: 'shared-texture', ...(at && { at }) }) as const
  const check = async (planes: Parameters<typeof naivePicture>[0]) => {
    const shot = await bench.read()
    const width = planes[0]?.plane.width ?? 0
    expect(difference(shot?.rgba ?? new Uint8Array(), naivePicture(planes), width)).toBe(undefined)
  }
  /** Tells main's word for it: the frame's only damage is that the surface was drawn into. */
  const touched = (id: number) => ({
    surface: id,
    image: 0,
    rects: [{ x: 0, y: 0, width: WIDTH * 4, height: HEIGHT }],
  })

  it('are drawn bit for bit, whatever the padding holds', async () => {
    const [padded, clear] = [plane(1), plane(2)]
    for (let at = 3; at < clear.buffer.length; at += 4) clear.buffer[at] = 0
    for (const of of [padded, clear]) {
      guest.forget()
      await give(1, of)
      await show([shared(1, of)])
      await check([of])
    }
  })

  it('are drawn from the bottom up where the guest keeps them so', async () => {
    const of = plane(3, { bottomUp: true })
    await give(1, of)
    await show([shared(1, of)])
    await check([of])
  })

  it('of a tiled plane need no tiles: the GPU’s import undid them', async () => {
    const linear = plane(4)
    const tiled = plane(5, { modifier: 0x0100_0000_0000_0002n })
    await give(1, linear)
    await show([shared(1, tiled)])
    await check([linear])
  })

  it('are taken again when the guest drew, and not otherwise', async () => {
    const [before, after] = [plane(6), plane(7)]
    await give(1, before)
    await show([shared(1, before)])
    const { made } = await bench.page.evaluate(() => window.bench.textures())
    await give(1, after)
    await show([shared(1, before)])
    await check([before])
    const { frame, payload } = guest.frame([shared(1, before)])
    await bench.frame({ frame: { ...frame, damage: [touched(1)] }, payload })
    await check([after])
    const now = await bench.page.evaluate(() => window.bench.textures())
    expect(now).toEqual({ broken: [], open: 0, made: made + 1 })
  })

  it('lie below and above planes that come as bytes', async () => {
    const [back, above, arrow] = [
      plane(8),
      plane(9, { kind: 'overlay', width: 77, height: 51 }),
      plane(10, { kind: 'cursor', fourcc: 'AR24', width: 64, height: 64 }),
    ]
    await give(1, back)
    await give(2, arrow)
    const at = { x: 20, y: 15 }
    const tip = { x: 30, y: 25 }
    await show([shared(1, back), { id: 3, guest: above, at }, shared(2, arrow, tip)])
    await check([back, { ...above, ...at }, { ...arrow, ...tip }])
  })

  it('flip without another description, each frame closed', async () => {
    const buffers = [plane(11), plane(12), plane(13)]
    for (const [at, of] of buffers.entries()) await give(at + 1, of)
    for (let flip = 0; flip < 12; flip += 1) {
      const at = flip % 3
      const of = buffers[at] ?? plane(0)
      await show([shared(at + 1, of)])
      await check([of])
    }
    const { open, broken } = await bench.page.evaluate(() => window.bench.textures())
    expect([open, broken]).toEqual([0, []])
  })

  it('have previews of their own', async () => {
    const of = plane(14, { width: 8, height: 8 })
    await give(1, of)
    await show([shared(1, of)])
    const shot = await bench.preview(1, 8, 8)
    expect(difference(shot?.rgba ?? new Uint8Array(), naivePicture([of]), 8)).toBe(undefined)
  })

  it('come back from GL as they went in, alpha and all', async () => {
    await bench.texture(0, { width: CANARY_SIDE, height: CANARY_SIDE }, canaryBytes())
    const shot = await bench.page.evaluate(() => window.bench.roundTrip(0))
    const rgba = Uint8Array.from(Buffer.from(shot?.rgba ?? '', 'base64'))
    expect(canaryObjection(shot?.width ?? 0, shot?.height ?? 0, rgba)).toBe('')
  })

  it('leave nothing behind', async () => {
    const of = plane(15)
    await give(1, of)
    await show([shared(1, of)])
    const before = await bench.page.evaluate(() => window.bench.liveTextures())
    for (let id = 2; id < 12; id += 1) {
      await give(id, of)
      await show([shared(id, of)], [], [id - 1])
    }
    expect(await bench.page.evaluate(() => window.bench.liveTextures())).toBe(before)
    expect(await bench.page.evaluate(() => window.bench.held())).toMatchObject({ surfaces: 1 })
  })

  it('that left since their frame was made keep their picture', async () => {
    const of = plane(16)
    await give(1, of)
    await show([shared(1, of)])
    await bench.page.evaluate(() => window.bench.noTexture(1))
    const { frame, payload } = guest.frame([shared(1, of)])
    await bench.frame({ frame: { ...frame, damage: [touched(1)] }, payload })
    await check([of])
    expect(await bench.page.evaluate(() => window.bench.textures().broken)).toEqual([])
  })

  it('that do not arrive, or not as said, are told of, and bytes take their place', async () => {
    const of = plane(17)
    const { frame, payload } = guest.frame([shared(31, of)])
    await bench.give({ frame, payload })
    await bench.texture(32, { width: 8, height: 8 }, new Uint8Array(256))
    guest.forget()
    await bench.give(guest.frame([shared(32, of)]))
    const broken = await bench.page.evaluate(() => window.bench.textures())
    expect(broken.broken).toEqual([
      'texture 31 is not in the window',
      `a texture of 8 × 8 came for a plane of ${WIDTH} × ${HEIGHT}`,
    ])
    expect(broken.open).toBe(0)
    guest.forget()
    await show([{ id: 33, guest: of }])
    await check([of])
    expect(await bench.page.evaluate(() => window.bench.problems())).toEqual([])
  })

  it('over which GL has an error are told of', async () => {
    bench = await BenchPage.open(browser)
    const of = plane(18)
    await give(1, of)
    await bench.page.evaluate(() => window.bench.failUpload())
    await bench.give(guest.frame([shared(1, of)]))
    const { broken, open } = await bench.page.evaluate(() => window.bench.textures())
    expect(broken).toEqual([expect.stringContaining('GL error 0x501')])
    expect(open).toBe(0)
  })

  it('are given up when the context is lost', async () => {
    bench = await BenchPage.open(browser)
    const of = plane(19)
    await give(1, of)
    await show([shared(1, of)])
    await bench.page.evaluate(() => window.bench.lose())
    expect(await bench.page.evaluate(() => window.bench.textures().broken)).toEqual([
      'the graphics driver was reset',
    ])
    await bench.page.evaluate(() => window.bench.restore())
    guest.forget()
    await show([{ id: 2, guest: of }])
    await check([of])
  })

  it('are not tried where the processor draws', async () => {
    await bench.texture(0, { width: CANARY_SIDE, height: CANARY_SIDE }, canaryBytes())
    expect(await bench.page.evaluate(() => window.bench.tryTexture(0))).toContain(
      'the processor draws the picture',
    )
  })
})

describe('the test picture', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser('swiftshader')
  })
  afterAll(() => browser?.close())

  it('is not tried on a 2D canvas', async () => {
    await using bench = await BenchPage.open(browser, {}, 'canvas2d')
    expect(await bench.page.evaluate(() => window.bench.tryTexture(0))).toBe(
      'a 2D canvas draws the picture',
    )
  })
})

describe('the window', () => {
  it('shows at once that pixels come another way, and why', async () => {
    const browser = await startBrowser('swiftshader')
    try {
      const page = await openWindow(browser, {
        hello: { shell: 'electron', sharing: 'shared-texture', sharingReason: '' },
      })
      await page.keyboard.press('Control+Shift+KeyI')
      const transport = page.locator('tr').filter({ hasText: 'Transport' })
      await transport.getByText('Shared texture').waitFor()
      await page.evaluate(() =>
        window.fake.emit(
          'sharing:changed',
          'shared-memory',
          'no shared-texture: the GPU was reset',
        ),
      )
      await transport.getByText('Shared memory').waitFor()
      await transport.getByText('No shared-texture: the GPU was reset.').waitFor()
    } finally {
      await browser.close()
    }
  })
})
