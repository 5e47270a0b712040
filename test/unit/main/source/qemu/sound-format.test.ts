// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  type PcmFormat,
  PcmReader,
  sampleRows,
} from '../../../../../main/source/qemu/sound-format.ts'

const cd = { rate: 44100, channels: 2, isBigEndian: false }

/** Bytes of one sample of a format that means `value` of full scale, -1 to 1. */
function sampleOf({ bits, isSigned, isFloat, isBigEndian }: PcmFormat, value: number): number[] {
  const view = new DataView(new ArrayBuffer(bits / 8))
  if (isFloat) view.setFloat32(0, value, !isBigEndian)
  else {
    const full = 2 ** (bits - 1)
    const level = Math.min(Math.round(value * full), full - 1) + (isSigned ? 0 : full)
    if (bits === 8) view.setUint8(0, level)
    else if (bits === 16) view.setUint16(0, level, !isBigEndian)
    else view.setUint32(0, level, !isBigEndian)
  }
  return [...new Uint8Array(view.buffer)]
}

function samples(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / 2 }, (_, at) => view.getInt16(at * 2, true))
}

const formats = sampleRows.flatMap((row) =>
  [false, true].map((isBigEndian) => ({ ...cd, ...row, isBigEndian })),
)

describe('the sound of a guest', () => {
  it('is of each kind that QEMU knows, once', () => {
    const names = sampleRows.map(({ bits, isSigned, isFloat }) => `${bits} ${isSigned} ${isFloat}`)
    expect(new Set(names).size).toBe(names.length)
    // AudioFormat of qapi/audio.json: u8 s8 u16 s16 u32 s32 f32.
    expect(names).toHaveLength(7)
  })

  it.each(formats)(
    'becomes 16 bits: $bits bits, signed $isSigned, float $isFloat, big-endian $isBigEndian',
    (format) => {
      const levels = [0, 0.5, -0.5, 1, -1, 0.25]
      const bytes = Uint8Array.from(levels.flatMap((level) => sampleOf(format, level)))
      const heard = samples(new PcmReader(format).read(bytes))
      expect(heard).toHaveLength(levels.length)
      for (const [at, level] of levels.entries()) {
        const wanted = Math.min(level * 0x8000, 0x7fff)
        // Eight bits cannot say it more exactly.
        expect(Math.abs((heard[at] ?? 0) - wanted), `${level}`).toBeLessThanOrEqual(
          format.bits === 8 ? 256 : 1,
        )
      }
    },
  )

  it('keeps 16 bits with a sign as they are', () => {
    const format = { ...cd, bits: 16, isSigned: true, isFloat: false }
    const bytes = Uint8Array.from({ length: 4096 }, (_, at) => (at * 37) % 256)
    expect(new PcmReader(format).read(bytes)).toEqual(bytes)
  })

  it('is a copy: the bytes that came do not last', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4)
    const heard = new PcmReader({ ...cd, bits: 16, isSigned: true, isFloat: false }).read(bytes)
    bytes.fill(0)
    expect([...heard]).toEqual([1, 2, 3, 4])
  })

  it('reads from anywhere in a buffer', () => {
    const bytes = Uint8Array.of(9, 0x34, 0x12, 9).subarray(1, 3)
    const format = { ...cd, channels: 1, bits: 16, isSigned: true, isFloat: false }
    expect(samples(new PcmReader(format).read(bytes))).toEqual([0x1234])
  })

  it('cuts floats that are too loud, and silences those that are no numbers', () => {
    const format = { ...cd, channels: 1, bits: 32, isSigned: true, isFloat: true }
    const floats = new Float32Array([2, -7, Number.NaN, Number.POSITIVE_INFINITY])
    const heard = new PcmReader(format).read(new Uint8Array(floats.buffer))
    expect(samples(heard)).toEqual([0x7fff, -0x8000, 0, 0x7fff])
  })

  // biome-ignore format: one row per format
  const nonsense = [
    [{ bits: 24 }, '24 bits'],
    [{ bits: 0 }, '0 bits'],
    [{ bits: 16, isFloat: true }, '16 bits, floating'],
    [{ rate: 0 }, '0 samples per second'],
    [{ rate: 2 ** 32 - 1 }, 'samples per second'],
    [{ channels: 0 }, '0 channels'],
    [{ channels: 9 }, '9 channels'],
  ] as const
  it.each(nonsense)('is refused in words: %j', (wrong, words) => {
    const format = { ...cd, bits: 16, isSigned: true, isFloat: false, ...wrong }
    expect(() => new PcmReader(format)).toThrow(words)
  })

  it('is refused when it ends within a moment', () => {
    const reader = new PcmReader({ ...cd, bits: 16, isSigned: true, isFloat: false })
    expect(() => reader.read(new Uint8Array(6))).toThrow('6 bytes of samples, 4 at a time')
    expect(reader.read(new Uint8Array(0))).toHaveLength(0)
  })
})
