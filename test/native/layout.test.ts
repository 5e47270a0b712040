// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { decodeRgba8, linearise } from '../../core/decode.ts'
import { fourccRow, fourccs } from '../../core/fourcc.ts'
import { modifierRow } from '../../core/modifier.ts'
import type { CapturedPlane } from '../../core/plane.ts'
import { layoutOf } from '../../core/plane-layout.ts'
import { halfToByte, toByte } from '../../core/sample.ts'
import { byteOffset, maskTiling, type Tiling, tileBytes, tileGrid } from '../../core/tiling.ts'
import { pixelFormat } from '../../main/capture/engine.ts'
import type { LaidMemory, Layout, PixelFormat } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { pairs } from '../fakes/pairs.ts'
import { randomPlane, validPlane } from '../fakes/planes.ts'
import {
  bytesOfHex,
  pixelVectors,
  tiledVector,
  tilingVectors,
  yuvError,
  yuvVectorPlane,
  yuvVectors,
} from '../fakes/vectors.ts'
import { randomNumbers } from './random.ts'

function formatOf(code: string): PixelFormat {
  const row = fourccRow(code)
  if (!row) throw new Error(`no row for ${code}`)
  return pixelFormat(row)
}

function laid({ plane, buffers }: CapturedPlane): readonly LaidMemory[] {
  return layoutOf(plane).memory.map((layout) => {
    const memory = buffers[layout.buffer]
    if (!memory) throw new Error('no such buffer')
    return { memory, layout }
  })
}

function nativeLinear(captured: CapturedPlane, threads?: number): Buffer {
  return Buffer.concat(
    laid(captured).map(({ memory, layout }) => shim.linearise(memory, layout, threads)),
  )
}

function nativeRgba8(captured: CapturedPlane, threads?: number): Uint8Array {
  const { plane } = captured
  const format = pixelFormat(layoutOf(plane).format, plane.color)
  return shim.decodeRgba8(laid(captured), format, plane, threads)
}

describe('against other producers', () => {
  it.each(tilingVectors())('undoes $id', (vector) => {
    const captured = tiledVector(vector)
    expect(nativeLinear(captured).toString('hex')).toBe(captured.linear)
  })

  const { vectors } = pixelVectors()
  const packed = fourccs.filter(({ code }) => vectors.some(({ fourcc }) => fourcc === code))
  it.each(packed)('decodes every vector of $code', ({ code }) => {
    for (const vector of vectors.filter(({ fourcc }) => fourcc === code)) {
      const buffer = bytesOfHex(vector.packed)
      const { plane } = validPlane({ fourcc: code, width: 1, height: 1 })
      expect([...nativeRgba8({ plane, buffers: [buffer] })], vector.id).toEqual(vector.rgba8)
    }
  })

  it.each(yuvVectors())('decodes $id', (vector) => {
    const rgba = nativeRgba8(yuvVectorPlane(vector))
    expect(yuvError(vector, rgba)).toBeLessThanOrEqual(vector.tolerance)
  })
})

describe('against the reference', () => {
  it.each(pairs)('decodes $code in $name alike', ({ code, layout }) => {
    const random = randomNumbers(code.charCodeAt(3) + 1)
    for (let round = 0; round < 4; round += 1) {
      const captured = randomPlane(
        {
          fourcc: code,
          modifier: layout.value,
          width: 1 + random(round === 0 ? 2100 : 200),
          height: 1 + random(round === 0 ? 40 : 150),
          padding: random(2) * random(300),
          offset: random(2) * 65536 * random(3),
          bottomUp: random(2) === 1,
          color: { matrix: 'bt601', range: round % 2 === 0 ? 'limited' : 'full' },
        },
        round,
      )
      const { plane, buffers } = captured
      const threads = 1 + random(3)
      const label = `${plane.width} × ${plane.height}, ${threads} threads`
      const linear = nativeLinear(captured, threads)
      expect(Buffer.compare(linear, linearise(plane, buffers)), label).toBe(0)
      const rgba = nativeRgba8(captured, threads)
      expect(Buffer.compare(rgba, decodeRgba8(plane, buffers)), label).toBe(0)
    }
  })
})

