// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { memoryImages } from '../../core/memory-image.ts'
import type { ScanShape } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { expectNoLeaks } from './no-leaks.ts'
import { randomNumbers } from './random.ts'

type Scan = { readonly rects: number[]; readonly shadow: Uint8Array }

const lengthOf = (shape: ScanShape, row: number) =>
  row === shape.rows - 1 ? shape.lastRowBytes : shape.rowBytes

/** The scan as its description says it, byte by byte. */
function naiveScan(source: Uint8Array, before: Uint8Array, shape: ScanShape): Scan {
  const shadow = before.slice()
  const rects: number[] = []
  const cells = Math.ceil(shape.rowBytes / shape.cellWidth)
  for (let y = 0; y < shape.rows; y += shape.cellRows) {
    const end = Math.min(y + shape.cellRows, shape.rows)
    const widest = end - y === 1 ? lengthOf(shape, y) : shape.rowBytes
    let run: [first: number, end: number] | undefined
    const close = () => {
      if (!run) return
      const x = run[0] * shape.cellWidth
      const width = Math.min(run[1] * shape.cellWidth, widest) - x
      rects.push(x, y, Math.ceil(width / 4) * 4, end - y)
      run = undefined
    }
    for (let cell = 0; cell < cells; cell += 1) {
      if (copyCell(source, shadow, shape, cell, y, end)) run = [run?.[0] ?? cell, cell + 1]
      else close()
    }
    close()
  }
  return { rects, shadow }
}

/** Copies one cell and says whether it differed. */
function copyCell(
  source: Uint8Array,
  shadow: Uint8Array,
  shape: ScanShape,
  cell: number,
  y: number,
  end: number,
): boolean {
  let differs = false
  for (let row = y; row < end; row += 1) {
    const right = Math.min((cell + 1) * shape.cellWidth, lengthOf(shape, row))
    for (let x = cell * shape.cellWidth; x < right; x += 1) {
      const from = shape.sourceOffset + row * shape.sourcePitch + x
      const to = row * shape.shadowPitch + x
      if (shadow[to] !== source[from]) differs = true
      shadow[to] = source[from] ?? 0
    }
  }
  return differs
}

function randomShape(random: (below: number) => number): ScanShape {
  const rowBytes = 1 + random(700)
  return {
    sourceOffset: random(3) === 0 ? random(500) : 0,
    sourcePitch: rowBytes + random(2) * random(90),
    shadowPitch: Math.ceil(rowBytes / 4) * 4 + random(2) * 4 * random(9),
    rows: 1 + random(40),
    rowBytes,
    lastRowBytes: random(2) === 0 ? rowBytes : 1 + random(rowBytes),
    cellWidth: 4 * (1 + random(40)),
    cellRows: 1 + random(9),
  }
}

/** Exactly as many bytes as the scan may read. */
function sourceSize(shape: ScanShape): number {
  const last = (shape.rows - 1) * shape.sourcePitch + shape.lastRowBytes
  const before = shape.rows > 1 ? (shape.rows - 2) * shape.sourcePitch + shape.rowBytes : 0
  return shape.sourceOffset + Math.max(last, before)
}

