// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { checkPlane } from '../../../core/check-plane.ts'
import type { Rect } from '../../../core/geometry.ts'
import { joinedRects, plainPlane } from '../../../core/plain-plane.ts'
import { pairs } from '../../fakes/pairs.ts'
import { validPlane } from '../../fakes/planes.ts'
import { Random } from '../../fakes/random.ts'

describe('the plane that stands for another', () => {
  it.each(pairs)('passes every check for $code in $name', ({ code, layout }) => {
    const { plane } = validPlane({ fourcc: code, modifier: layout.value, bottomUp: true })
    const plain = plainPlane(plane) ?? plane
    const checked = checkPlane(plain, [{ size: plain.memory[0]?.size ?? 0 }])
    expect(checked).toEqual({ ok: true, value: plain })
    expect(plainPlane(plain)).toBeUndefined()
    expect(['XR24', 'AR24', 'XB24', 'AB24']).toContain(plain.fourcc)
  })

  it('keeps place and hotspot, and turns rows only where it decodes', () => {
    const wish = { kind: 'cursor', x: -4, y: 9, hotspot: { x: 3, y: 4 }, bottomUp: true }
    const tiled = validPlane({ ...wish, fourcc: 'AR24', modifier: 0x0100_0000_0000_0001n })
    const where = { x: -4, y: 9, hotspot: { x: 3, y: 4 } }
    const kept = { ...where, fourcc: 'AR24', bottomUp: true }
    expect(plainPlane(tiled.plane)).toMatchObject(kept)
    const deep = validPlane({ ...wish, fourcc: 'AR30' })
    const turned = { ...where, fourcc: 'AB24', bottomUp: false }
    expect(plainPlane(deep.plane)).toMatchObject(turned)
  })
})

describe('joined rectangles', () => {
  const area = (rects: readonly Rect[]) => {
    const cells = new Set<number>()
    for (const { x, y, width, height } of rects) {
      for (let row = y; row < y + height; row += 1) {
        for (let column = x; column < x + width; column += 1) cells.add(row * 1000 + column)
      }
    }
    return cells
  }

  it('are one where tiles fill a rectangle', () => {
    const tiles = Array.from({ length: 12 }, (_, i) => ({
      x: (i % 4) * 32,
      y: Math.floor(i / 4) * 8,
      width: 32,
      height: 8,
    }))
    expect(joinedRects(tiles, 4)).toEqual([{ x: 0, y: 0, width: 128, height: 24 }])
  })

  it('cover the same area exactly while few are left, and are never too many', () => {
    const random = new Random(3)
    for (let round = 0; round < 200; round += 1) {
      const rects = Array.from({ length: 1 + random.below(30) }, () => ({
        x: random.below(6) * 8,
        y: random.below(6) * 8,
        width: 8 * (1 + random.below(3)),
        height: 8,
      }))
      const exact = joinedRects(rects, 100)
      expect(area(exact)).toEqual(area(rects))
      const few = joinedRects(rects, 3)
      expect(few.length).toBeLessThanOrEqual(3)
      const held = area(few)
      expect([...area(rects)].every((cell) => held.has(cell))).toBe(true)
    }
  })
})