function naiveLinear(memory: Uint8Array, layout: Layout): Uint8Array {
  const rowBytes = layout.width * layout.bytes
  const result = new Uint8Array(rowBytes * layout.height)
  for (let y = 0; y < layout.height; y += 1) {
    for (let x = 0; x < rowBytes; x += 1) {
      const at = byteOffset(layout.tiling, layout.stride, layout.grid, x, y)
      result[y * rowBytes + x] = memory[layout.offset + at] ?? 0
    }
  }
  return result
}

/** One pixel a block. */
function naiveRgba8(memory: Uint8Array, layout: Layout, format: PixelFormat): Uint8Array {
  const tight = naiveLinear(memory, layout)
  const result = new Uint8Array(layout.width * layout.height * 4)
  for (let i = 0; i < layout.width * layout.height; i += 1) {
    const pixel = tight.subarray(i * layout.bytes, (i + 1) * layout.bytes)
    const word = pixel.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
    format.channels.forEach((channel, c) => {
      const { shift, bits } = channel ?? { shift: 0, bits: 0 }
      const value = Number((word >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n))
      result[i * 4 + c] = channel ? toByte(value, bits) : c === 3 ? 255 : 0
    })
  }
  return result
}

/** Every bit of the column and row somewhere in the tile, at random, some of them XORed twice. */
function randomTiling(random: (below: number) => number): Tiling {
  const xBits = random(8)
  const yBits = random(6)
  const places = Array.from({ length: xBits + yBits }, (_, bit) => 1 << bit)
  const identity = random(xBits + 1)
  for (let i = places.length - 1; i > identity; i -= 1) {
    const j = identity + random(i - identity + 1)
    ;[places[i], places[j]] = [places[j] ?? 0, places[i] ?? 0]
  }
  const masks = places.map((mask, i) =>
    random(4) === 0 ? mask | (places[random(i + 1)] ?? 0) : mask,
  )
  // Masks beyond the tile's sides let its place decide.
  const beyond = () => Array.from({ length: random(3) }, () => random(2 ** places.length))
  const order = (['rows', 'serpentine', 'zigzag', 'columns', 'uif'] as const)[random(5)] ?? 'rows'
  const rules = {
    order,
    strideTiles: order === 'uif' ? 4 : order === 'zigzag' ? 2 : 1,
    columnHeight: order === 'columns' ? 41 : 0,
  }
  const xMasks = [...masks.slice(0, xBits), ...beyond()]
  return maskTiling(1 << xBits, 1 << yBits, xMasks, [...masks.slice(xBits), ...beyond()], rules)
}

function randomFormat(random: (below: number) => number, bytes: number): PixelFormat {
  const channels = Array.from({ length: 4 }, () => {
    const bits = random(Math.min(16, bytes * 8) + 1)
    if (bits === 0) return undefined
    return { plane: 0, bits, shift: random(bytes * 8 - bits + 1), step: 0 }
  })
  return { planes: [{ bytes, across: 1, down: 1 }], channels, half: false, yuv: undefined }
}

describe('random layouts', () => {
  it('are undone and decoded as a naive walk does it', () => {
    const random = randomNumbers(3)
    for (let round = 0; round < 400; round += 1) {
      const bytes = 1 + random(8)
      const width = 1 + random(50)
      const height = 1 + random(40)
      const tiling = random(4) === 0 ? undefined : randomTiling(random)
      const unit = (tiling?.tileWidth ?? 1) * (tiling?.strideTiles ?? 1)
      const stride = (Math.ceil((width * bytes) / unit) + random(3)) * unit
      const offset = random(100)
      const grid = tiling && tileGrid(tiling, stride, height)
      const needed =
        tiling && grid
          ? grid.across * grid.down * tileBytes(tiling)
          : (height - 1) * stride + width * bytes
      const memory = Uint8Array.from({ length: offset + needed }, () => random(256))
      const layout = { width, height, bytes, offset, stride, tiling, grid }
      const label = JSON.stringify(layout)
      const threads = 1 + random(4)
      const linear = shim.linearise(memory, layout, threads)
      expect(Buffer.compare(linear, naiveLinear(memory, layout)), label).toBe(0)
      const format = randomFormat(random, bytes)
      const picture = { width, height, bottomUp: false }
      const rgba = shim.decodeRgba8([{ memory, layout }], format, picture, threads)
      const all = `${label} ${JSON.stringify(format)}`
      expect(Buffer.compare(rgba, naiveRgba8(memory, layout, format)), all).toBe(0)
    }
  })
})

