// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { cropOffset, layoutOf } from '../../../core/plane-layout.ts'
import { byteOffset, tileBytes } from '../../../core/tiling.ts'
import { pairs } from '../../fakes/pairs.ts'
import { validPlane } from '../../fakes/planes.ts'
import { Random } from '../../fakes/random.ts'

// Where a part begins, every address of it is that of the whole.

describe('a part of a buffer', () => {
  it.each(pairs)('of $code in $name begins where its pixels do, or nowhere', ({ code, layout }) => {
    const random = new Random(code.charCodeAt(0))
    const { plane } = validPlane({ fourcc: code, modifier: layout.value, width: 600, height: 300 })
    const { format, memory } = layoutOf(plane)
    let begun = 0
    for (let round = 0; round < 200; round += 1) {
      const [x, y] = [
        random.below(5) * 2 ** random.below(8),
        random.below(5) * 2 ** random.below(7),
      ]
      for (const [at, { tiling, stride, grid, bytes }] of memory.entries()) {
        const { across, down } = format.planes[at] ?? { across: 1, down: 1 }
        const offset = cropOffset(code, layout.value, at, stride, x, y)
        if (x === 0 && y === 0) expect(offset).toBe(0)
        const isCut = x % across !== 0 || y % down !== 0
        if (isCut) expect(offset).toBeNaN()
        if (Number.isNaN(offset)) continue
        begun += x + y > 0 ? 1 : 0
        if (tiling) expect(offset % tileBytes(tiling)).toBe(0)
        for (let pixel = 0; pixel < 20; pixel += 1) {
          const [column, row] = [random.below(9), random.below(9)]
          const whole = byteOffset(
            tiling,
            stride,
            grid,
            (x / across + column) * bytes,
            y / down + row,
          )
          const part = byteOffset(tiling, stride, grid, column * bytes, row)
          expect(offset + part).toBe(whole)
        }
      }
    }
    const isPlain = memory.every(({ tiling }) => !tiling || tiling.order === 'rows')
    const isFree = isPlain && !layout.name.includes('AMD')
    if (isFree) expect(begun).toBeGreaterThan(0)
  })
})