describe('scanDamage', () => {
  expectNoLeaks()

  it('finds and copies what a naive scan does, for 400 random shapes', () => {
    const random = randomNumbers(1)
    for (let round = 0; round < 400; round += 1) {
      const shape = randomShape(random)
      const shadowSize = shape.rows * shape.shadowPitch
      using sourceFd = shim.createMemfd('source', sourceSize(shape))
      using shadowFd = shim.createMemfd('shadow', shadowSize)
      using source = shim.map(sourceFd, 0, sourceSize(shape), true)
      using shadow = shim.map(shadowFd, 0, shadowSize, true)
      const bytes = new Uint8Array(source.size)
      const seen = new Uint8Array(shadowSize)
      for (let i = random(30); i > 0; i -= 1) bytes[random(bytes.length)] = random(256)
      for (let i = random(5); i > 0; i -= 1) seen[random(seen.length)] = random(256)
      source.write(0, bytes)
      shadow.write(0, seen)
      const wanted = naiveScan(bytes, seen, shape)
      const label = JSON.stringify(shape)
      expect([...shim.scanDamage(source, shadow, shape)], label).toEqual(wanted.rects)
      expect(Buffer.compare(shadow.copyOut(0, shadowSize), wanted.shadow), label).toBe(0)
      expect(shim.scanDamage(source, shadow, shape), label).toHaveLength(0)
    }
  })

  it('looks at given rows alone, in whole cells', () => {
    const shape = {
      ...{ sourceOffset: 0, sourcePitch: 64, shadowPitch: 64, rows: 10, rowBytes: 64 },
      ...{ lastRowBytes: 64, cellWidth: 64, cellRows: 4 },
    }
    using sourceFd = shim.createMemfd('source', 640)
    using shadowFd = shim.createMemfd('shadow', 640)
    using source = shim.map(sourceFd, 0, 640, true)
    using shadow = shim.map(shadowFd, 0, 640, true)
    source.write(0, new Uint8Array(640).fill(1))
    const scan = (first: number, end: number) => [
      ...shim.scanDamage(source, shadow, shape, { first, end }),
    ]
    expect(scan(3, 3)).toEqual([])
    expect(scan(5, 6)).toEqual([0, 4, 64, 4])
    expect(scan(9, 10)).toEqual([0, 8, 64, 2])
    expect(scan(0, 10)).toEqual([0, 0, 64, 4])
    for (const within of [
      { first: -1, end: 1 },
      { first: 2, end: 1 },
      { first: 0, end: 11 },
      { first: 0.5, end: 1 },
    ]) {
      expect(() => shim.scanDamage(source, shadow, shape, within)).toThrow(RangeError)
    }
  })

  it('gives rectangles that packRects takes from the shadow', () => {
    const random = randomNumbers(2)
    for (let round = 0; round < 100; round += 1) {
      const shape = randomShape(random)
      const shadowSize = shape.rows * shape.shadowPitch
      using sourceFd = shim.createMemfd('source', sourceSize(shape))
      using shadowFd = shim.createMemfd('shadow', shadowSize)
      using source = shim.map(sourceFd, 0, sourceSize(shape), true)
      using shadow = shim.map(shadowFd, 0, shadowSize, true)
      source.write(random(source.size), Uint8Array.of(1))
      source.write(0, Uint8Array.of(1))
      const rects = shim.scanDamage(source, shadow, shape)
      const target = new Uint8Array(shadowSize)
      const packed = shim.packRects(shadow, shape.shadowPitch, rects, target)
      const wanted = naivePack(shadow.copyOut(0, shadowSize), shape.shadowPitch, [...rects])
      expect(Buffer.compare(target.subarray(0, packed), wanted)).toBe(0)
    }
  })

  it.each([
    ['XR24', 0n, 1366, 768, 5464],
    ['RG16', 0n, 1365, 31, 2732],
    ['XR24', 0x0100_0000_0000_0001n, 131, 37, 1536],
    ['XR24', 0x0100_0000_0000_0002n, 131, 70, 768],
  ] as const)(
    'covers the memory image of %s %d, %i × %i',
    (fourcc, modifier, width, height, stride) => {
      const size = stride * Math.ceil(height / 32) * 32
      const memory = [{ buffer: 0, offset: 0, stride, size }]
      const plane = {
        kind: 'primary',
        fourcc,
        modifier,
        width,
        height,
        memory,
        x: 0,
        y: 0,
      } as const
      const [image] = memoryImages({ ...plane, bottomUp: false })
      if (!image) throw new Error('no image')
      using sourceFd = shim.createMemfd('source', size)
      using shadowFd = shim.createMemfd('shadow', image.pitch * image.rows)
      using source = shim.map(sourceFd, 0, size, true)
      using shadow = shim.map(shadowFd, 0, image.pitch * image.rows, true)
      source.write(0, new Uint8Array(size).fill(3))
      const shape = { ...image, shadowPitch: image.pitch }
      const rects = shim.scanDamage(source, shadow, shape)
      let area = 0
      for (let i = 0; i < rects.length; i += 4) area += (rects[i + 2] ?? 0) * (rects[i + 3] ?? 0)
      const last = Math.ceil(image.lastRowBytes / 4) * 4
      expect(area).toBe((image.rows - 1) * Math.ceil(image.rowBytes / 4) * 4 + last)
    },
  )

  const good: ScanShape = {
    sourceOffset: 0,
    sourcePitch: 64,
    shadowPitch: 64,
    rows: 8,
    rowBytes: 64,
    lastRowBytes: 64,
    cellWidth: 16,
    cellRows: 4,
  }

  it.each([
    ['rows', 9],
    ['rows', 0],
    ['rows', 2 ** 31],
    ['rows', Number.MAX_SAFE_INTEGER],
    ['rows', -1],
    ['rows', 1.5],
    ['rows', Number.NaN],
    ['sourceOffset', 1],
    ['sourceOffset', -1],
    ['sourceOffset', 2 ** 40],
    ['sourcePitch', 63],
    ['sourcePitch', 65],
    ['sourcePitch', 2 ** 40],
    ['shadowPitch', 60],
    ['shadowPitch', 66],
    ['shadowPitch', 68],
    ['rowBytes', 0],
    ['rowBytes', 65],
    ['lastRowBytes', 0],
    ['lastRowBytes', 65],
    ['cellWidth', 0],
    ['cellWidth', 6],
    ['cellRows', 0],
  ] as const)('refuses a shape whose %s is %d', (field, value) => {
    using fd = shim.createMemfd('both', 1024)
    using source = shim.map(fd, 0, 512, false)
    using shadow = shim.map(fd, 0, 512, true)
    expect(() => shim.scanDamage(source, shadow, { ...good, [field]: value })).toThrow(RangeError)
  })

  it('refuses a shadow that is read-only or the source itself', () => {
    using fd = shim.createMemfd('both', 512)
    using source = shim.map(fd, 0, 512, true)
    using shadow = shim.map(fd, 0, 512, false)
    expect(() => shim.scanDamage(source, shadow, good)).toThrow('shadow must be writable')
    expect(() => shim.scanDamage(source, source, good)).toThrow('another mapping')
  })
})

