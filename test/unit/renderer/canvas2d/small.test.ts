// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { decodeRgba8 } from '../../../../core/decode.ts'
import { MemorySurface } from '../../../../renderer/compositor/canvas2d/memory-surface.ts'
import { averaged } from '../../../fakes/averaged.ts'
import { guestPlane, type PlaneWish, shadowsOf } from '../../../gl/guest.ts'

const planes: readonly PlaneWish[] = [
  { fourcc: 'XR24', modifier: 0n, width: 320, height: 200 },
  { fourcc: 'AR24', modifier: 0n, width: 63, height: 41, bottomUp: true },
  { fourcc: 'RG16', modifier: 0x0100000000000002n, width: 200, height: 90 },
]
const sizes = [
  { width: 1, height: 1 },
  { width: 7, height: 5 },
  { width: 40, height: 30 },
  { width: 63, height: 41 },
]

describe.each(planes)('a small $fourcc without a GPU', (wish) => {
  it.each(sizes)('is its mean at $width × $height', (size) => {
    const guest = guestPlane(wish, 5)
    const shadows = shadowsOf(guest)
    const { plane } = guest
    const images = shadows.map(({ image }) => image)
    const surface = new MemorySurface({ id: 1, identity: 'x', plane, images, sharing: 'stream' })
    for (const [at, { image, bytes }] of shadows.entries()) {
      const rect = { x: 0, y: 0, width: image.pitch, height: image.rows }
      surface.upload(at, [rect], { layout: 'image', bytes })
    }
    const whole = decodeRgba8(plane, [guest.buffer])
    expect(surface.small(size)).toEqual(averaged(whole, plane, size))
  })
})
