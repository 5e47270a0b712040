// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { FileRing } from '../../../../main/source/file-ring.ts'

const FIRST = 4096

describe('FileRing', () => {
  it('gives no place that overlaps one of the last two, and none below the first', () => {
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return seed % below
    }
    const ring = new FileRing(FIRST)
    const last: { at: number; end: number }[] = []
    for (let round = 0; round < 5000; round += 1) {
      const bytes = 1 + random(round % 3 === 0 ? 9_000_000 : 70_000)
      const at = ring.place(bytes)
      expect(at).toBeGreaterThanOrEqual(FIRST)
      expect(last.some((one) => at < one.end && at + bytes > one.at)).toBe(false)
      last.push({ at, end: at + bytes })
      if (last.length > 2) last.shift()
    }
  })

  it('needs no more than three places for payloads of one size', () => {
    const ring = new FileRing(FIRST)
    const places = new Set(Array.from({ length: 1000 }, () => ring.place(8_294_400)))
    expect(places.size).toBe(3)
  })
})
