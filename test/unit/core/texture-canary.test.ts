// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { CANARY_SIDE, canaryBytes, canaryObjection } from '../../../core/texture-canary.ts'

const bytes = canaryBytes()
/** As RGBA, what each pixel is mapped to. */
const arrived = (change: (rgba: number[]) => readonly number[] = (rgba) => rgba) =>
  Uint8Array.from({ length: bytes.length / 4 }, (_, at) => at).reduce((all, _one, at) => {
    const [blue = 0, green = 0, red = 0, alpha = 0] = bytes.subarray(at * 4)
    all.set(change([red, green, blue, alpha]), at * 4)
    return all
  }, new Uint8Array(bytes.length))
const objection = (rgba: Uint8Array) => canaryObjection(CANARY_SIDE, CANARY_SIDE, rgba)

describe('the test picture', () => {
  it('is right when every byte is', () => {
    expect(objection(arrived())).toBe('')
  })

  it.each([
    ['exchanged channels', ([r, g, b, a]: number[]) => [b, g, r, a]],
    ['alpha that was made opaque', ([r, g, b]: number[]) => [r, g, b, 255]],
    [
      'colours that were multiplied',
      ([r = 0, g = 0, b = 0, a = 0]: number[]) => [r, g, b].map((c) => (c * a) / 255).concat(a),
    ],
    [
      'colours that were divided',
      ([r = 0, g = 0, b = 0, a = 0]: number[]) =>
        [r, g, b].map((c) => (a === 0 ? 0 : Math.min(255, (c * 255) / a))).concat(a),
    ],
    ['limited range', ([r = 0, g = 0, b = 0, a = 0]: number[]) => [r * 0.86 + 16, g, b, a]],
    ['nothing', () => [0, 0, 0, 0]],
  ] as [string, (rgba: number[]) => number[]][])('shows %s', (_what, change) => {
    expect(objection(arrived(change))).toMatch(/^\d+ of 4096 test pixels/)
  })

  it('shows rows in another order, and one wrong byte', () => {
    const rows = arrived()
    const turned = new Uint8Array(rows.length)
    for (let y = 0; y < CANARY_SIDE; y += 1) {
      const row = rows.subarray(y * CANARY_SIDE * 4, (y + 1) * CANARY_SIDE * 4)
      turned.set(row, (CANARY_SIDE - 1 - y) * CANARY_SIDE * 4)
    }
    expect(objection(turned)).not.toBe('')
    rows[1234] = (rows[1234] ?? 0) ^ 1
    expect(objection(rows)).toBe('1 of 4096 test pixels arrived as others')
  })

  it('of another size is none', () => {
    expect(canaryObjection(32, 64, new Uint8Array(32 * 64 * 4))).toContain('32 × 64')
  })
})
