// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { InspectFacts, StatsFacts } from '../../../../core/inspection.ts'
import { INSPECT_MS, Inspection, STATS_MS } from '../../../../main/inspector/inspection.ts'
import type { SourceDescription } from '../../../../main/source/source.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'
import { validPlane } from '../../../fakes/planes.ts'
import { emptyFrame, FakeSourceHandle } from '../../../fakes/source-handle.ts'

let clock: ManualClock
let sources: (InspectFacts | null)[]
let stats: StatsFacts[]
let reads: number
let inspection: Inspection

/** Lets answers that were asked for arrive. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
const advance = async (ms: number) => {
  clock.advance(ms)
  await settle()
}

class DescribedHandle extends FakeSourceHandle {
  asked = 0
  listeners = 0

  override on: FakeSourceHandle['on'] = (name, listener) => {
    this.listeners += 1
    const undo = super.on(name, listener)
    return () => {
      this.listeners -= 1
      undo()
    }
  }

  override async describe(): Promise<SourceDescription> {
    this.asked += 1
    const { plane } = validPlane()
    return {
      info: this.info,
      statuses: [{ kind: 'primary', state: 'shown', plane, identity: 'dmabuf 7' }],
      surfaces: [{ identity: 'dmabuf 7', plane, bytes: 4096 }],
      refreshes: this.asked,
      frames: 3,
      queryErrors: 2,
    }
  }
}

beforeEach(() => {
  clock = new ManualClock()
  sources = []
  stats = []
  reads = 0
  inspection = new Inspection({
    clock,
    nowMs: () => 5000 + clock.now(),
    processes: async () => {
      reads += 1
      return [{ pid: process.pid, parent: 1, ticks: reads * 10 }]
    },
    engine: () => ({ name: 'native', reason: '' }),
    tellSource: (facts) => sources.push(facts),
    tellStats: (facts) => stats.push(facts),
  })
})

describe('what main tells the inspector', () => {
  it('is nothing until it is asked for, and nothing is listened to', async () => {
    const handle = new DescribedHandle()
    inspection.follow(handle)
    await advance(10_000)
    inspection.presented(1)
    expect({
      listeners: handle.listeners,
      asked: handle.asked,
      reads,
      timers: clock.pending,
    }).toEqual({
      listeners: 0,
      asked: 0,
      reads: 0,
      timers: 0,
    })
  })

  it('is the source, at once and then twice a second, until it is closed', async () => {
    const handle = new DescribedHandle()
    inspection.follow(handle)
    inspection.inspect(true)
    await settle()
    expect(sources).toEqual([
      {
        access: 'memfd',
        statuses: [
          { kind: 'primary', state: 'shown', plane: validPlane().plane, identity: 'dmabuf 7' },
        ],
        buffers: [expect.objectContaining({ identity: 'dmabuf 7', kind: 'primary', bytes: 4096 })],
        refreshes: 1,
        frames: 3,
        queryErrors: 2,
        engine: { name: 'native', reason: '' },
      },
    ])
    await advance(INSPECT_MS)
    await advance(INSPECT_MS)
    expect(sources).toHaveLength(3)
    inspection.inspect(false)
    await advance(10 * INSPECT_MS)
    expect(sources).toHaveLength(3)
    expect(clock.pending).toBe(0)
  })

  it('is asked for once, however often the page says so', async () => {
    inspection.follow(new DescribedHandle())
    for (let at = 0; at < 100; at += 1) inspection.inspect(true)
    await settle()
    expect(sources).toHaveLength(1)
    expect(clock.pending).toBe(1)
  })

  it('says that no source is open, and speaks of another at once', async () => {
    inspection.inspect(true)
    await settle()
    expect(sources).toEqual([null])
    inspection.follow(new DescribedHandle())
    await settle()
    expect(sources.at(-1)).toMatchObject({ access: 'memfd' })
    inspection.follow(undefined)
    await settle()
    expect(sources.at(-1)).toBeNull()
  })

  it('leaves out an answer that came after the source was closed', async () => {
    const slow = new DescribedHandle()
    const answer = Promise.withResolvers<SourceDescription>()
    vi.spyOn(slow, 'describe').mockReturnValue(answer.promise)
    inspection.follow(slow)
    inspection.inspect(true)
    inspection.follow(undefined)
    answer.resolve(await new DescribedHandle().describe())
    await settle()
    expect(sources).toEqual([null])
  })

  it('is forgotten by a page that was loaded again', async () => {
    const handle = new DescribedHandle()
    inspection.follow(handle)
    inspection.inspect(true)
    inspection.measure(true)
    await settle()
    inspection.reset()
    await settle()
    expect(handle.listeners).toBe(0)
    expect(clock.pending).toBe(0)
  })
})

describe('what main tells the statistics', () => {
  it('is a second at a time: frames, bytes, times and processor', async () => {
    const handle = new DescribedHandle()
    inspection.follow(handle)
    inspection.measure(true)
    await settle()
    expect(handle.listeners).toBe(1)
    handle.emit('frame', emptyFrame(1, { readAtMs: 4998 }), new Uint8Array(300), undefined)
    clock.advance(16)
    inspection.presented(1)
    await advance(STATS_MS - 16)
    expect(stats).toEqual([
      {
        spanMs: STATS_MS,
        frames: 1,
        bytes: 300,
        samples: [{ seq: 1, sourceMs: 2, roundMs: 16 }],
        cpu: { main: 0.1, window: 0, processes: 1 },
      },
    ])
    await advance(STATS_MS)
    expect(stats[1]).toMatchObject({ frames: 0, bytes: 0, samples: [] })
  })

  it('goes on when the source is opened again', async () => {
    const [first, second] = [new DescribedHandle(), new DescribedHandle()]
    inspection.follow(first)
    inspection.measure(true)
    await settle()
    inspection.follow(second)
    expect([first.listeners, second.listeners]).toEqual([0, 1])
    second.frame(1)
    await advance(STATS_MS)
    expect(stats[0]).toMatchObject({ frames: 1 })
  })

  it('ends when it is put away', async () => {
    const handle = new DescribedHandle()
    inspection.follow(handle)
    inspection.measure(true)
    await advance(STATS_MS)
    inspection.measure(false)
    expect(handle.listeners).toBe(0)
    const before = reads
    await advance(10 * STATS_MS)
    expect(reads).toBe(before)
    expect(clock.pending).toBe(0)
  })

  it('ends with the session', async () => {
    inspection.follow(new DescribedHandle())
    inspection.inspect(true)
    inspection.measure(true)
    await settle()
    inspection[Symbol.dispose]()
    await settle()
    expect(clock.pending).toBe(0)
  })
})
