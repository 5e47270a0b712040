// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { bounds, intersect, isEmpty, type Rect } from '../../../core/geometry.ts'
import { Random } from '../../fakes/random.ts'

const rect = (x: number, y: number, width: number, height: number): Rect => ({
  x,
  y,
  width,
  height,
})

/** Cells of a small grid that a rectangle covers. */
function cells({ x, y, width, height }: Rect): Set<string> {
  const covered = new Set<string>()
  for (let v = y; v < y + height; v += 1) {
    for (let u = x; u < x + width; u += 1) covered.add(`${u},${v}`)
  }
  return covered
}

const both = (a: Rect, b: Rect) => new Set([...cells(a)].filter((cell) => cells(b).has(cell)))

const random = new Random(5)
const pairs = Array.from({ length: 500 }, () => {
  const any = () => rect(random.below(9) - 4, random.below(9) - 4, random.below(6), random.below(6))
  return [any(), any()] as const
})

describe('intersect', () => {
  it('covers what both cover', () => {
    for (const [a, b] of pairs) {
      expect(cells(intersect(a, b))).toEqual(both(a, b))
      expect(isEmpty(intersect(a, b))).toBe(both(a, b).size === 0)
    }
  })

  it('is empty where rectangles only touch', () => {
    expect(isEmpty(intersect(rect(0, 0, 4, 4), rect(4, 0, 4, 4)))).toBe(true)
  })
})

describe('bounds', () => {
  it('is the smallest rectangle that holds both', () => {
    for (const [a, b] of pairs) {
      const all = [...cells(a), ...cells(b)].map((cell) => cell.split(',').map(Number))
      const hull = bounds(a, b)
      if (all.length === 0) {
        expect(isEmpty(hull)).toBe(true)
        continue
      }
      const axis = (index: number) => all.map((cell) => cell[index] ?? 0)
      const [x, y] = [Math.min(...axis(0)), Math.min(...axis(1))]
      expect(hull).toEqual(rect(x, y, Math.max(...axis(0)) - x + 1, Math.max(...axis(1)) - y + 1))
    }
  })
})
