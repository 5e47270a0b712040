// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { shrink } from '../../../main/capture/thumbnail.ts'

function picture(width: number, height: number, at: (x: number, y: number) => number) {
  const rgba = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rgba.set([at(x, y), x, y, 128], (y * width + x) * 4)
    }
  }
  return { width, height, rgba }
}

describe('a thumbnail', () => {
  it('is the picture itself when that fits', () => {
    const small = picture(4, 3, () => 7)
    expect(shrink(small, 4, 3)).toBe(small)
  })

  it.each([
    [1920, 1080, 256, 144],
    [1024, 768, 213, 160],
    [100, 4000, 4, 160],
    [4000, 1, 256, 1],
  ])('of %d × %d has %d × %d', (width, height, smallWidth, smallHeight) => {
    const small = shrink({ width, height, rgba: new Uint8Array(width * height * 4) })
    expect([small.width, small.height]).toEqual([smallWidth, smallHeight])
    expect(small.rgba).toHaveLength(smallWidth * smallHeight * 4)
  })

  it('has the mean of what each pixel stands for, and is opaque', () => {
    const small = shrink(
      picture(4, 2, (x, y) => (y === 0 ? x * 10 : 100)),
      2,
      1,
    )
    expect([...small.rgba]).toEqual([53, 1, 1, 255, 63, 3, 1, 255])
  })

  it('counts every pixel once', () => {
    // 7 columns into 3: 2, 2 and 3 of them.
    const small = shrink(
      picture(7, 1, (x) => (x === 6 ? 90 : 0)),
      3,
      1,
    )
    expect([small.rgba[0], small.rgba[4], small.rgba[8]]).toEqual([0, 0, 30])
  })
})
