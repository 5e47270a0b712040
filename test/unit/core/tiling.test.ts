// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { checkPlane } from '../../../core/check-plane.ts'
import { linearise } from '../../../core/decode.ts'
import { fourccRow } from '../../../core/fourcc.ts'
import { modifierRow } from '../../../core/modifier.ts'
import { byteOffset } from '../../../core/tiling.ts'
import { randomPlane } from '../../fakes/planes.ts'
import { Random } from '../../fakes/random.ts'
import { bytesOfHex, tilingVectors } from '../../fakes/vectors.ts'

const X_TILED = 0x0100000000000001n
const Y_TILED = 0x0100000000000002n

// The sentences of drm_fourcc.h as arithmetic, for comparison with the masks.
const naive: Readonly<Record<string, (stride: number, x: number, y: number) => number>> = {
  [String(0n)]: (stride, x, y) => y * stride + x,
  [String(X_TILED)]: (stride, x, y) =>
    Math.floor(y / 8) * 8 * stride + Math.floor(x / 512) * 4096 + (y % 8) * 512 + (x % 512),
  [String(Y_TILED)]: (stride, x, y) =>
    Math.floor(y / 32) * 32 * stride +
    Math.floor(x / 128) * 4096 +
    Math.floor((x % 128) / 16) * 512 +
    (y % 32) * 16 +
    (x % 16),
}

describe('byteOffset', () => {
  it.each([0n, X_TILED, Y_TILED])('agrees with plain division for %s', (modifier) => {
    const tiling = modifierRow(modifier)?.tiling
    const expected = naive[String(modifier)]
    if (!expected) throw new Error('no arithmetic')
    const random = new Random(7)
    for (let round = 0; round < 20_000; round += 1) {
      const stride = (1 + random.below(200)) * 512
      const x = random.below(stride)
      const y = random.below(16384)
      expect(byteOffset(tiling, stride, x, y)).toBe(expected(stride, x, y))
    }
  })

  it('stays exact at the far end of the largest plane', () => {
    const stride = 0x7fffffff - 511
    const tiling = modifierRow(X_TILED)?.tiling
    const far = naive[String(X_TILED)]?.(stride, stride - 1, 16383)
    expect(byteOffset(tiling, stride, stride - 1, 16383)).toBe(far)
    expect(far).toBe(stride * 16384 - 1)
  })

  it.each([
    [X_TILED, 1024, 40],
    [Y_TILED, 384, 96],
  ])('reaches every byte of a plane of %s once', (modifier, stride, rows) => {
    const tiling = modifierRow(modifier)?.tiling
    const seen = new Uint8Array(stride * rows)
    for (let y = 0; y < rows; y += 1) {
      for (let x = 0; x < stride; x += 1) {
        const at = byteOffset(tiling, stride, x, y)
        seen[at] = (seen[at] ?? 0) + 1
      }
    }
    expect(seen.every((times) => times === 1)).toBe(true)
  })
})

describe('linearise', () => {
  const vectors = tilingVectors().filter(
    ({ modifier, bit6_swizzle }) =>
      [X_TILED, Y_TILED].includes(BigInt(modifier)) && bit6_swizzle === 'none',
  )

  it('has vectors of both tilings', () => {
    expect(vectors).toHaveLength(10)
  })

  it.each(vectors)('undoes $id as Mesa and IGT do', (vector) => {
    const memory = bytesOfHex(vector.memory_hex)
    const tiling = modifierRow(BigInt(vector.modifier))?.tiling
    // The address function serves formats that have no row yet, too.
    const rowBytes = vector.width * vector.cpp
    const linear = new Uint8Array(rowBytes * vector.height)
    for (let y = 0; y < vector.height; y += 1) {
      for (let x = 0; x < rowBytes; x += 1) {
        const at = vector.offset + byteOffset(tiling, vector.stride, x, y)
        linear[y * rowBytes + x] = memory[at] ?? 0
      }
    }
    expect(Buffer.from(linear).toString('hex')).toBe(vector.linear_hex)
  })

  it.each(vectors.filter(({ fourcc }) => fourccRow(fourcc)))(
    'decodes the plane of $id',
    (vector) => {
      const memory = bytesOfHex(vector.memory_hex)
      const { offset, stride, size, width, height, fourcc } = vector
      const claim = {
        kind: 'primary',
        fourcc,
        modifier: BigInt(vector.modifier),
        width,
        height,
        memory: [{ buffer: 0, offset, stride, size }],
        x: 0,
        y: 0,
        bottomUp: false,
      }
      const checked = checkPlane(claim, [{ size: memory.length }])
      if (!checked.ok) throw new Error(checked.failure.why)
      const linear = linearise(checked.value, [memory])
      expect(Buffer.from(linear).toString('hex')).toBe(vector.linear_hex)
    },
  )

  it.each([0n, X_TILED, Y_TILED])('gives back what was tiled into %s', (modifier) => {
    const random = new Random(3)
    for (let round = 0; round < 30; round += 1) {
      const fourcc = random.pick(['XR24', 'RG16', 'XB30'])
      const wish = {
        fourcc,
        modifier,
        width: 1 + random.below(300),
        height: 1 + random.below(80),
        padding: random.below(2) * 700,
        offset: random.below(3) * 4096,
        bottomUp: random.below(2) === 1,
      }
      const { plane, buffers } = randomPlane(wish, round)
      const memory = plane.memory[0]
      const address = naive[String(modifier)]
      if (!memory || !address) throw new Error('a valid plane has memory')
      const rowBytes = plane.width * (fourcc === 'RG16' ? 2 : 4)
      const truth = random.bytes(rowBytes * plane.height)
      for (const [at, byte] of truth.entries()) {
        const [x, y] = [at % rowBytes, Math.floor(at / rowBytes)]
        const target = buffers[0]
        if (target) target[memory.offset + address(memory.stride, x, y)] = byte
      }
      expect(linearise(plane, buffers)).toEqual(truth)
    }
  })
})
