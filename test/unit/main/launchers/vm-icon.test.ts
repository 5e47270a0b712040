// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { drawVmIcon, iconSizes } from '../../../../main/launchers/vm-icon.ts'

/** A picture of one colour. */
function plain(width: number, height: number, colour: readonly number[]) {
  const rgba = new Uint8Array(width * height * 4)
  for (let at = 0; at < rgba.length; at += 4) rgba.set([...colour, 255], at)
  return { width, height, rgba }
}

describe("a VM's icon", () => {
  it.each(iconSizes)(
    'of %d pixels shows the picture, the badge, and nothing in its corners',
    (size) => {
      const { rgba, width, height } = drawVmIcon(plain(160, 100, [200, 100, 50]), size)
      expect([width, height, rgba.length]).toEqual([size, size, size * size * 4])
      const at = (x: number, y: number) => {
        const from = (Math.floor((y / 256) * size) * size + Math.floor((x / 256) * size)) * 4
        return [...rgba.subarray(from, from + 4)]
      }
      expect(at(90, 100)).toEqual([200, 100, 50, 255])
      expect(at(180, 215)).toEqual([246, 248, 251, 255])
      expect(at(11, 100)).toEqual([28, 43, 61, 255])
      for (const [x, y] of [
        [1, 1],
        [254, 1],
        [1, 254],
      ] as const) {
        expect(at(x, y)[3]).toBe(0)
      }
    },
  )

  it.each([
    [1, 1],
    [4096, 16],
    [3, 4000],
    [640, 480],
  ])('takes a picture of %d × %d, with black around what does not fill the screen', (w, h) => {
    const { rgba } = drawVmIcon(plain(w, h, [0, 255, 0]), 64)
    let [green, strange] = [0, 0]
    for (let at = 0; at < rgba.length; at += 4) {
      if (rgba[at + 1] === 255 && rgba[at] === 0) green += 1
      if ((rgba[at + 3] ?? 0) > 0 && rgba[at + 3] !== 255 && (rgba[at] ?? 0) > 250) strange += 1
    }
    expect(green).toBeGreaterThan(0)
    expect(strange).toBe(0)
  })
})
