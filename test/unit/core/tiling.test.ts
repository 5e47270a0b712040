// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { linearise } from '../../../core/decode.ts'
import { modifierRow } from '../../../core/modifier.ts'
import { layoutOf } from '../../../core/plane-layout.ts'
import { byteOffset, tileGrid } from '../../../core/tiling.ts'
import { naiveAddress } from '../../fakes/naive-tiling.ts'
import { layouts, pairs } from '../../fakes/pairs.ts'
import { randomPlane, validPlane } from '../../fakes/planes.ts'
import { Random } from '../../fakes/random.ts'
import { tiledVector, tilingVectors } from '../../fakes/vectors.ts'

const X_TILED = 0x0100000000000001n

/** Layouts without third-party bytes, and what proves them instead. */
const withoutVector: Readonly<Record<string, string>> = {
  DRM_FORMAT_MOD_LINEAR: 'nothing to undo; every pixel vector is linear',
  AMD_FMT_MOD: "compared with the probed equations in 'the table of modifiers'",
  'NVIDIA_BLOCK_LINEAR_2D \\(Turing, 32 GOBs high\\)': 'as 16 GOBs, one bit more',
  'NVIDIA_BLOCK_LINEAR_2D \\(Tegra, (2|8|32) GOBs high\\)':
    'as 1, 4 and 16 GOBs, a bit more or less',
  'NVIDIA_BLOCK_LINEAR_2D \\(Tegra, kind 0': 'the older spelling of Tegra, by drm_fourcc.h',
  'SAND128_COL_HEIGHT\\(1536\\)': 'the vector has another column height',
}

const vectors = tilingVectors()

describe('linearise against other producers', () => {
  it.each(vectors)('undoes $id as they do', (vector) => {
    const { plane, buffers, linear } = tiledVector(vector)
    expect(Buffer.from(linearise(plane, buffers)).toString('hex')).toBe(linear)
  })

  it.each(layouts)('has a vector of $name, or a stated reason', ({ value, name }) => {
    const known = vectors.filter(({ modifier }) => BigInt(modifier) === value)
    const reasons = Object.keys(withoutVector).filter((pattern) => new RegExp(pattern).test(name))
    expect(known.length + reasons.length).toBeGreaterThan(0)
  })

  it('knows the bit-6 swizzle of the vectors only when it is asked for', () => {
    const swizzled = vectors.filter(({ bit6_swizzle }) => bit6_swizzle && bit6_swizzle !== 'none')
    expect(swizzled).toHaveLength(2)
    for (const vector of swizzled) {
      const { plane, buffers, linear } = tiledVector({ ...vector, bit6_swizzle: 'none' })
      expect(Buffer.from(linearise(plane, buffers)).toString('hex')).not.toBe(linear)
    }
  })
})

const tiled = pairs.filter(({ layout }) => layout.value !== 0n)

describe('byteOffset', () => {
  it.each(tiled)('agrees with the formulas of others for $code in $name', ({ code, layout }) => {
    const naive = naiveAddress(layout.value)
    if (!naive) throw new Error(`${layout.name} has no second opinion`)
    const random = new Random(7)
    for (let round = 0; round < 8; round += 1) {
      const { plane } = validPlane({
        fourcc: code,
        modifier: layout.value,
        width: 1 + random.below(round < 4 ? 300 : 2048),
        height: 1 + random.below(round < 4 ? 300 : 1536),
        padding: random.below(2) * 500,
      })
      for (const part of layoutOf(plane).memory) {
        const video = plane.memory.length > 1 && plane.fourcc === 'NV12'
        const shape = { bytes: part.bytes, stride: part.stride, height: part.height, video }
        for (let probe = 0; probe < 100; probe += 1) {
          const x = random.below(part.width * part.bytes)
          const y = random.below(part.height)
          const at = byteOffset(part.tiling, part.stride, part.grid, x, y)
          if (at !== naive(shape, x, y)) expect.fail(`${JSON.stringify(plane.memory)} ${x} ${y}`)
        }
      }
    }
  })

  it('stays exact at the far end of the largest plane', () => {
    const stride = 0x7fffffff - 511
    const tiling = modifierRow(X_TILED)?.tilings?.[4]
    const grid = tiling && tileGrid(tiling, stride, 16384)
    expect(byteOffset(tiling, stride, grid, stride - 1, 16383)).toBe(stride * 16384 - 1)
  })
})

describe('linearise', () => {
  it.each(pairs)('gives back what was tiled from $code into $name', ({ code, layout }) => {
    const naive = naiveAddress(layout.value)
    if (!naive) throw new Error(`${layout.name} has no second opinion`)
    const random = new Random(3)
    for (let round = 0; round < 3; round += 1) {
      const wish = {
        fourcc: code,
        modifier: layout.value,
        width: 1 + random.below(150),
        height: 1 + random.below(80),
        padding: random.below(2) * 700,
        offset: random.below(3) * 65536,
        bottomUp: random.below(2) === 1,
      }
      const { plane, buffers } = randomPlane(wish, round)
      const [target = new Uint8Array()] = buffers
      const truth: number[] = []
      for (const { bytes, width, height, stride, offset } of layoutOf(plane).memory) {
        const video = plane.memory.length > 1
        for (let y = 0; y < height; y += 1) {
          for (let x = 0; x < width * bytes; x += 1) {
            const byte = random.below(256)
            truth.push(byte)
            target[offset + naive({ bytes, stride, height, video }, x, y)] = byte
          }
        }
      }
      expect(Buffer.compare(linearise(plane, buffers), Uint8Array.from(truth))).toBe(0)
    }
  })
})
