// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { FlipDifferences } from '../../../renderer/compositor/flip-differences.ts'

const bar = { x: 64, y: 0, width: 64, height: 480 }
const cell = { x: 0, y: 64, width: 64, height: 64 }

describe('differences of buffers', () => {
  it('are unknown until somebody compared them', () => {
    const flips = new FlipDifferences()
    flips.add(1, [bar])
    expect(flips.between(1, 2)).toBeUndefined()
    flips.learn(1, 2, [])
    expect(flips.between(1, 3)).toBeUndefined()
  })

  it('are the same both ways', () => {
    const flips = new FlipDifferences()
    flips.learn(1, 2, [bar])
    expect(flips.between(1, 2)).toEqual([bar])
    expect(flips.between(2, 1)).toEqual([bar])
  })

  it('grow by what is drawn into either, and shrink when they are compared again', () => {
    const flips = new FlipDifferences()
    flips.learn(1, 2, [])
    flips.add(1, [bar])
    flips.add(2, [cell])
    flips.add(3, [{ x: 0, y: 0, width: 640, height: 480 }])
    expect(flips.between(2, 1)).toEqual([bar, cell])
    flips.learn(2, 1, [cell])
    expect(flips.between(1, 2)).toEqual([cell])
  })

  it('are forgotten with a buffer, whose number may name other pixels', () => {
    const flips = new FlipDifferences()
    for (const [one, other] of [
      [1, 2],
      [2, 3],
      [3, 1],
    ] as const)
      flips.learn(one, other, [])
    flips.forget(2)
    expect(flips.between(1, 2)).toBeUndefined()
    expect(flips.between(3, 2)).toBeUndefined()
    expect(flips.between(1, 3)).toEqual([])
    flips.clear()
    expect(flips.between(1, 3)).toBeUndefined()
  })
})
