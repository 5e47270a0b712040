// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Point, Size } from '../../core/geometry.ts'
import type { ImageRect } from '../../core/memory-image.ts'
import { place } from '../../renderer/compositor/placement.ts'
import { BenchPage, difference } from './bench-page.ts'
import { startBrowser } from './browser.ts'
import { Guest, type GuestPlane, guestPlane, noise } from './guest.ts'
import { naivePicture } from './naive.ts'

const SIZE: Size = { width: 150, height: 90 }
const PITCH = SIZE.width * 4

/** A primary as main sends it to a canvas: RGBA with 255 in the fourth byte. */
function opaque(seed: number): GuestPlane {
  const guest = guestPlane({ fourcc: 'XB24', modifier: 0n, ...SIZE }, seed)
  for (let at = 3; at < guest.buffer.length; at += 4) guest.buffer[at] = 255
  return guest
}

type Shown = { readonly id: number; readonly guest: GuestPlane; readonly at?: Point }

describe('primaries that go to a 2D canvas as they are', () => {
  let browser: Browser
  let bench: BenchPage
  beforeAll(async () => {
    browser = await startBrowser('swiftshader')
    bench = await BenchPage.open(browser, {}, 'canvas2d')
  })
  afterAll(() => browser?.close())

  const send = ({ frame, payload }: ReturnType<Guest['frame']>) => {
    const surfaces = frame.surfaces.map((surface) =>
      surface.plane.kind === 'primary' ? { ...surface, opaque: true } : surface,
    )
    return bench.frame({ frame: { ...frame, surfaces }, payload })
  }
  const expectShown = async (shown: readonly Shown[], what: string) => {
    const shot = await bench.canvas()
    const picture = naivePicture(shown.map(({ guest, at }) => ({ ...guest, ...at })))
    const { rect } = place('1:1', SIZE, shot)
    const wanted = new Uint8Array(shot.width * shot.height * 4)
    for (let at = 3; at < wanted.length; at += 4) wanted[at] = 255
    for (let y = 0; y < SIZE.height; y += 1) {
      const to = ((rect.y + y) * shot.width + rect.x) * 4
      wanted.set(picture.subarray(y * PITCH, (y + 1) * PITCH), to)
    }
    expect(difference(shot.rgba, wanted, shot.width), what).toBe(undefined)
  }

  it('shows every pixel through flips, damage, a cursor that moves, and other scales', async () => {
    const guest = new Guest()
    const buffers = [opaque(1), opaque(2), opaque(3)]
    const pointer = guestPlane(
      { kind: 'cursor', fourcc: 'AR24', modifier: 0n, width: 64, height: 64 },
      9,
    )
    const random = noise(400, 77)
    await bench.scale('1:1')
    for (let step = 0; step < 40; step += 1) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = random.subarray(step * 5)
      const id = 1 + (a % buffers.length)
      const shownBuffer = buffers[id - 1]
      const drawn = 1 + (b % buffers.length)
      const target = buffers[drawn - 1]
      if (!shownBuffer || !target) throw new Error('no such buffer')
      const rect: ImageRect = { x: (c % 100) * 4, y: d % 60, width: 4 * (1 + (e % 40)), height: 20 }
      const at = { x: (c % 200) - 40, y: (d % 140) - 40 }
      const shown: Shown[] = [{ id, guest: shownBuffer }]
      if (step % 4 !== 3) shown.push({ id: 8, guest: pointer, at })
      // A surface is known once it was shown; before that it comes whole.
      const isKnown = step > 12
      if (isKnown) {
        for (let y = rect.y; y < rect.y + rect.height; y += 1) {
          for (let x = rect.x; x < rect.x + rect.width; x += 1) {
            if (x % 4 !== 3) target.buffer[y * PITCH + x] = (x * 7 + y * 13 + step) & 0xff
          }
        }
      }
      const damage = isKnown ? [{ id: drawn, guest: target, rects: [rect] }] : []
      if (step === 20) await bench.scale('fit')
      await send(guest.frame(shown, damage))
      if (step === 25) await bench.scale('1:1')
      if (step < 20 || step > 25) await expectShown(shown, `step ${step}`)
    }
  })
})
