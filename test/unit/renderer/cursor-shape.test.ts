// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { layOutShape, straightAlpha, visiblePart } from '../../../renderer/input/cursor-shape.ts'

/** An image whose pixels have these alphas. */
const image = (width: number, alphas: readonly number[]) => ({
  width,
  height: alphas.length / width,
  rgba: Uint8Array.from(alphas.flatMap((alpha) => [0, 0, 0, alpha])),
})

describe('the shape of a host cursor', () => {
  it.each([
    [[0, 0, 0, 0, 0, 0], undefined],
    [[0, 0, 0, 0, 1, 0], { x: 1, y: 1, width: 1, height: 1 }],
    [[9, 0, 0, 0, 0, 9], { x: 0, y: 0, width: 3, height: 2 }],
    [[0, 9, 0, 0, 9, 0], { x: 1, y: 0, width: 1, height: 2 }],
  ])('is the part that can be seen of %j', (alphas, part) => {
    expect(visiblePart(image(3, alphas))).toEqual(part)
  })

  it('has colours without their alpha, and none above it', () => {
    const rgba = Uint8Array.of(64, 0, 128, 128, 10, 20, 30, 255, 200, 0, 0, 100, 0, 0, 0, 0)
    expect([...straightAlpha(rgba)]).toEqual([
      ...[128, 0, 255, 128],
      ...[10, 20, 30, 255],
      ...[255, 0, 0, 100],
      ...[0, 0, 0, 0],
    ])
  })

  const rows = [
    { scale: 1, ratio: 1, hotspot: { x: 3, y: 2 }, size: 10, at: 0, css: [3, 2] },
    { scale: 2, ratio: 1, hotspot: { x: 3, y: 2 }, size: 20, at: 0, css: [6, 4] },
    { scale: 2, ratio: 2, hotspot: { x: 3, y: 2 }, size: 20, at: 0, css: [3, 2] },
    { scale: 1, ratio: 2, hotspot: { x: 3, y: 2 }, size: 11, at: 1, css: [2, 1] },
    { scale: 0.5, ratio: 1, hotspot: { x: 3, y: 2 }, size: 6, at: 0.5, css: [2, 1] },
  ]
  it.each(rows)('has its hotspot on a whole CSS pixel: $scale and $ratio', (row) => {
    const { scale, ratio, hotspot } = row
    const visible = { x: 0, y: 0, width: 10, height: 10 }
    const layout = layOutShape(visible, hotspot, { x: scale, y: scale }, ratio)
    expect(layout.size.width).toBe(row.size)
    expect(layout.place.x).toBeCloseTo(row.at)
    expect([layout.hotspot.x, layout.hotspot.y]).toEqual(row.css)
    // The guest's hot pixel begins where the browser puts the pointer.
    expect(layout.place.x + hotspot.x * scale).toBeCloseTo(layout.hotspot.x * ratio)
    expect(layout.place.y + hotspot.y * scale).toBeCloseTo(layout.hotspot.y * ratio)
  })

  it('reaches to a hotspot beside what can be seen', () => {
    const visible = { x: 10, y: 10, width: 4, height: 4 }
    const { part, hotspot, size } = layOutShape(visible, { x: 7, y: 20 }, { x: 1, y: 1 }, 1)
    expect(part).toEqual({ x: 7, y: 10, width: 7, height: 11 })
    expect(hotspot).toEqual({ x: 0, y: 10 })
    expect(size).toEqual({ width: 7, height: 11 })
  })
})
