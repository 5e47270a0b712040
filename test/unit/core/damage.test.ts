// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { damagedPart, Region } from '../../../core/damage.ts'
import { fourccs } from '../../../core/fourcc.ts'
import { memoryImages } from '../../../core/memory-image.ts'
import { modifiers } from '../../../core/modifier.ts'
import type { Plane } from '../../../core/plane.ts'
import { byteOffset } from '../../../core/tiling.ts'
import { checkDamage } from '../../../renderer/compositor/damage-bytes.ts'

const rows = modifiers.flatMap((layout) =>
  [fourccs[0], fourccs.find((format) => format.bytes === 2)].flatMap((format) =>
    [false, true].map((bottomUp) => ({ layout, format, bottomUp })),
  ),
)

describe('damaged part', () => {
  it.each(rows)('holds every pixel of $layout.name whose bytes changed', (row) => {
    const { layout, bottomUp } = row
    const bytes = row.format?.bytes ?? 4
    const [width, height, stride] = [601, 75, 768 * bytes]
    const plane: Plane = {
      kind: 'primary',
      fourcc: row.format?.code ?? '',
      modifier: layout.value,
      width,
      height,
      memory: [{ buffer: 0, offset: 0, stride, size: stride * 96 }],
      x: 0,
      y: 0,
      bottomUp,
    }
    const image = memoryImages(plane)[0]
    if (!image) throw new Error('no image')
    const rects = layout.tiling
      ? [
          { x: 4096, y: 0, width: 4096, height: 1 },
          { x: 28672, y: 1, width: 4096, height: 1 },
          { x: 0, y: 1, width: 32768, height: 2 },
        ]
      : [
          { x: 4, y: 3, width: 8, height: 2 },
          { x: 0, y: 74, width: image.pitch, height: 1 },
        ]
    for (const rect of rects) {
      const part = damagedPart(plane, image, rect)
      let touched = 0
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          const address = layout.tiling ? byteOffset(layout.tiling, stride, x * bytes, y) : 0
          const [column, line] = layout.tiling
            ? [address % image.pitch, Math.floor(address / image.pitch)]
            : [x * bytes, y]
          const inside =
            column >= rect.x &&
            column < rect.x + rect.width &&
            line >= rect.y &&
            line < rect.y + rect.height
          if (!inside) continue
          touched += 1
          const shown = bottomUp ? height - 1 - y : y
          expect(x >= part.x && x < part.x + part.width, `${x},${y}`).toBe(true)
          expect(shown >= part.y && shown < part.y + part.height, `${x},${y}`).toBe(true)
        }
      }
      expect(touched).toBeGreaterThan(0)
    }
  })
})

describe('region', () => {
  it('keeps a few rectangles as they are, without those inside of others', () => {
    const region = new Region()
    region.addAll([
      { x: 5, y: 5, width: 2, height: 2 },
      { x: 0, y: 0, width: 10, height: 10 },
      { x: 1, y: 1, width: 1, height: 1 },
      { x: 50, y: 0, width: 1, height: 1 },
      { x: 60, y: 0, width: 0, height: 9 },
    ])
    expect(region.rects).toEqual([
      { x: 0, y: 0, width: 10, height: 10 },
      { x: 50, y: 0, width: 1, height: 1 },
    ])
  })

  it('becomes the bounds of many', () => {
    const region = new Region()
    for (let i = 0; i < 9; i += 1) region.add({ x: i * 10, y: i, width: 2, height: 2 })
    expect(region.rects).toEqual([{ x: 0, y: 0, width: 82, height: 10 }])
    region.clear()
    expect(region.empty).toBe(true)
  })
})

describe('damage check', () => {
  const image = {
    pitch: 400,
    rows: 10,
    rowBytes: 398,
    lastRowBytes: 398,
    sourceOffset: 0,
    sourcePitch: 512,
    cellWidth: 256,
    cellRows: 64,
  }
  const whole = { x: 0, y: 0, width: 400, height: 10 }
  it('lets the whole image through', () => {
    checkDamage(image, [whole], { layout: 'tight', bytes: new Uint8Array(4000) })
    checkDamage(image, [whole], { layout: 'image', bytes: new Uint8Array(4096) })
  })

  const fields = ['x', 'y', 'width', 'height'] as const
  const values = [-4, 1.5, 402, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]
  it.each(fields.flatMap((field) => values.map((value) => ({ field, value }))))(
    'refuses $field = $value',
    ({ field, value }) => {
      const bytes = new Uint8Array(4000)
      const rects = [{ ...whole, [field]: value }]
      expect(() => checkDamage(image, rects, { layout: 'image', bytes })).toThrow(RangeError)
    },
  )

  it('refuses a view that is shorter than the image', () => {
    const short = { layout: 'image', bytes: new Uint8Array(3999) } as const
    expect(() => checkDamage(image, [whole], short)).toThrow(RangeError)
  })
})