const plain = { tiling: undefined, grid: undefined }

describe('decodeRgba8', () => {
  it.each(Array.from({ length: 16 }, (_, i) => i + 1))(
    'widens or narrows every value of %i bits',
    (bits) => {
      const words = Uint16Array.from({ length: 2 ** bits }, (_, value) => value)
      const memory = new Uint8Array(words.buffer)
      const red = { plane: 0, shift: 0, bits, step: 0 }
      const format: PixelFormat = {
        planes: [{ bytes: 2, across: 1, down: 1 }],
        channels: [red, undefined, undefined, undefined],
        half: false,
        yuv: undefined,
      }
      const width = Math.min(words.length, 256)
      const height = words.length / width
      const layout = { width, height, bytes: 2, offset: 0, stride: width * 2, ...plain }
      const picture = { width, height, bottomUp: false }
      const rgba = shim.decodeRgba8([{ memory, layout }], format, picture)
      const wrong = words.findIndex((value) => rgba[value * 4] !== toByte(value, bits))
      expect(wrong).toBe(-1)
    },
  )

  it('turns every half float into the byte that the reference has', () => {
    const words = Uint16Array.from({ length: 65_536 }, (_, value) => value)
    const memory = new Uint8Array(words.buffer)
    const red = { plane: 0, shift: 0, bits: 16, step: 0 }
    const channels = [red, undefined, undefined, red]
    const half = { channels, half: true, yuv: undefined }
    const picture = { width: 256, height: 256, bottomUp: false }
    const packed = { width: 256, height: 256, bytes: 2, offset: 0, stride: 512, ...plain }
    const alone = { ...half, planes: [{ bytes: 2, across: 1, down: 1 }] }
    const pairs = { ...half, planes: [{ bytes: 4, across: 2, down: 1 }] }
    const rgba = shim.decodeRgba8([{ memory, layout: packed }], alone, picture)
    const wrong = words.findIndex((value) => rgba[value * 4] !== halfToByte(value))
    expect(wrong).toBe(-1)
    // The same through the road that all other shapes of blocks take.
    const wide = { ...packed, width: 128, bytes: 4 }
    const stepped = { ...pairs, channels: channels.map((each) => each && { ...each, step: 16 }) }
    const second = shim.decodeRgba8([{ memory, layout: wide }], stepped, picture)
    expect(Buffer.compare(second, rgba)).toBe(0)
  })

  it('reads from shared memory', () => {
    const memory = new Uint8Array(new SharedArrayBuffer(4))
    memory.set([1, 2, 3, 4])
    const layout = { width: 1, height: 1, bytes: 4, offset: 0, stride: 4, ...plain }
    const picture = { width: 1, height: 1, bottomUp: false }
    const rgba = shim.decodeRgba8([{ memory, layout }], formatOf('AR24'), picture)
    expect([...rgba]).toEqual([3, 2, 1, 4])
  })

  it('takes memory planes from buffers of their own', () => {
    const { plane, buffers } = randomPlane({ fourcc: 'NV12', width: 33, height: 17, offset: 7 })
    const [all = new Uint8Array()] = buffers
    const apart = {
      plane: {
        ...plane,
        memory: plane.memory.map((part, buffer) => ({ ...part, buffer, offset: 0 })),
      },
      buffers: plane.memory.map(({ offset, size }) => all.slice(offset, offset + size)),
    }
    expect(Buffer.compare(nativeRgba8(apart), decodeRgba8(plane, buffers))).toBe(0)
  })
})

const yTiling = modifierRow(0x0100_0000_0000_0002n)?.tilings?.[4]
if (!yTiling) throw new Error('no Y tiling')
const tile: Tiling = yTiling
const grid = { across: 1, down: 1 }
const good: Layout = { width: 32, height: 32, bytes: 4, offset: 0, stride: 128, tiling: tile, grid }
const picture = { width: 32, height: 32, bottomUp: false }

