// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { fourccRow, fourccs } from '../../../core/fourcc.ts'
import { imageSize, memoryImages, wholeImage } from '../../../core/memory-image.ts'
import { modifierRow, modifiers, tileBytes } from '../../../core/modifier.ts'
import { byteOffset } from '../../../core/tiling.ts'
import { validPlane } from '../../fakes/planes.ts'

const shapes = [
  [1, 1, 0],
  [3, 5, 1],
  [64, 64, 0],
  [67, 41, 9],
  [513, 33, 700],
  [1366, 768, 0],
] as const
const cases = fourccs.flatMap(({ code }) =>
  modifiers.flatMap(({ value, name }) =>
    shapes.map(([width, height, padding]) => ({ code, value, name, width, height, padding })),
  ),
)

describe('memoryImages', () => {
  it.each(cases)('of $width × $height $code in $name holds all that is addressed', (c) => {
    const { plane, length } = validPlane({ ...c, fourcc: c.code, modifier: c.value, offset: 8192 })
    const images = memoryImages(plane)
    expect(images).toHaveLength(plane.memory.length)
    const [image] = images
    const [memory] = plane.memory
    const bytes = fourccRow(c.code)?.bytes
    if (!image || !memory || !bytes) throw new Error('one image')
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
    const tiling = modifierRow(c.value)?.tiling
    for (const x of [0, c.width * bytes - 1]) {
      for (const y of [0, c.height - 1]) {
        const at = byteOffset(tiling, memory.stride, x, y)
        const row = Math.floor(at / image.sourcePitch)
        const column = at % image.sourcePitch
        expect(row).toBeLessThan(image.rows)
        const end = row === image.rows - 1 ? image.lastRowBytes : image.rowBytes
        expect(column).toBeLessThan(end)
      }
    }
  })

  it.each(modifiers.filter(({ tiling }) => tiling))(
    'never tears a tile of $name over two rows',
    (row) => {
      const { plane } = validPlane({ modifier: row.value, width: 900, height: 70 })
      const tile = row.tiling ? tileBytes(row.tiling) : 0
      for (const image of memoryImages(plane)) expect(image.pitch % tile).toBe(0)
    },
  )

  it('throws at a plane that nobody checked', () => {
    const { plane } = validPlane()
    expect(() => memoryImages({ ...plane, fourcc: 'NV12' })).toThrow(/not checked/)
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
