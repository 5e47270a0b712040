// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { downmix, downmixRows } from '../../../../renderer/sound/downmix.ts'
import { Mixer } from '../../../../renderer/sound/mixer.ts'

const RATE = 48000
const QUANTUM = 128
const constant = (seconds: number, value: number, rate = RATE) =>
  new Float32Array(Math.round(seconds * rate)).fill(value)
const sound = (stream: number, value: number, seconds = 0.1, rate = RATE, volume = 1) => {
  const wave = constant(seconds, value, rate)
  return { kind: 'sound', stream, rate, volume, left: wave, right: wave } as const
}

function pull(mixer: Mixer, seconds: number): Float32Array {
  const out = new Float32Array(Math.ceil((seconds * RATE) / QUANTUM) * QUANTUM)
  for (let at = 0; at < out.length; at += QUANTUM) {
    mixer.pull(out.subarray(at, at + QUANTUM), new Float32Array(QUANTUM))
  }
  return out
}

describe('several streams', () => {
  it('are heard together', () => {
    const mixer = new Mixer(RATE)
    mixer.hear(sound(1, 0.25))
    mixer.hear(sound(2, 0.5))
    const out = pull(mixer, 0.05)
    expect(out.at(-1)).toBeCloseTo(0.75, 5)
  })

  it('are cut where they are too loud together', () => {
    const mixer = new Mixer(RATE)
    for (const stream of [1, 2, 3]) mixer.hear(sound(stream, -0.5))
    expect(pull(mixer, 0.05).reduce((least, one) => Math.min(least, one), 0)).toBe(-1)
  })

  it('come at rates of their own, and one may change its rate without a click', () => {
    const mixer = new Mixer(RATE)
    let out = new Float32Array(0)
    for (const rate of [44100, 8000, 192_000, 44100]) {
      for (let round = 0; round < 20; round += 1) {
        mixer.hear(sound(1, 0.5, 0.02, rate))
        out = Float32Array.of(...out.slice(-1), ...pull(mixer, 0.02))
        for (let at = 1; at < out.length; at += 1) {
          expect(Math.abs((out[at] ?? 0) - (out[at - 1] ?? 0))).toBeLessThan(0.01)
        }
        expect(mixer.latency).toBeLessThanOrEqual(0.2)
      }
      expect(out.at(-1)).toBeCloseTo(0.5, 3)
    }
    expect(mixer.voices).toBe(1)
  })

  it('end and are forgotten once they have played out', () => {
    const mixer = new Mixer(RATE)
    mixer.hear(sound(1, 0.5))
    mixer.hear({ kind: 'end', stream: 1 })
    mixer.hear({ kind: 'end', stream: 7 })
    expect(mixer.voices).toBe(1)
    const out = pull(mixer, 0.2)
    expect(out.reduce((most, one) => Math.max(most, one), 0)).toBeCloseTo(0.5, 3)
    expect(mixer.voices).toBe(0)
    expect(mixer.faults).toEqual({ gaps: 0, cuts: 0 })
  })

  it('are as loud as the guest wants each, without a click', () => {
    const mixer = new Mixer(RATE)
    mixer.hear(sound(1, 0.8, 0.1, RATE, 0.5))
    expect(pull(mixer, 0.05).at(-1)).toBeCloseTo(0.4, 5)
    mixer.hear(sound(1, 0.8, 0.05, RATE, 0))
    const out = pull(mixer, 0.06)
    for (let at = 1; at < out.length; at += 1) {
      expect(Math.abs((out[at] ?? 0) - (out[at - 1] ?? 0))).toBeLessThan(0.06)
    }
    expect(out.at(-1)).toBe(0)
  })

  it('are as many as a guest has cards, while nobody pulls too', () => {
    const mixer = new Mixer(RATE)
    for (let stream = 0; stream < 1000; stream += 1) {
      mixer.hear(sound(stream, 0.1))
      mixer.hear({ kind: 'end', stream })
    }
    expect(mixer.voices).toBeLessThanOrEqual(32)
  })
})

describe('the way down to two channels', () => {
  it.each(downmixRows.map((row, at) => ({ ...row, channels: at + 1 })))(
    'has a weight for each of $channels channels, the same on both sides',
    ({ left, right, channels }) => {
      expect(left).toHaveLength(channels)
      expect(right).toHaveLength(channels)
      const total = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0)
      expect(total(left)).toBeCloseTo(total(right), 10)
      expect(left[0]).toBe(1)
    },
  )

  it('hears each channel where it is', () => {
    const bytes = new Uint8Array(new Int16Array([0x4000, 0, 0, -0x8000]).buffer)
    const stereo = downmix(bytes, 2)
    expect([...(stereo?.left ?? [])]).toEqual([0.5, 0])
    expect([...(stereo?.right ?? [])]).toEqual([0, -1])
    const mono = downmix(bytes, 1)
    expect([...(mono?.left ?? [])]).toEqual([0.5, 0, 0, -1])
    expect(mono?.right).toEqual(mono?.left)
  })

  it('reads from anywhere in a buffer, and leaves out what is no whole moment', () => {
    const stereo = downmix(Uint8Array.of(9, 0, 0x40, 0, 0xc0, 1).subarray(1), 2)
    expect([...(stereo?.left ?? [])]).toEqual([0.5])
    expect([...(stereo?.right ?? [])]).toEqual([-0.5])
  })

  it.each([0, 9, -1, 1.5, Number.NaN])('is none for %d channels', (channels) => {
    expect(downmix(new Uint8Array(16), channels)).toBeUndefined()
  })
})