describe('a wrong layout', () => {
  const memory = new Uint8Array(tileBytes(tile))
  const cases: [string, Partial<Record<keyof Layout, unknown>>][] = [
    ['no width', { width: 0 }],
    ['a broken width', { width: 1.5 }],
    ['a huge width', { width: 2 ** 31 }],
    ['no height', { height: 0 }],
    ['one tile row too many', { height: 33 }],
    ['a huge height', { height: Number.MAX_SAFE_INTEGER }],
    ['no bytes', { bytes: 0 }],
    ['nine bytes', { bytes: 9 }],
    ['an offset of one', { offset: 1 }],
    ['an offset beyond', { offset: 2 ** 40 }],
    ['a negative offset', { offset: -1 }],
    ['a short stride', { stride: 64 }],
    ['a stride of half a tile', { stride: 192 }],
    ['no grid', { grid: { across: 0, down: 1 } }],
    ['a grid that is too low', { grid: { across: 1, down: 0 } }],
    ['a grid beyond', { grid: { across: 2, down: 1 } }],
    ['a huge grid', { grid: { across: 2 ** 31, down: 2 ** 20 } }],
    ['half a pair of tiles', { tiling: { ...tile, order: 'zigzag' } }],
    ['blocks that are no column', { tiling: { ...tile, order: 'uif' } }],
    ['an unknown order', { tiling: { ...tile, order: 'spiral' } }],
    ['a tile width that is no power of two', { tiling: { ...tile, tileWidth: 96 } }],
    ['a mask beyond the tile', { tiling: { ...tile, yMasks: [4096] } }],
    ['a negative mask', { tiling: { ...tile, yMasks: [-1] } }],
    ['more masks than any tile has', { tiling: { ...tile, yMasks: Array(25).fill(1) } }],
    ['a tile of no height', { tiling: { ...tile, tileHeight: 0 } }],
    ['linear rows beyond', { tiling: undefined, offset: 1 }],
  ]

  it.each(cases)('is refused: %s', (_name, change) => {
    const layout = { ...good, ...change } as Layout
    expect(() => shim.linearise(memory, layout)).toThrow(RangeError)
    const planes = [{ memory, layout }]
    expect(() => shim.decodeRgba8(planes, formatOf('XR24'), picture)).toThrow(RangeError)
  })

  it('is right without the change', () => {
    expect(shim.linearise(memory, good)).toHaveLength(4096)
  })
})

describe('a wrong format', () => {
  const memory = new Uint8Array(tileBytes(tile))
  const xrgb = formatOf('XR24')
  const { channels } = xrgb
  const [red] = channels
  const nv12 = formatOf('NV12')
  const cases: [string, unknown][] = [
    ['of another size', { ...xrgb, planes: [{ bytes: 2, across: 1, down: 1 }] }],
    ['with three channels', { ...xrgb, channels: channels.slice(1) }],
    [
      'with a channel beyond the word',
      { ...xrgb, channels: [{ ...red, shift: 30, bits: 3 }, ...channels.slice(1)] },
    ],
    ['with 17 bits', { ...xrgb, channels: [{ ...red, shift: 0, bits: 17 }, ...channels.slice(1)] }],
    [
      'with a channel of no plane',
      { ...xrgb, channels: [{ ...red, plane: 1 }, ...channels.slice(1)] },
    ],
    [
      'with pixels beyond the block',
      {
        ...xrgb,
        planes: [{ bytes: 4, across: 2, down: 1 }],
        channels: [{ ...red, step: 16 }, ...channels.slice(1)],
      },
    ],
    ['of two memory planes', nv12],
    ['with blocks of three pixels', { ...xrgb, planes: [{ bytes: 4, across: 3, down: 1 }] }],
    ['with a rule beyond 32 bits', { ...xrgb, yuv: { ...nv12.yuv, luma: 2 ** 30 } }],
    ['with half a rule', { ...xrgb, yuv: { black: 0 } }],
  ]

  it.each(cases)('is refused: %s', (_name, format) => {
    const planes = [{ memory, layout: good }]
    expect(() => shim.decodeRgba8(planes, format as PixelFormat, picture)).toThrow(
      expect.objectContaining({ name: expect.stringMatching(/^(Range|Type)Error$/) }),
    )
  })

  it.each([
    ['no width', { ...picture, width: 0 }],
    ['more width than there is', { ...picture, width: 33 }],
    ['more height than there is', { ...picture, height: 33 }],
  ])('is refused: a picture with %s', (_name, shape) => {
    expect(() => shim.decodeRgba8([{ memory, layout: good }], xrgb, shape)).toThrow(RangeError)
  })

  it.each([0, 17, 1.5])('is refused: %s threads', (threads) => {
    expect(() => shim.linearise(memory, good, threads)).toThrow(RangeError)
  })
})
