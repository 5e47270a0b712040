// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { encodePng } from '../../../main/capture/png.ts'
import { Random } from '../../fakes/random.ts'
import { readPng } from '../../fakes/read-png.ts'

function noise(width: number, height: number, alpha?: number): Uint8Array {
  const rgba = new Random(width * 31 + height).bytes(width * height * 4)
  if (alpha !== undefined) for (let at = 3; at < rgba.length; at += 4) rgba[at] = alpha
  return rgba
}

describe('encodePng', () => {
  it.each([
    [1, 1],
    [1, 9],
    [9, 1],
    [3, 5],
    [64, 64],
    [131, 37],
    [640, 480],
  ])('gives back every pixel of %d × %d, opaque and not', async (width, height) => {
    for (const alpha of [255, undefined]) {
      const rgba = noise(width, height, alpha)
      rgba[3] = alpha ?? 7
      const png = readPng(await encodePng(rgba, width, height))
      expect(png).toMatchObject({ width, height, bitDepth: 8 })
      expect(png.colourType).toBe(alpha === 255 ? 2 : 6)
      expect(Buffer.from(png.rgba).equals(rgba)).toBe(true)
    }
  })

  it('subtracts every pair of bytes as one byte would', async () => {
    // Two rows that hold every combination of a byte and the byte above it, in all four channels.
    const [width, height] = [65536, 2]
    const rgba = new Uint8Array(width * height * 4)
    for (let pair = 0; pair < width; pair += 1) {
      rgba.fill(pair >> 8, pair * 4, pair * 4 + 4)
      rgba.fill(pair & 255, (width + pair) * 4, (width + pair) * 4 + 4)
    }
    const png = readPng(await encodePng(rgba, width, height))
    expect(Buffer.from(png.rgba).equals(rgba)).toBe(true)
  })

  it('notices one transparent pixel at the very end', async () => {
    const rgba = noise(8, 8, 255)
    rgba[rgba.length - 1] = 254
    expect(readPng(await encodePng(rgba, 8, 8)).colourType).toBe(6)
  })

  it('reads pixels at any place of a larger buffer', async () => {
    const large = noise(8, 9, 255)
    for (const start of [0, 1, 2, 3]) {
      const rgba = large.subarray(start, start + 8 * 8 * 4)
      const png = readPng(await encodePng(rgba, 8, 8))
      expect(Buffer.from(png.rgba).equals(rgba)).toBe(true)
    }
  })

  it('keeps equal rows small', async () => {
    const row = noise(512, 1, 255)
    const rgba = new Uint8Array(512 * 512 * 4)
    for (let y = 0; y < 512; y += 1) rgba.set(row, y * 512 * 4)
    const png = await encodePng(rgba, 512, 512)
    expect(Buffer.from(readPng(png).rgba).equals(rgba)).toBe(true)
    expect(png.length).toBeLessThan(8000)
  })

  it('writes text as Latin-1 where that can hold it and as UTF-8 elsewhere', async () => {
    const text = { Software: 'Scanout', Title: 'Größe', Comment: '仮想マシン', Author: 'a\0b' }
    const png = readPng(await encodePng(noise(2, 2), 2, 2, text))
    expect(png.text).toEqual({ ...text, Author: 'ab' })
    expect(png.chunks).toEqual(['IHDR', 'tEXt', 'tEXt', 'iTXt', 'tEXt', 'IDAT', 'IEND'])
  })

  it.each(['', ' x', 'x ', 'x'.repeat(80), 'naïve\n', '名'])(
    'refuses the keyword %j',
    async (key) => {
      await expect(encodePng(noise(1, 1), 1, 1, { [key]: '' })).rejects.toThrow(RangeError)
    },
  )

  it.each([
    [0, 1],
    [1, 0],
    [2, 2],
    [-1, -1],
    [Number.NaN, 1],
  ])('refuses 4 bytes as %d × %d', async (width, height) => {
    await expect(encodePng(noise(1, 1), width, height)).rejects.toThrow(RangeError)
  })
})
