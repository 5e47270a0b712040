// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { LimitedYuv } from '../../../../renderer/recording/limited-yuv.ts'

/** A picture of one colour, rows longer than they need to be. */
function plain(format: 'BGRX' | 'RGBX', [red, green, blue]: readonly number[]) {
  const stride = 40
  const bytes = new Uint8Array(stride * 4)
  for (let y = 0; y < 4; y += 1) {
    for (let x = 0; x < 8; x += 1) {
      const colour = format === 'RGBX' ? [red, green, blue] : [blue, green, red]
      bytes.set([...colour.map((one) => one ?? 0), 0], y * stride + x * 4)
    }
  }
  return { format, bytes, stride, width: 8, height: 4 } as const
}

// ITU-R BT.601-7, table 3: the levels of colour bars with 8 bits, 100 %.
it.each([
  ['white', [255, 255, 255], [235, 128, 128]],
  ['yellow', [255, 255, 0], [210, 16, 146]],
  ['cyan', [0, 255, 255], [170, 166, 16]],
  ['green', [0, 255, 0], [145, 54, 34]],
  ['magenta', [255, 0, 255], [106, 202, 222]],
  ['red', [255, 0, 0], [81, 90, 240]],
  ['blue', [0, 0, 255], [41, 240, 110]],
  ['black', [0, 0, 0], [16, 128, 128]],
])('%s is what the standard says', (_name, rgb, levels) => {
  for (const format of ['BGRX', 'RGBX'] as const) {
    const yuv = new LimitedYuv({ width: 8, height: 4 })
    yuv.convert(plain(format, rgb))
    const planes = [yuv.bytes.subarray(0, 32), yuv.bytes.subarray(32, 40), yuv.bytes.subarray(40)]
    for (const [at, plane] of planes.entries()) {
      expect(new Set(plane).size).toBe(1)
      expect(Math.abs((plane[0] ?? 0) - (levels[at] ?? 0))).toBeLessThanOrEqual(1)
    }
  }
})

it('mixes the colours of four pixels, and keeps the light of each', () => {
  const pixels = plain('RGBX', [0, 0, 0])
  pixels.bytes.set([255, 255, 255], 0)
  const yuv = new LimitedYuv({ width: 8, height: 4 })
  yuv.convert(pixels)
  expect([...yuv.bytes.subarray(0, 3)]).toEqual([235, 16, 16])
  expect([yuv.bytes[32], yuv.bytes[40]]).toEqual([128, 128])
})

it('refuses a picture of another size', () => {
  const yuv = new LimitedYuv({ width: 16, height: 4 })
  expect(() => yuv.convert(plain('RGBX', [0, 0, 0]))).toThrow(RangeError)
})
