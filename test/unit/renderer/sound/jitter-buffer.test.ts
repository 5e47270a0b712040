// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { JitterBuffer, LIMIT, TARGET } from '../../../../renderer/sound/jitter-buffer.ts'
import { Random } from '../../../fakes/random.ts'

/** What Web Audio pulls at once. */
const QUANTUM = 128
const TONE = 440
const AMPLITUDE = 0.8

type Play = {
  readonly rate?: number
  readonly outRate?: number
  /** The guest's clock runs so much faster, parts of one. */
  readonly drift?: number
  readonly seconds?: number
  /** Frames of each push. */
  readonly piece?: number
  /** Seconds that a push is late, by its time. */
  readonly late?: (seconds: number) => number
  /** True while the guest plays nothing. */
  readonly isStill?: (seconds: number) => boolean
  readonly buffer?: JitterBuffer
}

type Heard = {
  readonly buffer: JitterBuffer
  readonly out: Float32Array
  readonly outRate: number
  readonly mostLatency: number
  readonly latencies: readonly number[]
}

/** A tone goes in by one clock and comes out by another. */
function play(wish: Play): Heard {
  const { rate = 44100, outRate = 48000, drift = 0, seconds = 10, piece = 1024 } = wish
  const buffer = wish.buffer ?? new JitterBuffer(rate, outRate)
  const pushes: { at: number; from: number }[] = []
  const real = rate * (1 + drift)
  for (let from = 0; (from + piece) / real < seconds; from += piece) {
    const due = (from + piece) / real
    if (wish.isStill?.(due)) continue
    const before = pushes.at(-1)?.at ?? 0
    // They stay in order: a push that is late delays those behind it.
    pushes.push({ at: Math.max(before, due + (wish.late?.(due) ?? 0)), from })
  }
  const out = new Float32Array(Math.floor((seconds * outRate) / QUANTUM) * QUANTUM)
  const latencies: number[] = []
  let mostLatency = 0
  let next = 0
  for (let at = 0; at < out.length; at += QUANTUM) {
    for (; (pushes[next]?.at ?? Number.POSITIVE_INFINITY) <= at / outRate; next += 1) {
      const from = pushes[next]?.from ?? 0
      const wave = Float32Array.from(
        { length: piece },
        (_, index) => AMPLITUDE * Math.sin((2 * Math.PI * TONE * (from + index)) / rate),
      )
      buffer.push(wave, wave)
      mostLatency = Math.max(mostLatency, buffer.latency)
    }
    const left = out.subarray(at, at + QUANTUM)
    buffer.pull(left, new Float32Array(QUANTUM))
    latencies.push(buffer.latency)
  }
  return { buffer, out, outRate, mostLatency, latencies }
}

/** The steepest step from sample to sample: a tone, blended in and out, has none steeper. */
function steepest(out: Float32Array): number {
  let most = 0
  for (let at = 1; at < out.length; at += 1) {
    most = Math.max(most, Math.abs((out[at] ?? 0) - (out[at - 1] ?? 0)))
  }
  return most
}

/** A blend of two places of the tone over 5 ms changes by no more than both and their distance. */
const smooth = (outRate: number) =>
  AMPLITUDE * ((2 * Math.PI * TONE * 1.02) / outRate + 2 / (0.005 * outRate)) * 1.05

/** Seconds of silence, longer than a wave passes through zero. */
function silence(out: Float32Array, outRate: number): number {
  let still = 0
  let run = 0
  for (const sample of out) {
    if (Math.abs(sample) < 1e-4) run += 1
    else {
      if (run > 8) still += run
      run = 0
    }
  }
  return (still + run) / outRate
}

const loudest = (out: Float32Array) => out.reduce((most, one) => Math.max(most, Math.abs(one)), 0)

function frequency(out: Float32Array, outRate: number): number {
  let rises = 0
  for (let at = 1; at < out.length; at += 1) {
    if ((out[at - 1] ?? 0) < 0 && (out[at] ?? 0) >= 0) rises += 1
  }
  return (rises / out.length) * outRate
}

const last = <T>(list: readonly T[], part: number) => list.slice(-Math.floor(list.length * part))
const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length

