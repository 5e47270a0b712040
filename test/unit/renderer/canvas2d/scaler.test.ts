// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { Scaler } from '../../../../renderer/compositor/canvas2d/scaler.ts'
import { makePixels, type Pixels } from '../../../../renderer/compositor/canvas2d/words.ts'

// biome-ignore format: one row per pair of sizes
const sizes = [
  { from: [7, 5],   to: [14, 10], smooth: false },
  { from: [7, 5],   to: [21, 5],  smooth: false },
  { from: [64, 48], to: [80, 60], smooth: true },
  { from: [64, 48], to: [65, 48], smooth: true },
  { from: [64, 48], to: [48, 36], smooth: true },
  { from: [64, 48], to: [20, 15], smooth: true },
  { from: [64, 48], to: [3, 2],   smooth: true },
  { from: [3, 2],   to: [64, 48], smooth: true },
  { from: [1, 1],   to: [9, 9],   smooth: true },
  { from: [200, 1], to: [13, 40], smooth: true },
] as const

function noise(width: number, height: number, seed: number): Pixels {
  const pixels = makePixels(width, height)
  let state = seed
  for (let at = 0; at < pixels.words.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    pixels.words[at] = 0xff00_0000 | (state >>> 8)
  }
  return pixels
}

const channel = (word: number, c: number) => (word >>> (c * 8)) & 0xff

/** The shader's rule, pixel by pixel in floating point (webgl/shader.ts, `smoothShader`). */
function shaded(source: Pixels, toWidth: number, toHeight: number, x: number, y: number): number[] {
  const axis = (device: number, from: number, to: number) => {
    const perDevice = from / to
    const enlarge = Math.max(1 / perDevice, 1)
    const flat = 0.5 - 0.5 / enlarge
    const taps = Math.min(4, Math.max(1, Math.ceil(from / to / 2)))
    return Array.from({ length: taps }, (_, tap) => {
      const at = (device + 0.5 + (tap + 0.5) / taps - 0.5) * perDevice
      const fromCenter = at - Math.floor(at) - 0.5
      const edge = (fromCenter - Math.max(-flat, Math.min(flat, fromCenter))) * enlarge + 0.5
      return Math.floor(at) + edge - 0.5
    })
  }
  const texel = (u: number, v: number, c: number) => {
    const column = Math.min(source.width - 1, Math.max(0, u))
    const row = Math.min(source.height - 1, Math.max(0, v))
    return channel(source.words[row * source.width + column] ?? 0, c)
  }
  const columns = axis(x, source.width, toWidth)
  const rows = axis(y, source.height, toHeight)
  return [0, 1, 2].map((c) => {
    let sum = 0
    for (const v of rows) {
      for (const u of columns) {
        const [left, top] = [Math.floor(u), Math.floor(v)]
        const [right, down] = [u - left, v - top]
        sum +=
          texel(left, top, c) * (1 - right) * (1 - down) +
          texel(left + 1, top, c) * right * (1 - down) +
          texel(left, top + 1, c) * (1 - right) * down +
          texel(left + 1, top + 1, c) * right * down
      }
    }
    return sum / columns.length / rows.length
  })
}

describe.each(sizes)('scaling $from to $to', ({ from, to, smooth }) => {
  const source = noise(from[0], from[1], 11)
  const make = () =>
    new Scaler({ width: from[0], height: from[1] }, { width: to[0], height: to[1] }, smooth)
  const whole = () => {
    const target = makePixels(to[0], to[1])
    make().scale(source, { x: 0, y: 0, width: to[0], height: to[1] }, target)
    return target
  }

  it('equals the rule within two steps, and nearest exactly', () => {
    const target = whole()
    let worst = 0
    for (let y = 0; y < to[1]; y += 1) {
      for (let x = 0; x < to[0]; x += 1) {
        const got = target.words[y * to[0] + x] ?? 0
        expect(got >>> 24).toBe(255)
        if (!smooth) {
          const [u, v] = [Math.floor((x * from[0]) / to[0]), Math.floor((y * from[1]) / to[1])]
          expect(got).toBe(source.words[v * from[0] + u])
          continue
        }
        const wanted = shaded(source, to[0], to[1], x, y)
        for (const c of [0, 1, 2]) {
          worst = Math.max(worst, Math.abs(channel(got, c) - (wanted[c] ?? 0)))
        }
      }
    }
    expect(worst).toBeLessThanOrEqual(2)
  })

  it('leaves a flat colour as it is', () => {
    const flat = makePixels(from[0], from[1])
    flat.words.fill(0xff33_80fe)
    const target = makePixels(to[0], to[1])
    make().scale(flat, { x: 0, y: 0, width: to[0], height: to[1] }, target)
    expect(new Set(target.words)).toEqual(new Set([0xff33_80fe]))
  })

  it('gives the same in parts', () => {
    const target = makePixels(to[0], to[1])
    const scaler = make()
    const [middle, half] = [Math.floor(to[0] / 2), Math.floor(to[1] / 2)]
    const parts = [
      { x: middle, y: half, width: to[0] - middle, height: to[1] - half },
      { x: 0, y: 0, width: to[0], height: half },
      { x: 0, y: half, width: middle, height: to[1] - half },
    ]
    for (const part of parts.filter(({ width, height }) => width * height > 0)) {
      scaler.scale(source, part, target)
    }
    expect(target.words).toEqual(whole().words)
  })
})