function naivePack(image: Uint8Array, pitch: number, rects: readonly number[]): Uint8Array {
  const bytes: number[] = []
  for (let i = 0; i < rects.length; i += 4) {
    const [x = 0, y = 0, width = 0, height = 0] = rects.slice(i, i + 4)
    for (let row = y; row < y + height; row += 1) {
      bytes.push(...image.subarray(row * pitch + x, row * pitch + x + width))
    }
  }
  return Uint8Array.from(bytes)
}

describe('packRects', () => {
  expectNoLeaks()

  it('packs rectangles tight and one after the other', () => {
    using fd = shim.createMemfd('image', 64)
    using mapping = shim.map(fd, 0, 64, true)
    mapping.write(
      0,
      Uint8Array.from({ length: 64 }, (_, i) => i),
    )
    const target = new Uint8Array(32)
    const rects = Int32Array.of(4, 1, 4, 2, 0, 7, 8, 1, 3, 3, 0, 5, 0, 0, 8, 1)
    expect(shim.packRects(mapping, 8, rects, target)).toBe(24)
    const tail = [56, 57, 58, 59, 60, 61, 62, 63, 0, 1, 2, 3, 4, 5, 6, 7]
    expect([...target.subarray(0, 24)]).toEqual([12, 13, 14, 15, 20, 21, 22, 23, ...tail])
  })

  it('packs into shared memory', () => {
    using fd = shim.createMemfd('image', 64)
    using mapping = shim.map(fd, 0, 64, true)
    mapping.write(0, new Uint8Array(64).fill(5))
    const target = new Uint8Array(new SharedArrayBuffer(8))
    shim.packRects(mapping, 8, Int32Array.of(0, 0, 8, 1), target)
    expect([...target]).toEqual(new Array(8).fill(5))
  })

  it.each([
    ['left of the image', [-4, 0, 4, 1]],
    ['above it', [0, -1, 4, 1]],
    ['right of it', [4, 0, 8, 1]],
    ['below it', [0, 7, 8, 2]],
    ['of negative size', [0, 0, -4, 1]],
    ['whose sides overflow', [0x7fff_fffc, 0x7fff_ffff, 0x7fff_fffc, 0x7fff_ffff]],
    ['that is cut short', [0, 0, 8]],
  ])('refuses a rectangle %s', (_where, numbers) => {
    using fd = shim.createMemfd('image', 64)
    using mapping = shim.map(fd, 0, 64, true)
    const rects = Int32Array.from(numbers)
    expect(() => shim.packRects(mapping, 8, rects, new Uint8Array(4096))).toThrow(RangeError)
  })

  it('refuses more bytes than the target has', () => {
    using fd = shim.createMemfd('image', 64)
    using mapping = shim.map(fd, 0, 64, true)
    const rects = Int32Array.of(0, 0, 8, 8)
    expect(() => shim.packRects(mapping, 8, rects, new Uint8Array(63))).toThrow(RangeError)
  })
})