// Minutes of sound are computed, which a busy host takes its time for.
describe('sound between two clocks', { timeout: 60_000 }, () => {
  // biome-ignore format: one row per road
  const roads: readonly (Play & { readonly name: string; readonly gaps?: number; readonly cuts?: number })[] = [
    { name: 'an even road' },
    { name: 'the same rate on both sides', rate: 48000 },
    { name: 'the lowest rate', rate: 8000, piece: 186 },
    { name: 'the highest rate', rate: 192_000, piece: 4096 },
    { name: 'a device of another rate', rate: 48000, outRate: 44100 },
    { name: 'QEMU 10: 480 frames at a time', rate: 48000, piece: 480 },
    { name: 'a guest that is 0.5 % fast', drift: 0.005, seconds: 120 },
    { name: 'a guest that is 0.5 % slow', drift: -0.005, seconds: 120 },
    { name: 'jitter of 20 ms', late: jitter(1, 0.02), seconds: 60 },
    { name: 'jitter of 20 ms and 0.5 % fast', late: jitter(2, 0.02), drift: 0.005, seconds: 120 },
    { name: 'jitter of 20 ms and 0.5 % slow', late: jitter(3, 0.02), drift: -0.005, seconds: 120 },
    { name: 'jitter of 60 ms', late: jitter(4, 0.06), seconds: 120, gaps: 3 },
    { name: 'bursts of 70 ms', piece: 3087, seconds: 60, gaps: 3 },
    { name: 'a hiccup of 150 ms', late: hiccup(5, 0.15), gaps: 1, cuts: 1 },
    { name: 'a hiccup of a second every five', late: (at) => (at % 5 < 1 ? 1 - (at % 5) : 0), seconds: 60, gaps: 12, cuts: 12 },
    { name: 'a stall of 60 s', late: hiccup(5, 60), seconds: 90, gaps: 1, cuts: 1 },
  ]

  it.each(roads)('$name: late by less than 200 ms, and never a click', (road) => {
    const { buffer, out, outRate, mostLatency } = play(road)
    expect(mostLatency).toBeLessThanOrEqual(0.2)
    expect(steepest(out)).toBeLessThan(smooth(outRate))
    expect(buffer.faults.gaps).toBeLessThanOrEqual(road.gaps ?? 0)
    expect(buffer.faults.cuts).toBeLessThanOrEqual(road.cuts ?? 0)
    expect(loudest(out)).toBeGreaterThan(AMPLITUDE * 0.99)
    expect(loudest(out)).toBeLessThan(AMPLITUDE * 1.02)
  })

  it('plays the tone that was played', () => {
    for (const [rate, outRate] of [
      [44100, 48000],
      [48000, 44100],
      [22050, 48000],
      [8000, 48000],
    ]) {
      const { out } = play({ rate, outRate, seconds: 20, piece: 512 } as Play)
      expect(frequency(out.subarray(out.length / 2), outRate ?? 0)).toBeCloseTo(TONE, -0.5)
    }
  })

  it('begins when about 60 ms are there, and stays there', () => {
    const { out, outRate, latencies } = play({ seconds: 30 })
    const start = out.findIndex((sample) => sample !== 0) / outRate
    expect(start).toBeGreaterThanOrEqual(TARGET)
    expect(start).toBeLessThan(TARGET + 0.03)
    expect(mean(last(latencies, 0.5))).toBeCloseTo(TARGET, 1.5)
  })

  it.each([0.005, -0.005])('does not run away with a drift of %f', (drift) => {
    const { latencies } = play({ drift, seconds: 120 })
    const early = mean(latencies.slice(latencies.length / 10, latencies.length / 5))
    const late = mean(last(latencies, 0.1))
    expect(Math.abs(late - early)).toBeLessThan(0.002)
    expect(late).toBeGreaterThan(0.02)
    expect(late).toBeLessThan(0.1)
  })

  it('is silent while nothing comes, and as near as before afterwards', () => {
    const { buffer, out, outRate, latencies } = play({
      seconds: 90,
      isStill: (at) => at > 10 && at < 70,
    })
    expect(buffer.faults).toEqual({ gaps: 1, cuts: 0 })
    const still = silence(out, outRate)
    expect(still).toBeGreaterThan(59)
    expect(still).toBeLessThan(60.5)
    expect(mean(last(latencies, 0.1))).toBeLessThan(0.1)
    expect(steepest(out)).toBeLessThan(smooth(outRate))
  })

  it('keeps back more where the road keeps hesitating, and less when it has calmed', () => {
    const rough = jitter(9, 0.1)
    const first = play({ late: (at) => (at < 60 ? rough(at) : 0), seconds: 180 })
    const second = play({ late: rough, seconds: 60 })
    expect(second.buffer.faults.gaps).toBeLessThanOrEqual(4)
    expect(first.buffer.faults.gaps).toBeLessThanOrEqual(4)
    expect(mean(last(second.latencies, 0.3))).toBeGreaterThan(TARGET + 0.005)
    expect(mean(last(first.latencies, 0.1))).toBeLessThan(TARGET + 0.025)
  })

  it('plays a beep that is shorter than what it keeps back', () => {
    const buffer = new JitterBuffer(48000, 48000)
    const beep = Float32Array.from({ length: 960 }, (_, at) => 0.5 * Math.sin(at / 5))
    buffer.push(beep, beep)
    const out = new Float32Array(48000 - (48000 % QUANTUM))
    for (let at = 0; at < out.length; at += QUANTUM) {
      buffer.pull(out.subarray(at, at + QUANTUM), new Float32Array(QUANTUM))
    }
    expect(loudest(out)).toBeGreaterThan(0.4)
    expect(out.findIndex((sample) => sample !== 0) / 48000).toBeLessThan(0.1)
    expect(out.at(-1)).toBe(0)
  })

  it('plays out what is left when it is ended, and is done then', () => {
    const buffer = new JitterBuffer(48000, 48000)
    buffer.push(new Float32Array(960).fill(0.5), new Float32Array(960).fill(-0.5))
    expect(buffer.isDone).toBe(false)
    buffer.end()
    let heard = 0
    for (let round = 0; round < 20; round += 1) {
      const [left, right] = [new Float32Array(QUANTUM), new Float32Array(QUANTUM)]
      buffer.pull(left, right)
      heard += left.filter((sample) => sample > 0.1).length
      expect(right.every((sample, at) => sample === -(left[at] ?? 0))).toBe(true)
    }
    expect(heard).toBeGreaterThan(400)
    expect(buffer.isDone).toBe(true)
    expect(buffer.faults.gaps).toBe(0)
  })

  it('does not grow while nobody pulls', () => {
    const buffer = new JitterBuffer(44100, 48000)
    for (let second = 0; second < 3600; second += 1) {
      buffer.push(new Float32Array(44100), new Float32Array(44100))
      expect(buffer.latency).toBeLessThanOrEqual(LIMIT)
    }
  })

  it('takes pushes of any length', () => {
    const random = new Random(3)
    const buffer = new JitterBuffer(48000, 44100)
    for (let round = 0; round < 5000; round += 1) {
      const wave = new Float32Array(random.pick([0, 1, 2, 3, 127, 480, 9000, 100_000])).fill(0.5)
      buffer.push(wave, wave)
      expect(buffer.latency).toBeLessThanOrEqual(0.2)
      const pulls = random.pick([0, 1, 1, 2, 40])
      for (let pull = 0; pull < pulls; pull += 1) {
        const out = new Float32Array(QUANTUM)
        buffer.pull(out, new Float32Array(QUANTUM))
        expect(out.every((sample) => sample >= -1e-6 && sample <= 0.5 + 1e-6)).toBe(true)
      }
    }
  })
})

/** Each push late by up to so much. */
function jitter(seed: number, most: number): (at: number) => number {
  const random = new Random(seed)
  return () => (random.below(1001) / 1000) * most
}

/** Nothing comes for a while; then all at once. */
function hiccup(start: number, lasts: number): (at: number) => number {
  return (at) => (at >= start && at < start + lasts ? start + lasts - at : 0)
}
