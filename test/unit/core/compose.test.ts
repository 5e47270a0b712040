// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { compose, div255, type Layer, type Picture } from '../../../core/compose.ts'
import type { PlaneKind } from '../../../core/plane.ts'
import { validPlane } from '../../fakes/planes.ts'
import { Random } from '../../fakes/random.ts'

function layer(kind: PlaneKind, width: number, height: number, x = 0, y = 0, seed = 1): Layer {
  const { plane } = validPlane({ kind, fourcc: 'AR24', width, height, x, y })
  return { plane, rgba: new Random(seed).bytes(width * height * 4) }
}

function picture(layers: readonly Layer[]): Picture {
  const composed = compose(layers)
  if (!composed.ok) throw new Error(composed.failure.why)
  return composed.value
}

/** Pixel by pixel in floating point: every plane asks itself whether it covers the pixel. */
function naive(layers: readonly Layer[]): number[] {
  const base = layers.find(({ plane }) => plane.kind === 'primary')
  if (!base) throw new Error('no primary')
  const out: number[] = []
  for (let y = 0; y < base.plane.height; y += 1) {
    for (let x = 0; x < base.plane.width; x += 1) {
      let colour = [0, 1, 2].map((c) => base.rgba[(y * base.plane.width + x) * 4 + c] ?? 0)
      for (const kind of ['overlay', 'cursor']) {
        const top = layers.find(({ plane }) => plane.kind === kind)
        const [u, v] = [x - (top?.plane.x ?? 0), y - (top?.plane.y ?? 0)]
        if (!top || u < 0 || v < 0 || u >= top.plane.width || v >= top.plane.height) continue
        const at = (v * top.plane.width + u) * 4
        const alpha = top.rgba[at + 3] ?? 0
        colour = colour.map(
          (below, c) =>
            Math.min(top.rgba[at + c] ?? 0, alpha) + Math.round((below * (255 - alpha)) / 255),
        )
      }
      out.push(...colour, 255)
    }
  }
  return out
}

describe('div255', () => {
  it('rounds every product of two bytes as division does', () => {
    for (let t = 0; t <= 255 * 255; t += 1) {
      if (div255(t) !== Math.round(t / 255)) expect.fail(`${t}`)
    }
  })
})

describe('compose', () => {
  const positions = [
    ['inside', 3, 2],
    ['half out on the left', -4, 2],
    ['half out at the top', 3, -4],
    ['half out on the right', 16 - 4, 2],
    ['half out at the bottom', 3, 12 - 4],
    ['half out of the top left corner', -4, -4],
    ['half out of the bottom right corner', 16 - 4, 12 - 4],
    ['wholly out on the left', -8, 0],
    ['wholly out on the right', 16, 0],
    ['wholly out at the top', 0, -8],
    ['wholly out at the bottom', 0, 12],
    ['far out', -32768, 32768],
  ] as const

  it.each(positions)('draws a cursor %s as the naive composer does', (_where, x, y) => {
    const layers = [layer('primary', 16, 12, 0, 0, 1), layer('cursor', 8, 8, x, y, 2)]
    expect([...picture(layers).rgba]).toEqual(naive(layers))
  })

  it('agrees with the naive composer on random scenes', () => {
    const random = new Random(11)
    for (let round = 0; round < 200; round += 1) {
      const [w, h] = [1 + random.below(24), 1 + random.below(24)]
      const upper = (kind: PlaneKind) =>
        layer(
          kind,
          1 + random.below(32),
          1 + random.below(32),
          random.below(64) - 32,
          random.below(64) - 32,
          random.u32(),
        )
      const layers = [layer('primary', w, h, 0, 0, random.u32()), upper('overlay'), upper('cursor')]
      expect([...picture(layers).rgba]).toEqual(naive(layers))
    }
  })

  it('puts the cursor above the overlay in whatever order they come', () => {
    const layers = [
      layer('cursor', 4, 4, 0, 0, 1),
      layer('overlay', 4, 4, 0, 0, 2),
      layer('primary', 4, 4, 0, 0, 3),
    ]
    expect([...picture(layers).rgba]).toEqual(naive(layers))
  })

  it('has the size of the primary and ignores its position and alpha', () => {
    const primary = layer('primary', 7, 3, 5, 5)
    const { width, height, rgba } = picture([primary])
    expect([width, height]).toEqual([7, 3])
    for (const [at, byte] of rgba.entries()) {
      expect(byte).toBe(at % 4 === 3 ? 255 : primary.rgba[at])
    }
  })

  it('leaves what it is given untouched', () => {
    const layers = [layer('primary', 4, 4), layer('cursor', 4, 4)]
    const before = layers.map(({ rgba }) => [...rgba])
    picture(layers)
    expect(layers.map(({ rgba }) => [...rgba])).toEqual(before)
  })

  it('does not subtract the hotspot from the position', () => {
    const primary = layer('primary', 8, 8)
    const cursor = layer('cursor', 4, 4, 2, 2)
    const hot = { ...cursor, plane: { ...cursor.plane, hotspot: { x: 2, y: 2 } } }
    expect(picture([primary, hot]).rgba).toEqual(picture([primary, cursor]).rgba)
  })

  it('takes a colour above its alpha as equal to it', () => {
    const primary = { ...layer('primary', 1, 1), rgba: Uint8Array.of(100, 100, 100, 255) }
    const over = (rgba: Uint8Array) => picture([primary, { ...layer('cursor', 1, 1), rgba }]).rgba
    expect([...over(Uint8Array.of(255, 128, 0, 128))]).toEqual([178, 178, 50, 255])
    expect([...over(Uint8Array.of(255, 255, 255, 0))]).toEqual([100, 100, 100, 255])
  })

  it('says in words that there is no primary', () => {
    const composed = compose([layer('cursor', 4, 4)])
    expect(composed).toMatchObject({ ok: false, failure: { code: 'no-primary' } })
  })
})