describe('packRects into other memory', () => {
  expectNoLeaks()

  /** One pixel a row: blue 1, green 2, red 3, and something in the fourth byte. */
  function pixels() {
    const fd = shim.createMemfd('image', 64)
    const mapping = shim.map(fd, 0, 64, true)
    fd[Symbol.dispose]()
    for (let y = 0; y < 16; y += 1) mapping.write(y * 4, Uint8Array.of(1, 2, 3, y))
    return mapping
  }

  it.each([
    { order: { swap: false, opaque: false }, expected: [1, 2, 3, 5] },
    { order: { swap: true, opaque: false }, expected: [3, 2, 1, 5] },
    { order: { swap: false, opaque: true }, expected: [1, 2, 3, 255] },
    { order: { swap: true, opaque: true }, expected: [3, 2, 1, 255] },
  ])('writes words as $order says', ({ order, expected }) => {
    using mapping = pixels()
    const target = new Uint8Array(12)
    expect(shim.packRects(mapping, 4, Int32Array.of(0, 5, 4, 1), target, 4, order)).toBe(4)
    expect([...target]).toEqual([0, 0, 0, 0, ...expected, 0, 0, 0, 0])
  })

  it('writes into a mapping, from a place on', () => {
    using mapping = pixels()
    using fd = shim.createMemfd('target', 4096)
    using target = shim.map(fd, 0, 4096, true)
    expect(shim.packRects(mapping, 4, Int32Array.of(0, 0, 4, 2), target, 4088)).toBe(8)
    expect([...target.copyOut(4080, 16)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 1, 2, 3, 1])
  })

  it('refuses parts of pixels, itself, a read-only mapping and a place beyond', () => {
    using mapping = pixels()
    using fd = shim.createMemfd('target', 4096)
    using target = shim.map(fd, 0, 4096, false)
    const swap = { swap: true, opaque: false }
    const one = Int32Array.of(0, 0, 4, 1)
    const room = new Uint8Array(16)
    expect(() => shim.packRects(mapping, 8, Int32Array.of(2, 0, 4, 1), room, 0, swap)).toThrow(
      RangeError,
    )
    expect(() => shim.packRects(mapping, 4, one, mapping)).toThrow(TypeError)
    expect(() => shim.packRects(mapping, 4, one, target)).toThrow(TypeError)
    expect(() => shim.packRects(mapping, 4, one, room, 13)).toThrow(RangeError)
    expect(() => shim.packRects(mapping, 4, one, room, 17)).toThrow(RangeError)
  })
})

describe('a scan of a part of the columns', () => {
  expectNoLeaks()
  const WIDTH = 1000
  const ROWS = 150
  const shape = {
    ...{ sourceOffset: 0, sourcePitch: WIDTH, shadowPitch: WIDTH, rows: ROWS },
    ...{ rowBytes: WIDTH, lastRowBytes: 900, cellWidth: 64, cellRows: 16 },
  }

  it.each([
    { first: 0, end: ROWS, left: 0, right: WIDTH },
    { first: 20, end: 21, left: 70, right: 71 },
    { first: 3, end: 140, left: 640, right: WIDTH },
    { first: ROWS - 1, end: ROWS, left: 890, right: 1000 },
    { first: 10, end: 40, left: 300, right: 300 },
    { first: 10, end: 10, left: 0, right: WIDTH },
  ])('finds and copies what changed in it, and leaves the rest: %o', (within) => {
    using a = shim.createMemfd('source', WIDTH * ROWS)
    using b = shim.createMemfd('shadow', WIDTH * ROWS)
    using source = shim.map(a, 0, WIDTH * ROWS, true)
    using shadow = shim.map(b, 0, WIDTH * ROWS, true)
    source.write(0, new Uint8Array(WIDTH * ROWS).fill(1))
    const rects = shim.scanDamage(source, shadow, shape, within)
    const isEmpty = within.first === within.end || within.left === within.right
    const down = (value: number) => value - (value % 16)
    const across = (value: number) => value - (value % 64)
    const seen = shadow.copyOut(0, WIDTH * ROWS)
    const covered = new Uint8Array(WIDTH * ROWS)
    for (let at = 0; at < rects.length; at += 4) {
      const [x = 0, y = 0, width = 0, height = 0] = rects.subarray(at, at + 4)
      for (let row = y; row < y + height; row += 1) {
        covered.fill(1, row * WIDTH + x, row * WIDTH + x + width)
      }
    }
    for (let y = 0; y < ROWS; y += 1) {
      for (let x = 0; x < (y === ROWS - 1 ? 900 : WIDTH); x += 1) {
        const isWithin =
          !isEmpty &&
          y >= down(within.first) &&
          y < Math.ceil(within.end / 16) * 16 &&
          x >= across(within.left) &&
          x < Math.ceil(within.right / 64) * 64
        if (seen[y * WIDTH + x] !== Number(isWithin)) throw new Error(`shadow at ${x}, ${y}`)
        if (isWithin && covered[y * WIDTH + x] !== 1) throw new Error(`untold at ${x}, ${y}`)
      }
    }
  })
})
