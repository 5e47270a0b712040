// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { StatsFacts } from '../../../../core/inspection.ts'
import { FrameMeter } from '../../../../renderer/inspector/frame-meter.ts'
import { binEnds, Samples } from '../../../../renderer/inspector/samples.ts'

const facts = (change: Partial<StatsFacts> = {}): StatsFacts => ({
  spanMs: 1000,
  frames: 0,
  bytes: 0,
  samples: [],
  cpu: null,
  ...change,
})

describe('samples', () => {
  it('are spread over bins, with their median and their 95th percentile', () => {
    const samples = new Samples(100)
    expect(samples.spread()).toBeUndefined()
    for (let ms = 1; ms <= 100; ms += 1) samples.add(ms)
    expect(samples.spread()).toEqual({
      count: 100,
      p50: 51,
      p95: 96,
      bins: [0, 0, 1, 1, 2, 4, 8, 17, 33, 34],
    })
  })

  it('keep the newest', () => {
    const samples = new Samples(10)
    for (let at = 0; at < 1000; at += 1) samples.add(at < 990 ? 1000 : 1)
    expect(samples.spread()).toMatchObject({ count: 10, p50: 1, p95: 1 })
    samples.clear()
    expect(samples.spread()).toBeUndefined()
  })

  it.each(binEnds.map((end, at) => ({ end, at })))('put $end ms into bin $at', ({ end, at }) => {
    const samples = new Samples(2)
    samples.add(end)
    samples.add(end + 0.01)
    const { bins } = samples.spread() ?? { bins: [] }
    expect([bins[at], bins[at + 1]]).toEqual([1, 1])
  })
})

describe('the stages of a frame', () => {
  it('add up to what main measured', () => {
    const meter = new FrameMeter()
    meter.taken(1, 100)
    meter.drawn(1, 108, 9, 1)
    const samples = [{ seq: 1, sourceMs: 2, roundMs: 12 }]
    const { stages, latency } = meter.second(facts({ samples }))
    expect(stages.source?.p50).toBe(2)
    expect(stages.upload?.p50).toBe(1)
    expect(stages.present?.p50).toBe(8)
    expect(stages.session?.p50).toBe(3)
    expect(latency?.p50).toBe(14)
  })

  it('are taken from the presenter where it draws at once', () => {
    const meter = new FrameMeter()
    meter.drawn(1, 100, 5, 2)
    meter.taken(1, 101)
    const { stages, dropped } = meter.second(
      facts({ samples: [{ seq: 1, sourceMs: 1, roundMs: 7 }] }),
    )
    expect([stages.upload?.p50, stages.present?.p50, stages.session?.p50]).toEqual([2, 3, 2])
    meter.taken(2, 110)
    expect(dropped).toBe(0)
    expect(meter.second(facts()).dropped).toBe(0)
  })

  it('are never negative, whatever the clocks say', () => {
    const meter = new FrameMeter()
    meter.taken(1, 100)
    meter.drawn(1, 90, 1, 4)
    const { stages } = meter.second(facts({ samples: [{ seq: 1, sourceMs: 0, roundMs: 1 }] }))
    expect([stages.present?.p50, stages.session?.p50]).toEqual([0, 0])
  })

  it('leave out frames of which only one side knows', () => {
    const meter = new FrameMeter()
    meter.taken(5, 0)
    meter.drawn(5, 1, 1, 0)
    const { latency } = meter.second(facts({ samples: [{ seq: 4, sourceMs: 1, roundMs: 1 }] }))
    expect(latency).toBeUndefined()
    expect(
      meter.second(facts({ samples: [{ seq: 5, sourceMs: 1, roundMs: 1 }] })).latency?.count,
    ).toBe(1)
  })
})

describe('a second of frames', () => {
  it('has rates for its real length, and counts frames that were overtaken', () => {
    const meter = new FrameMeter()
    for (let seq = 1; seq <= 30; seq += 1) {
      meter.taken(seq, seq)
      if (seq % 3 !== 0) meter.drawn(seq, seq + 1, 1, 0)
    }
    const { presented, updates, dropped, bytesPerSecond } = meter.second(
      facts({ spanMs: 500, frames: 30, bytes: 1500 }),
    )
    // The last one is still under way.
    expect({ presented, updates, dropped, bytesPerSecond }).toEqual({
      presented: 40,
      updates: 60,
      dropped: 9,
      bytesPerSecond: 3000,
    })
    expect(meter.second(facts())).toMatchObject({ presented: 0, dropped: 0 })
    expect(meter.second(facts({ spanMs: 0, frames: 5 }))).toMatchObject({ updates: 0 })
  })

  it('remembers a bounded number of frames that main never speaks of', () => {
    const meter = new FrameMeter()
    for (let seq = 1; seq <= 5000; seq += 1) {
      meter.taken(seq, seq)
      meter.drawn(seq, seq, 1, 0)
    }
    expect(meter.waiting).toBe(512)
  })
})
