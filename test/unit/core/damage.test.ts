// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { damagedImages, damagedPart, Region } from '../../../core/damage.ts'
import { decodeRgba8 } from '../../../core/decode.ts'
import {
  type ImageRect,
  imageSize,
  type MemoryImage,
  memoryImages,
} from '../../../core/memory-image.ts'
import type { CapturedPlane } from '../../../core/plane.ts'
import { layoutOf } from '../../../core/plane-layout.ts'
import { byteOffset } from '../../../core/tiling.ts'
import { checkDamage } from '../../../renderer/compositor/damage-bytes.ts'
import { pairs } from '../../fakes/pairs.ts'
import { randomPlane } from '../../fakes/planes.ts'
import { Random } from '../../fakes/random.ts'

/** Calls with every byte that a memory plane's pixels have: its place in the image, and the pixels that show it. */
function everyBlock(
  { plane }: CapturedPlane,
  at: number,
  image: MemoryImage,
  visit: (column: number, line: number, x: number, y: number) => void,
): void {
  const { format, memory } = layoutOf(plane)
  const part = memory[at]
  const { across, down } = format.planes[at] ?? { across: 1, down: 1 }
  if (!part) throw new Error('no such memory plane')
  for (let y = 0; y < plane.height; y += 1) {
    const row = Math.floor((plane.bottomUp ? plane.height - 1 - y : y) / down)
    for (let x = 0; x < plane.width; x += 1) {
      const byte = Math.floor(x / across) * part.bytes
      const address = byteOffset(part.tiling, part.stride, part.grid, byte, row)
      const [column, line] = part.tiling
        ? [address % image.pitch, Math.floor(address / image.pitch)]
        : [byte, row]
      visit(column, line, x, y)
    }
  }
}

const holds = (rect: ImageRect, x: number, y: number) =>
  x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height

const tall = (name: string) => (name.includes('AMD') ? 140 : 75)

describe('damaged part', () => {
  it.each(pairs)('holds every pixel of $code in $name whose bytes changed', ({ code, layout }) => {
    const random = new Random(9)
    for (const bottomUp of [false, true]) {
      const size = { width: 301, height: tall(layout.name) }
      const captured = randomPlane({ fourcc: code, modifier: layout.value, ...size, bottomUp })
      for (const [at, image] of memoryImages(captured.plane).entries()) {
        const cell = { width: image.cellWidth, height: image.cellRows }
        const cells = {
          across: Math.ceil(image.rowBytes / cell.width),
          down: Math.ceil(image.rows / cell.height),
        }
        const x = random.below(cells.across)
        const y = random.below(cells.down)
        const width = 1 + random.below(Math.min(3, cells.across - x))
        const right = Math.min(image.pitch, (x + width) * cell.width)
        const bottom = Math.min(image.rows, (y + 1) * cell.height)
        const rect = {
          x: x * cell.width,
          y: y * cell.height,
          width: right - x * cell.width,
          height: bottom - y * cell.height,
        }
        const part = damagedPart(captured.plane, at, image, rect)
        everyBlock(captured, at, image, (column, line, px, py) => {
          if (holds(rect, column, line) && !holds(part, px, py)) expect.fail(`${px},${py}`)
        })
      }
    }
  })
})

describe('damaged images', () => {
  it.each(pairs)('hold what a part of $code in $name is made of', ({ code, layout }) => {
    const random = new Random(5)
    for (const bottomUp of [false, true]) {
      const size = { width: 301, height: tall(layout.name) }
      const captured = randomPlane({ fourcc: code, modifier: layout.value, ...size, bottomUp })
      const [x, y] = [random.below(301), random.below(size.height)]
      const part = {
        x,
        y,
        width: 1 + random.below(Math.min(40, 301 - x)),
        height: 1 + random.below(Math.min(40, size.height - y)),
      }
      const images = memoryImages(captured.plane)
      const rects = damagedImages(captured.plane, part)
      expect(rects).toHaveLength(images.length)
      for (const [at, image] of images.entries()) {
        const own = rects[at] ?? []
        checkDamage(image, own, { layout: 'image', bytes: new Uint8Array(imageSize(image)) })
        const tiling = layoutOf(captured.plane).memory[at]?.tiling
        // Never more than one tile beyond the part, on any side.
        const [wide, high] = tiling
          ? [tiling.tileWidth, tiling.tileHeight]
          : [4 + (layoutOf(captured.plane).memory[at]?.bytes ?? 0), 1]
        const { across, down } = layoutOf(captured.plane).format.planes[at] ?? {
          across: 1,
          down: 1,
        }
        const slack = { x: wide * across, y: high * down }
        everyBlock(captured, at, image, (column, line, px, py) => {
          const isIn = own.some((rect) => holds(rect, column, line))
          if (holds(part, px, py) && !isIn) expect.fail(`${px},${py} is missing`)
          const isNear =
            px >= part.x - slack.x &&
            px < part.x + part.width + slack.x &&
            py >= part.y - slack.y &&
            py < part.y + part.height + slack.y
          if (isIn && !isNear) expect.fail(`${px},${py} is too much`)
        })
      }
    }
  })

  it.each(pairs)('make $code in $name whole when they alone are taken over', ({ code, layout }) => {
    const wish = { fourcc: code, modifier: layout.value, width: 97, height: 50 }
    const before = randomPlane(wish, 1)
    const part = { x: 20, y: 11, width: 33, height: 17 }
    const after = randomPlane(wish, 2)
    const [old = new Uint8Array()] = before.buffers
    const [fresh = new Uint8Array()] = after.buffers
    const mixed = old.slice()
    for (const [at, rects] of damagedImages(before.plane, part).entries()) {
      const image = memoryImages(before.plane)[at]
      if (!image) throw new Error('an image a memory plane')
      for (const rect of rects) {
        for (let row = rect.y; row < rect.y + rect.height; row += 1) {
          const from = image.sourceOffset + row * image.sourcePitch + rect.x
          const end = Math.min(from + rect.width, mixed.length)
          mixed.set(fresh.subarray(from, end), from)
        }
      }
    }
    const [wanted, got] = [
      decodeRgba8(after.plane, after.buffers),
      decodeRgba8(before.plane, [mixed]),
    ]
    for (let y = part.y; y < part.y + part.height; y += 1) {
      const from = (y * 97 + part.x) * 4
      const end = from + part.width * 4
      expect(Buffer.compare(got.subarray(from, end), wanted.subarray(from, end))).toBe(0)
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

  it('joins bands that go on below each other, so that two edges of a window stay two', () => {
    const region = new Region()
    for (let y = 0; y < 1080; y += 64) {
      const height = Math.min(64, 1080 - y)
      region.addAll([
        { x: 64, y, width: 64, height },
        { x: 960, y, width: 128, height },
      ])
    }
    expect(region.rects).toEqual([
      { x: 64, y: 0, width: 64, height: 1080 },
      { x: 960, y: 0, width: 128, height: 1080 },
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
