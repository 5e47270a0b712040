// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { EDID_BYTES, edidOf, MAX_EDID_SIDE } from '../../../core/edid.ts'

/** What a guest's driver reads: written from the standard's layout, not from ours. */
function parse(block: Uint8Array) {
  const byte = (at: number) => block[at] ?? 0
  const maker = (byte(8) << 8) | byte(9)
  const letters = [10, 5, 0].map((shift) => String.fromCharCode(64 + ((maker >> shift) & 31)))
  const timing = (at: number) => {
    const width = byte(at + 2) | ((byte(at + 4) >> 4) << 8)
    const across = byte(at + 3) | ((byte(at + 4) & 15) << 8)
    const height = byte(at + 5) | ((byte(at + 7) >> 4) << 8)
    const down = byte(at + 6) | ((byte(at + 7) & 15) << 8)
    const clock = (byte(at) | (byte(at + 1) << 8)) * 10_000
    const high = byte(at + 11)
    const sync = {
      x: {
        front: byte(at + 8) | ((high >> 6) << 8),
        sync: byte(at + 9) | (((high >> 4) & 3) << 8),
      },
      y: {
        front: (byte(at + 10) >> 4) | (((high >> 2) & 3) << 4),
        sync: (byte(at + 10) & 15) | ((high & 3) << 4),
      },
    }
    const widthMm = byte(at + 12) | ((byte(at + 14) >> 4) << 8)
    const heightMm = byte(at + 13) | ((byte(at + 14) & 15) << 8)
    const hertz = clock / ((width + across) * (height + down))
    return { width, height, across, down, clock, hertz, sync, widthMm, heightMm }
  }
  const named = [54, 72, 90, 108].find(
    (at) => byte(at) + byte(at + 1) === 0 && byte(at + 3) === 252,
  )
  const name = String.fromCharCode(...block.subarray((named ?? 0) + 5, (named ?? 0) + 18))
  return {
    header: [...block.subarray(0, 8)],
    maker: letters.join(''),
    version: `${byte(18)}.${byte(19)}`,
    cm: [byte(21), byte(22)],
    extensions: byte(126),
    sum: block.reduce((sum, one) => (sum + one) & 0xff, 0),
    timing: timing(54),
    name: name.split('\n')[0],
  }
}

const sizes = [
  [1920, 1080],
  [1281, 721],
  [64, 64],
  [1, 1],
  [640, 4000],
  [3840, 2160],
  [MAX_EDID_SIDE, 2160],
] as const

describe('the EDID of a window', () => {
  it.each(sizes)('says %i × %i to the pixel, at 60 Hz', (width, height) => {
    const read = parse(edidOf({ width, height, widthMm: 345, heightMm: 194 }))
    expect(read).toMatchObject({
      header: [0, 255, 255, 255, 255, 255, 255, 0],
      version: '1.4',
      cm: [35, 19],
      extensions: 0,
      sum: 0,
      name: 'Scanout',
      timing: { width, height, widthMm: 345, heightMm: 194 },
    })
    const { hertz, across, down, sync } = read.timing
    // The clock counts in steps of 10 kHz, which is much for a tiny picture.
    const step = 10_000 / ((width + across) * (height + down))
    expect(hertz).toBeGreaterThan(60 - step)
    expect(hertz).toBeLessThanOrEqual(60)
    expect(sync.x.front + sync.x.sync).toBeLessThan(across)
    expect(sync.y.front + sync.y.sync).toBeLessThan(down)
  })

  it('gives the electron beam of old the time that CVT asks for', () => {
    const { height, down, hertz } = parse(
      edidOf({ width: 1920, height: 1080, widthMm: 0, heightMm: 0 }),
    ).timing
    expect((down / (height + down) / hertz) * 1e6).toBeGreaterThanOrEqual(460)
  })

  it('is slower where the clock ends', () => {
    const side = MAX_EDID_SIDE
    const { timing } = parse(edidOf({ width: side, height: side, widthMm: 0, heightMm: 0 }))
    expect(timing).toMatchObject({ width: side, height: side, clock: 655_350_000 })
    expect(timing.hertz).toBeGreaterThan(30)
  })

  it('leaves a size unknown that has no room', () => {
    const { cm, timing } = parse(edidOf({ width: 800, height: 600, widthMm: 5000, heightMm: 2000 }))
    expect(cm).toEqual([0, 200])
    expect([timing.widthMm, timing.heightMm]).toEqual([0, 2000])
  })

  it('has one block', () => {
    const block = edidOf({ width: 800, height: 600, widthMm: 0, heightMm: 0 })
    expect(block).toHaveLength(EDID_BYTES)
  })

  it.each([0, -1, 1.5, Number.NaN, MAX_EDID_SIDE + 1])('refuses a side of %d', (side) => {
    const rest = { widthMm: 0, heightMm: 0 }
    expect(() => edidOf({ width: side, height: 600, ...rest })).toThrow(RangeError)
    expect(() => edidOf({ width: 800, height: side, ...rest })).toThrow(RangeError)
  })
})
