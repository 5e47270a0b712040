// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { imageSize, memoryImages, wholeImage } from '../../../core/memory-image.ts'
import { layoutOf } from '../../../core/plane-layout.ts'
import { byteOffset, tileBytes } from '../../../core/tiling.ts'
import { pairs } from '../../fakes/pairs.ts'
import { validPlane } from '../../fakes/planes.ts'

const shapes = [
  [1, 1, 0],
  [3, 5, 1],
  [64, 64, 0],
  [67, 41, 9],
  [513, 33, 700],
  [1366, 768, 0],
] as const
const cases = pairs.flatMap(({ code, layout: { value, name } }) =>
  shapes.map(([width, height, padding]) => ({ code, value, name, width, height, padding })),
)

describe('memoryImages', () => {
  it.each(cases)('of $width × $height $code in $name holds all that is addressed', (c) => {
    const { plane, length } = validPlane({ ...c, fourcc: c.code, modifier: c.value, offset: 8192 })
    const images = memoryImages(plane)
    expect(images).toHaveLength(plane.memory.length)
    for (const [at, part] of layoutOf(plane).memory.entries()) {
      const image = images[at]
      if (!image) throw new Error('an image a memory plane')
      // Inside the producer's buffer.
      const last = image.sourceOffset + (image.rows - 1) * image.sourcePitch + image.lastRowBytes
      expect(last).toBeLessThanOrEqual(length)
      // Shaped as its readers need it.
      expect(image.pitch % 4).toBe(0)
      expect(image.cellWidth % 4).toBe(0)
      expect(image.rowBytes).toBeLessThanOrEqual(image.pitch)
      expect(image.lastRowBytes).toBeGreaterThan(0)
      expect(image.lastRowBytes).toBeLessThanOrEqual(image.rowBytes)
      expect(imageSize(image)).toBe(image.pitch * image.rows)
      // The far corners of the picture are in it.
      for (const x of [0, part.width * part.bytes - 1]) {
        for (const y of [0, part.height - 1]) {
          const place = byteOffset(part.tiling, part.stride, part.grid, x, y)
          const row = Math.floor(place / image.sourcePitch)
          expect(row).toBeLessThan(image.rows)
          const end = row === image.rows - 1 ? image.lastRowBytes : image.rowBytes
          expect(place % image.sourcePitch).toBeLessThan(end)
        }
      }
      // Cells are whole tiles: none is torn over two of them.
      if (!part.tiling) continue
      const tile = tileBytes(part.tiling)
      expect(Math.max(image.pitch, tile) % Math.min(image.pitch, tile)).toBe(0)
      expect((image.cellWidth * image.cellRows) % tile).toBe(0)
    }
  })

  it('throws at a plane that nobody checked', () => {
    const { plane } = validPlane()
    expect(() => memoryImages({ ...plane, fourcc: 'NV15' })).toThrow(/not checked/)
  })
})

describe('wholeImage', () => {
  it.each(cases)('covers $width × $height $code in $name once', (c) => {
    const { plane } = validPlane({ ...c, fourcc: c.code, modifier: c.value })
    for (const image of memoryImages(plane)) {
      const rects = wholeImage(image)
      const meaningful = (image.rows - 1) * image.rowBytes + image.lastRowBytes
      const covered = rects.reduce((sum, { width, height }) => sum + width * height, 0)
      // Rows that end inside a word are rounded up to it.
      expect(covered).toBeGreaterThanOrEqual(meaningful)
      expect(covered).toBeLessThan(meaningful + 4 * image.rows)
      let row = 0
      for (const rect of rects) {
        expect([rect.x, rect.y]).toEqual([0, row])
        expect(rect.width % 4).toBe(0)
        expect(rect.width).toBeLessThanOrEqual(image.pitch)
        row += rect.height
      }
      expect(row).toBe(image.rows)
    }
  })
})
