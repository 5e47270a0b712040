// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { decodeRgba8 } from '../../../core/decode.ts'
import { imagePlane } from '../../../core/memory-image.ts'
import { plainPlane } from '../../../core/plain-plane.ts'
import { Shadow } from '../../../main/source/shadow.ts'
import type { Mapping } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { pairs } from '../../fakes/pairs.ts'
import { randomPlane } from '../../fakes/planes.ts'
import { Random } from '../../fakes/random.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

function mapped(bytes: Uint8Array): Mapping {
  using fd = shim.createMemfd('guest', bytes.length)
  const mapping = shim.map(fd, 0, bytes.length, true)
  mapping.write(0, bytes)
  return mapping
}

/** The bytes that the page is given, and the picture that they are. */
function shownBy(shadow: Shadow) {
  const { plane, images } = shadow.shown
  const bytes = images.map(({ mapping }) => mapping.copyOut(0, mapping.size))
  const shapes = images.map(({ image }) => image)
  const [image] = shapes
  const [first] = bytes
  if (!image || !first) throw new Error('no image')
  return { rgba: decodeRgba8(imagePlane(plane, shapes), bytes), image, bytes: first, plane }
}

describe('plain pixels', () => {
  it.each(pairs)('of $code in $name are those of the plane, change by change', (row) => {
    const random = new Random(row.code.charCodeAt(0))
    const captured = randomPlane({
      fourcc: row.code,
      modifier: row.layout.value,
      width: 1 + random.below(150),
      height: 1 + random.below(90),
      offset: 65536,
      padding: random.below(2) * 50,
      bottomUp: random.below(2) === 1,
    })
    const { plane, buffers } = captured
    const [guest = new Uint8Array()] = buffers
    using source = mapped(guest)
    const memory = { mappings: [source], dmabufs: [] }
    using shadow = new Shadow(shim, 1, 'guest', plane, 'plain')

    shadow.scan(memory)
    const before = shownBy(shadow)
    expect(before.plane.modifier).toBe(0n)
    expect(before.plane).toEqual(plainPlane(plane) ?? plane)
    const isEqual = Buffer.compare(before.rgba, decodeRgba8(plane, [guest])) === 0
    expect(isEqual, 'at first').toBe(true)

    for (let round = 0; round < 2; round += 1) {
      const old = shownBy(shadow)
      const first = plane.memory[0]?.offset ?? 0
      const at = first + random.below(guest.length - first)
      const changed = random.bytes(1 + random.below(Math.min(5000, guest.length - at)))
      guest.set(changed, at)
      source.write(at, changed)
      shadow.touch()
      const damage = shadow.scan(memory)
      const now = shownBy(shadow)
      expect(Buffer.compare(now.rgba, decodeRgba8(plane, [guest])), `round ${round}`).toBe(0)

      // What is told covers every byte that differs.
      const { pitch } = now.image
      const told = now.bytes.slice()
      for (const { image, rects } of damage) {
        if (image !== 0) continue
        for (let i = 0; i < rects.length; i += 4) {
          const [x = 0, y = 0, width = 0, height = 0] = rects.subarray(i, i + 4)
          expect(x + width).toBeLessThanOrEqual(pitch)
          for (let line = y; line < y + height; line += 1) {
            const from = line * pitch + x
            told.set(old.bytes.subarray(from, from + width), from)
          }
        }
      }
      if (plainPlane(plane)) expect(Buffer.compare(told, old.bytes), 'told').toBe(0)
    }
    expect(shadow.scan(memory).every(({ rects }) => rects.length === 0)).toBe(true)
  })

  it('cost nothing where the guest draws plain ones itself', () => {
    const { plane } = randomPlane({ fourcc: 'AR24', width: 20, height: 10 })
    using shadow = new Shadow(shim, 1, 'guest', plane, 'plain')
    expect(shadow.shown.images).toBe(shadow.images)
    expect(shadow.shown.plane).toBe(plane)
  })

  it('are whole after a read that broke off', () => {
    const { plane, buffers } = randomPlane({ fourcc: 'NV12', width: 64, height: 64 })
    const [guest = new Uint8Array()] = buffers
    using source = mapped(guest)
    using shadow = new Shadow(shim, 1, 'guest', plane, 'plain')
    expect(() => shadow.scan({ mappings: [], dmabufs: [] })).toThrow(/no mapping/)
    expect(shadow.isFilled).toBe(false)
    const [damage] = shadow.scan({ mappings: [source], dmabufs: [] })
    expect([...(damage?.rects ?? [])]).toEqual([0, 0, 256, 64])
    expect(Buffer.compare(shownBy(shadow).rgba, decodeRgba8(plane, [guest]))).toBe(0)
  })
})
