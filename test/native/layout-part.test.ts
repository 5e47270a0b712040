// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { decodeRgba8, linearise } from '../../core/decode.ts'
import type { Rect, Size } from '../../core/geometry.ts'
import type { CapturedPlane } from '../../core/plane.ts'
import { layoutOf } from '../../core/plane-layout.ts'
import { pixelFormat } from '../../main/capture/engine.ts'
import type { LaidMemory, Mapping, Place } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { pairs } from '../fakes/pairs.ts'
import { randomPlane } from '../fakes/planes.ts'
import { Random } from '../fakes/random.ts'
import { expectNoLeaks } from './no-leaks.ts'

expectNoLeaks()

/** Not a byte that a test expects by chance. */
const UNTOUCHED = 0x5a

function mapped(bytes: Uint8Array): Mapping {
  using fd = shim.createMemfd('part', bytes.length)
  const mapping = shim.map(fd, 0, bytes.length, true)
  mapping.write(0, bytes)
  return mapping
}

function randomPart(random: Random, { width, height }: Size): Rect {
  const [x, y] = [random.below(width), random.below(height)]
  return { x, y, width: 1 + random.below(width - x), height: 1 + random.below(height - y) }
}

/** What a place holds once a part of a whole of that many bytes a row was put there. */
function expected(
  size: number,
  { offset, pitch }: Place,
  part: Rect,
  whole: Uint8Array,
  shape: { readonly rowBytes: number; readonly bytes: number },
): Uint8Array {
  const memory = new Uint8Array(size).fill(UNTOUCHED)
  for (let row = 0; row < part.height; row += 1) {
    const from = (part.y + row) * shape.rowBytes + part.x * shape.bytes
    memory.set(whole.subarray(from, from + part.width * shape.bytes), offset + row * pitch)
  }
  return memory
}

/** A place for a part with bytes around it, and those it has afterwards. */
function filled(part: Rect, bytes: number, random: Random, fill: (place: Place) => void) {
  const pitch = part.width * bytes + random.below(20)
  const offset = random.below(50)
  const size = offset + (part.height - 1) * pitch + part.width * bytes + random.below(9)
  using memory = mapped(new Uint8Array(size).fill(UNTOUCHED))
  const place = { memory, offset, pitch }
  fill(place)
  return { place, size, got: memory.copyOut(0, size) }
}

describe('a part of a plane', () => {
  it.each(pairs)('in $code and $name is that part of the whole', ({ code, layout }) => {
    const random = new Random(code.charCodeAt(1))
    for (let round = 0; round < 3; round += 1) {
      const captured: CapturedPlane = randomPlane(
        {
          fourcc: code,
          modifier: layout.value,
          width: 1 + random.below(300),
          height: 1 + random.below(150),
          offset: random.below(2) * 65536,
          bottomUp: random.below(2) === 1,
        },
        round,
      )
      const { plane, buffers } = captured
      const { format, memory } = layoutOf(plane)
      using source = mapped(buffers[0] ?? new Uint8Array())
      const planes: LaidMemory[] = memory.map((each) => ({ memory: source, layout: each }))
      const threads = 1 + random.below(3)

      const part = randomPart(random, plane)
      const rgba = filled(part, 4, random, (place) =>
        shim.decodeRgba8Into(planes, pixelFormat(format, plane.color), plane, part, place, threads),
      )
      const whole = decodeRgba8(plane, buffers)
      const row = { rowBytes: plane.width * 4, bytes: 4 }
      const wanted = expected(rgba.size, rgba.place, part, whole, row)
      expect(Buffer.compare(rgba.got, wanted), JSON.stringify(part)).toBe(0)

      let before = 0
      const linear = linearise(plane, buffers)
      for (const each of memory) {
        const blocks = randomPart(random, each)
        const raw = filled(blocks, each.bytes, random, (place) =>
          shim.lineariseInto(source, each, blocks, place, threads),
        )
        const rowBytes = each.width * each.bytes
        const own = linear.subarray(before, before + rowBytes * each.height)
        const shape = { rowBytes, bytes: each.bytes }
        const right = expected(raw.size, raw.place, blocks, own, shape)
        expect(Buffer.compare(raw.got, right), JSON.stringify(blocks)).toBe(0)
        before += own.length
      }
    }
  })
})

describe('a place that cannot be', () => {
  const layout = {
    width: 4,
    height: 4,
    bytes: 4,
    offset: 0,
    stride: 16,
    tiling: undefined,
    grid: undefined,
  }
  const part = { x: 0, y: 0, width: 4, height: 4 }
  const call = (place: Partial<Place>, wish: Rect = part) => {
    const target = { memory: new Uint8Array(64), offset: 0, pitch: 16, ...place }
    shim.lineariseInto(new Uint8Array(64), layout, wish, target)
  }

  it('is one that is right but for this', () => {
    expect(() => call({})).not.toThrow()
  })

  it.each([
    ['shorter than its rows', { memory: new Uint8Array(63) }],
    ['beyond its memory', { offset: 1 }],
    ['with rows that overlap', { pitch: 15 }],
    ['with rows out of the world', { pitch: 2 ** 40 }],
  ])('is refused: %s', (_name, place) => {
    expect(() => call(place)).toThrow(RangeError)
  })

  it.each([
    { ...part, x: 1 },
    { ...part, y: 4 },
    { ...part, width: 0 },
    { ...part, height: 5 },
    { ...part, x: -1, width: 1 },
  ])('is refused for a part that is not in the plane: %j', (wish) => {
    expect(() => call({}, wish)).toThrow(RangeError)
  })

  it('is refused when it is what is read, in one view of it or two', () => {
    const memory = new Uint8Array(64)
    const place = { offset: 0, pitch: 16 }
    const into = (target: Uint8Array) =>
      shim.lineariseInto(memory, layout, part, { memory: target, ...place })
    expect(() => into(memory)).toThrow(RangeError)
    expect(() => into(new Uint8Array(memory.buffer))).toThrow(/memory that is read/)
  })

  it('is refused where it is read-only', () => {
    using fd = shim.createMemfd('part', 64)
    using memory = shim.map(fd, 0, 64, false)
    expect(() => call({ memory })).toThrow(TypeError)
  })
})
