// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { toByte } from '../../core/decode.ts'
import { fourccRow, fourccs } from '../../core/fourcc.ts'
import { modifierRow, modifiers, tileBytes } from '../../core/modifier.ts'
import { byteOffset } from '../../core/tiling.ts'
import type { Layout, PixelFormat, TileMap } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { randomNumbers } from './random.ts'

type TilingVector = {
  readonly id: string
  readonly modifier: string
  readonly cpp: number
  readonly width: number
  readonly height: number
  readonly stride: number
  readonly offset: number
  readonly memory_hex: string
  readonly linear_hex: string
  readonly bit6_swizzle?: string
}
type FormatVector = { readonly fourcc: string; readonly packed: string; readonly rgba8: number[] }

function vectors<Vector>(name: string): readonly Vector[] {
  const file = path.join(import.meta.dirname, '..', 'vectors', `${name}.json.gz`)
  return JSON.parse(gunzipSync(readFileSync(file)).toString()).vectors
}

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const opaque = { shift: 0, bits: 0 }

function pixelFormat(code: string): PixelFormat {
  const row = fourccRow(code)
  if (!row) throw new Error(`no row for ${code}`)
  return { bytes: row.bytes, channels: [row.red, row.green, row.blue, row.alpha ?? opaque] }
}

function naiveLinear(memory: Uint8Array, layout: Layout): Uint8Array {
  const rowBytes = layout.width * layout.bytes
  const result = new Uint8Array(rowBytes * layout.height)
  for (let y = 0; y < layout.height; y += 1) {
    for (let x = 0; x < rowBytes; x += 1) {
      const from = layout.offset + byteOffset(layout.tiling, layout.stride, x, y)
      result[y * rowBytes + x] = memory[from] ?? 0
    }
  }
  return result
}

function naiveRgba8(memory: Uint8Array, layout: Layout, format: PixelFormat): Uint8Array {
  const tight = naiveLinear(memory, layout)
  const result = new Uint8Array(layout.width * layout.height * 4)
  for (let i = 0; i < layout.width * layout.height; i += 1) {
    const pixel = tight.subarray(i * format.bytes, (i + 1) * format.bytes)
    const word = pixel.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
    format.channels.forEach(({ shift, bits }, c) => {
      const value = Number((word >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n))
      result[i * 4 + c] = bits === 0 ? (c === 3 ? 255 : 0) : toByte(value, bits)
    })
  }
  return result
}

const known = vectors<TilingVector>('tiling').filter(
  ({ modifier, bit6_swizzle = 'none' }) => modifierRow(BigInt(modifier)) && bit6_swizzle === 'none',
)

describe('linearise against other producers', () => {
  it('has vectors of every tiling', () => {
    const tiled = modifiers.filter(({ tiling }) => tiling)
    for (const { value, name } of tiled) {
      expect(
        known.filter(({ modifier }) => BigInt(modifier) === value).length,
        name,
      ).toBeGreaterThan(3)
    }
  })

  it.each(known)('undoes $id', (vector) => {
    const layout = {
      width: vector.width,
      height: vector.height,
      bytes: vector.cpp,
      offset: vector.offset,
      stride: vector.stride,
      tiling: modifierRow(BigInt(vector.modifier))?.tiling,
    }
    const linear = shim.linearise(bytesOf(vector.memory_hex), layout)
    expect(Buffer.compare(linear, bytesOf(vector.linear_hex))).toBe(0)
  })
})

describe('decodeRgba8 against other producers', () => {
  it.each(fourccs.map(({ code }) => code))('decodes every vector of %s', (code) => {
    const wanted = vectors<FormatVector>('pixel_formats').filter(({ fourcc }) => fourcc === code)
    expect(wanted.length).toBeGreaterThan(10)
    const format = pixelFormat(code)
    for (const { packed, rgba8 } of wanted) {
      const memory = bytesOf(packed)
      const layout = {
        width: 1,
        height: 1,
        bytes: format.bytes,
        offset: 0,
        stride: memory.length,
        tiling: undefined,
      }
      expect([...shim.decodeRgba8(memory, layout, format)], packed).toEqual(rgba8)
    }
  })
})

/** Every bit of the column and row somewhere in the tile, at random, some of them XORed twice. */
function randomTiling(random: (below: number) => number): TileMap {
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
  return {
    tileWidth: 1 << xBits,
    tileHeight: 1 << yBits,
    xMasks: masks.slice(0, xBits),
    yMasks: masks.slice(xBits),
  }
}

function randomFormat(random: (below: number) => number, bytes: number): PixelFormat {
  const channels = Array.from({ length: 4 }, () => {
    const bits = random(Math.min(32, bytes * 8) + 1)
    return { bits, shift: random(bytes * 8 - bits + 1) }
  })
  return { bytes, channels }
}

