// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { decodeRgba8 } from '../../../core/decode.ts'
import { imageSize, memoryImages, wholeImage } from '../../../core/memory-image.ts'
import { LINEAR } from '../../../core/modifier.ts'
import { CursorCopies } from '../../../renderer/compositor/cursor-copies.ts'
import { pairs } from '../../fakes/pairs.ts'
import { guestPlane, shadowOf, tight } from '../../gl/guest.ts'

const cursor = (modifier: bigint, seed: number, fourcc = 'AR24') =>
  guestPlane(
    { kind: 'cursor', fourcc, modifier, width: 64, height: 48, padding: 64, offset: 4096 },
    seed,
  )
const scene = (id: number) => [
  { kind: 'primary', surface: 1, x: 0, y: 0 } as const,
  { kind: 'cursor', surface: id, x: 5, y: 6, hotspot: { x: 1, y: 2 } } as const,
]
const descriptionOf = (id: number, guest: ReturnType<typeof cursor>) => ({
  id,
  identity: `dmabuf ${id}`,
  plane: guest.plane,
  images: memoryImages(guest.plane),
  sharing: 'stream' as const,
})

describe('copies of the cursor', () => {
  const packed = pairs.filter(({ format }) => format.planes.length === 1)
  it.each(packed)('read as the guest drew it, $code in $name', ({ code, layout }) => {
    const guest = cursor(layout.value, 1, code)
    const copies = new CursorCopies()
    copies.add(descriptionOf(7, guest))
    const { image, bytes } = shadowOf(guest)
    const rects = wholeImage(image)
    const carried = { layout: 'tight', bytes: tight(image, bytes, rects) } as const
    copies.upload(7, rects, carried)
    const found = copies.find(scene(7))
    expect(found).toMatchObject({ x: 5, y: 6, hotspot: { x: 1, y: 2 } })
    expect(found?.read()?.rgba).toEqual(decodeRgba8(guest.plane, [guest.buffer]))
  })

  it('take damage from a view of the whole image too, and say that they changed', () => {
    const guest = cursor(LINEAR, 2)
    const copies = new CursorCopies()
    copies.add(descriptionOf(7, guest))
    const before = copies.find(scene(7))?.state
    const { image, bytes } = shadowOf(guest)
    expect(bytes).toHaveLength(imageSize(image))
    copies.upload(7, wholeImage(image), { layout: 'image', bytes })
    const found = copies.find(scene(7))
    expect(found?.state).not.toBe(before)
    expect(copies.find(scene(7))?.state).toBe(found?.state)
    expect(found?.read()?.rgba).toEqual(decodeRgba8(guest.plane, [guest.buffer]))
  })

  it('are of cursors alone, and gone when these are', () => {
    const guest = cursor(LINEAR, 3)
    const copies = new CursorCopies()
    const primary = { ...guest.plane, kind: 'primary' as const }
    copies.add({ ...descriptionOf(1, guest), plane: primary })
    copies.add(descriptionOf(7, guest))
    expect(copies.find([{ kind: 'cursor', surface: 1, x: 0, y: 0 }])).toBeUndefined()
    expect(copies.find(scene(7))).toBeDefined()
    expect(copies.find(scene(7).slice(0, 1))).toBeUndefined()
    copies.drop(7)
    expect(copies.find(scene(7))).toBeUndefined()
  })
})
