// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Size } from '../../core/geometry.ts'
import type { ScaleMode } from '../../core/settings.ts'
import { place } from '../../renderer/compositor/placement.ts'
import { BenchPage, difference, type Shot, stages } from './bench-page.ts'
import { startBrowser } from './browser.ts'
import { Guest, type GuestPlane, guestPlane } from './guest.ts'
import { naivePicture } from './naive.ts'

const VIEW: Size = { width: 600, height: 401 }
const ratios = [1, 1.25, 1.5, 2]

/** The canvas as it must be when every guest pixel is a whole number of device pixels. */
function crisp(picture: Uint8Array, guest: Size, mode: ScaleMode, view: Size): Uint8Array {
  const { rect } = place(mode, guest, view)
  const canvas = new Uint8Array(view.width * view.height * 4)
  for (let y = 0; y < view.height; y += 1) {
    for (let x = 0; x < view.width; x += 1) {
      const to = (y * view.width + x) * 4
      const gx = Math.floor(((x - rect.x) * guest.width) / rect.width)
      const gy = Math.floor(((y - rect.y) * guest.height) / rect.height)
      const inside = gx >= 0 && gy >= 0 && gx < guest.width && gy < guest.height
      const from = (gy * guest.width + gx) * 4
      canvas.set(inside ? picture.subarray(from, from + 4) : [0, 0, 0, 255], to)
    }
  }
  return canvas
}

describe.each(stages)('placement by $presenter on $driver', ({ driver, presenter }) => {
  let browsers: readonly Browser[] = []
  beforeAll(async () => {
    browsers = await Promise.all(
      ratios.map((ratio) =>
        // Playwright's emulated ratio does not reach devicePixelContentBoxSize; Chromium's own does.
        startBrowser(driver, [
          `--force-device-scale-factor=${ratio}`,
          `--window-size=${VIEW.width},${VIEW.height}`,
        ]),
      ),
    )
  })
  afterAll(async () => {
    await Promise.all(browsers.map((browser) => browser.close()))
  })

  const at = (ratio: number) => browsers[ratios.indexOf(ratio)] as Browser
  const show = async (ratio: number, plane: GuestPlane, mode: ScaleMode) => {
    const bench = await BenchPage.open(at(ratio), { viewport: null }, presenter)
    await bench.scale(mode)
    await bench.frame(new Guest().frame([{ id: 1, guest: plane }]))
    return bench
  }
  const wish = { fourcc: 'XR24', modifier: 0n }
  const expectCrisp = (shot: Shot, plane: GuestPlane, mode: ScaleMode) => {
    const wanted = crisp(naivePicture([plane]), plane.plane, mode, shot)
    expect(difference(shot.rgba, wanted, shot.width)).toBe(undefined)
  }

  it.each(ratios)('fills exactly the device pixels of the view at ratio %f', async (ratio) => {
    await using bench = await show(ratio, guestPlane({ ...wish, width: 9, height: 9 }, 1), 'fit')
    const { width, height } = await bench.canvas()
    const css = await bench.page.evaluate(() => ({ width: innerWidth, ratio: devicePixelRatio }))
    expect(css.ratio).toBe(ratio)
    expect(Math.abs(width - css.width * ratio)).toBeLessThan(ratio)
    const outer = await bench.page.evaluate(() => document.documentElement.clientHeight)
    expect(Math.abs(height - outer * ratio)).toBeLessThan(ratio)
  })

  it.each(ratios)(
    'shows every guest pixel on one device pixel in 1:1 at ratio %f',
    async (ratio) => {
      const plane = guestPlane({ ...wish, width: 151, height: 101 }, 2)
      await using bench = await show(ratio, plane, '1:1')
      expectCrisp(await bench.canvas(), plane, '1:1')
    },
  )

  it.each(ratios)('multiplies every guest pixel alike in integer at ratio %f', async (ratio) => {
    const plane = guestPlane({ ...wish, width: 131, height: 97 }, 3)
    await using bench = await show(ratio, plane, 'integer')
    expectCrisp(await bench.canvas(), plane, 'integer')
  })

  it('moves a picture larger than the view in 1:1', async () => {
    const plane = guestPlane({ ...wish, width: 700, height: 600 }, 4)
    await using bench = await show(1, plane, '1:1')
    expectCrisp(await bench.canvas(), plane, '1:1')
    const moved = await bench.page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const did = window.bench.pan(1000, 30)
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(did)))
        }),
    )
    expect(moved).toBe(true)
    const { rgba, width } = await bench.canvas()
    const from = (30 * 700 + 700 - width) * 4
    expect([...rgba.subarray(0, width * 4)]).toEqual([
      ...naivePicture([plane]).subarray(from, from + width * 4),
    ])
  })

  it.each(['fit', 'stretch'] as const)(
    'keeps a flat colour flat and its letterbox black in %s',
    async (mode) => {
      const plane = guestPlane({ ...wish, width: 640, height: 111 }, 5)
      plane.buffer.fill(0x90)
      await using bench = await show(1, plane, mode)
      const shot = await bench.canvas()
      expectCrisp(shot, plane, mode)
    },
  )

  it('redraws the same pixels for damage as for a whole picture while scaling smoothly', async () => {
    const before = guestPlane({ ...wish, width: 320, height: 200 }, 6)
    const buffer = Uint8Array.from(before.buffer)
    const rect = { x: 256, y: 64, width: 256, height: 64 }
    for (let row = 64; row < 128; row += 1) buffer.fill(0xe0, row * 1280 + 256, row * 1280 + 512)
    const after = { ...before, buffer }
    for (const view of [VIEW, { width: 131, height: 95 }]) {
      await using bench = await BenchPage.open(at(1), { viewport: view }, presenter)
      const guest = new Guest()
      await bench.frame(guest.frame([{ id: 1, guest: before }]))
      const first = await bench.canvas()
      await bench.frame(
        guest.frame([{ id: 1, guest: after }], [{ id: 1, guest: after, rects: [rect] }]),
      )
      const partial = await bench.canvas()
      guest.forget()
      await bench.frame(guest.frame([{ id: 1, guest: after }]))
      await bench.scale('stretch')
      await bench.scale('fit')
      const whole = await bench.canvas()
      expect(difference(partial.rgba, whole.rgba, whole.width)).toBe(undefined)
      expect(difference(partial.rgba, first.rgba, whole.width)).not.toBe(undefined)
    }
  })
})