describe('random layouts', () => {
  it('are undone and decoded as a naive walk does it', () => {
    const random = randomNumbers(3)
    for (let round = 0; round < 300; round += 1) {
      const bytes = 1 + random(8)
      const width = 1 + random(50)
      const height = 1 + random(40)
      const tiling = random(4) === 0 ? undefined : randomTiling(random)
      const unit = tiling?.tileWidth ?? 1
      const stride = (Math.ceil((width * bytes) / unit) + random(3)) * unit
      const offset = random(100)
      const tileHeight = tiling?.tileHeight ?? 1
      const rows = Math.ceil(height / tileHeight) * tileHeight
      const needed = tiling ? rows * stride : (height - 1) * stride + width * bytes
      const memory = Uint8Array.from({ length: offset + needed }, () => random(256))
      const layout = { width, height, bytes, offset, stride, tiling }
      const label = JSON.stringify(layout)
      const linear = shim.linearise(memory, layout)
      expect(Buffer.compare(linear, naiveLinear(memory, layout)), label).toBe(0)
      const format = randomFormat(random, bytes)
      const rgba = shim.decodeRgba8(memory, layout, format)
      const all = `${label} ${JSON.stringify(format)}`
      expect(Buffer.compare(rgba, naiveRgba8(memory, layout, format)), all).toBe(0)
    }
  })
})

describe('decodeRgba8', () => {
  it.each(Array.from({ length: 16 }, (_, i) => i + 1))(
    'widens or narrows every value of %i bits',
    (bits) => {
      const words = Uint16Array.from({ length: 2 ** bits }, (_, value) => value)
      const memory = new Uint8Array(words.buffer)
      const format = { bytes: 2, channels: [{ shift: 0, bits }, opaque, opaque, opaque] }
      const width = Math.min(words.length, 256)
      const height = words.length / width
      const layout = { width, height, bytes: 2, offset: 0, stride: width * 2, tiling: undefined }
      const rgba = shim.decodeRgba8(memory, layout, format)
      const wrong = words.findIndex((value) => rgba[value * 4] !== toByte(value, bits))
      expect(wrong).toBe(-1)
    },
  )

  it('reads from shared memory', () => {
    const memory = new Uint8Array(new SharedArrayBuffer(4))
    memory.set([1, 2, 3, 4])
    const layout = { width: 1, height: 1, bytes: 4, offset: 0, stride: 4, tiling: undefined }
    expect([...shim.decodeRgba8(memory, layout, pixelFormat('AR24'))]).toEqual([3, 2, 1, 4])
  })
})

const yTiling = modifiers.find(({ name }) => name === 'I915_FORMAT_MOD_Y_TILED')?.tiling
if (!yTiling) throw new Error('no Y tiling')
const tile: TileMap = yTiling
const good: Layout = { width: 32, height: 32, bytes: 4, offset: 0, stride: 128, tiling: tile }

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
    ['a stride beyond', { stride: 256 }],
    ['a tile width that is no power of two', { tiling: { ...tile, tileWidth: 96 } }],
    ['a mask beyond the tile', { tiling: { ...tile, yMasks: [4096] } }],
    ['a negative mask', { tiling: { ...tile, yMasks: [-1] } }],
    ['more masks than bits', { tiling: { ...tile, yMasks: [1, 2, 4, 8, 16, 32] } }],
    ['a tile of no height', { tiling: { ...tile, tileHeight: 0 } }],
    ['linear rows beyond', { tiling: undefined, offset: 1 }],
  ]

  it.each(cases)('is refused: %s', (_name, change) => {
    const layout = { ...good, ...change } as Layout
    expect(() => shim.linearise(memory, layout)).toThrow(RangeError)
    expect(() => shim.decodeRgba8(memory, layout, pixelFormat('XR24'))).toThrow(RangeError)
  })

  it('is right without the change', () => {
    expect(shim.linearise(memory, good)).toHaveLength(4096)
  })
})

describe('a wrong format', () => {
  const memory = new Uint8Array(tileBytes(tile))
  const { channels } = pixelFormat('XR24')

  it.each([
    ['of another size', { bytes: 2, channels }],
    ['with three channels', { bytes: 4, channels: channels.slice(1) }],
    [
      'with a channel beyond the word',
      { bytes: 4, channels: [{ shift: 30, bits: 3 }, ...channels.slice(1)] },
    ],
    ['with 33 bits', { bytes: 4, channels: [{ shift: 0, bits: 33 }, ...channels.slice(1)] }],
  ])('is refused: %s', (_name, format) => {
    expect(() => shim.decodeRgba8(memory, good, format)).toThrow(RangeError)
  })
})
