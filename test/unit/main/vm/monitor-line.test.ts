// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { QmpError, type QmpListeners } from '../../../../main/source/qemu/qmp.ts'
import { MonitorLine } from '../../../../main/vm/monitor-line.ts'
import type { SocketQueue } from '../../../../main/vm/monitor-queue.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A monitor that a test lets come and go. */
function setUp(givesWay: boolean) {
  const clock = new ManualClock()
  const world = {
    /** Undefined: it opens. */
    refusal: undefined as Error | undefined,
    queue: { served: 1, waiting: 0 } as SocketQueue | undefined,
    lookCostMs: 0,
    looks: 0,
    opened: 0,
    closed: 0,
    answer: (): Promise<unknown> => Promise.resolve({}),
    listeners: {} as QmpListeners,
  }
  const line = new MonitorLine('/run/qmp', givesWay, {
    clock,
    table: {
      queue: () => {
        world.looks += 1
        clock.ms += world.lookCostMs
        return world.queue
      },
      [Symbol.dispose]: () => {},
    },
    open: async (listeners, signal) => {
      await settled()
      signal.throwIfAborted()
      if (world.refusal) throw world.refusal
      world.opened += 1
      world.listeners = listeners
      return {
        execute: () => world.answer(),
        [Symbol.dispose]: () => {
          world.closed += 1
        },
      }
    },
  })
  const told: string[] = []
  line.listen({
    onUp: () => told.push('up'),
    onDown: (hasEnded) => told.push(hasEnded ? 'ended' : 'down'),
    onEvent: ({ name }) => told.push(name),
  })
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50)
      await settled()
      await settled()
    }
  }
  return { line, world, told, clock, pass }
}

describe('a line to a monitor', () => {
  it('tells when it is up, and what QEMU tells', async () => {
    const { line, world, told } = setUp(false)
    expect(line.isUp).toBe(false)
    expect(await line.follow()).toEqual({ ok: true, value: undefined })
    world.listeners.onEvent?.({ name: 'STOP', data: {} })
    expect(told).toEqual(['up', 'STOP'])
    expect(line.isUp).toBe(true)
  })

  it('refuses commands while it is down', async () => {
    const { line } = setUp(false)
    await expect(line.execute('stop')).rejects.toMatchObject({ code: 'closed' })
  })

  it('says why it cannot be had, and goes on trying', async () => {
    const { line, world, told, pass } = setUp(false)
    world.refusal = new QmpError('timeout', 'no answer in 2000 ms')
    const first = await line.follow()
    expect(first).toMatchObject({ ok: false, failure: { code: 'no-monitor' } })
    await pass(2000)
    expect(told).toEqual([])
    world.refusal = undefined
    await pass(1000)
    expect(told).toEqual(['up'])
  })

  it('comes back when QEMU does', async () => {
    const { line, world, told, pass } = setUp(false)
    await line.follow()
    world.listeners.onEnd?.(new Error('it hung up'))
    expect(told).toEqual(['up', 'ended'])
    await pass(1000)
    expect(told).toEqual(['up', 'ended', 'up'])
    expect(world.opened).toBe(2)
  })

  it('is kept from everybody when it does not give way', async () => {
    const { line, world, told, pass } = setUp(false)
    world.queue = { served: 1, waiting: 3 }
    await line.follow()
    await pass(5000)
    expect(told).toEqual(['up'])
  })

  it('gives way to who waits, and returns when everybody has left', async () => {
    const { line, world, told, pass } = setUp(true)
    await line.follow()
    await pass(3000)
    expect(told).toEqual(['up'])
    world.queue = { served: 1, waiting: 1 }
    await pass(500)
    expect(told).toEqual(['up', 'down'])
    world.queue = { served: 1, waiting: 0 }
    await pass(5000)
    expect(world.opened).toBe(1)
    world.queue = { served: 0, waiting: 0 }
    await pass(1000)
    expect(told).toEqual(['up', 'down', 'up'])
    expect(world.closed).toBe(1)
  })

  it('does not give way in the middle of a command', async () => {
    const { line, world, told, pass } = setUp(true)
    await line.follow()
    const answer = Promise.withResolvers<unknown>()
    world.answer = () => answer.promise
    const executed = line.execute('stop')
    world.queue = { served: 1, waiting: 1 }
    await pass(2000)
    expect(told).toEqual(['up'])
    answer.resolve('done')
    expect(await executed).toBe('done')
    await pass(500)
    expect(told).toEqual(['up', 'down'])
  })

  it('is asked for once even where somebody else has it: who gives way lets it go', async () => {
    const { line, world, told } = setUp(true)
    world.queue = { served: 1, waiting: 0 }
    await line.follow()
    expect(told).toEqual(['up'])
  })

  it('is held for a moment at a time where nobody can be seen waiting', async () => {
    const { line, world, told, pass } = setUp(true)
    world.queue = undefined
    await line.follow()
    await pass(150)
    expect(told).toEqual(['up', 'down'])
    await pass(2000)
    expect(told).toEqual(['up', 'down', 'up'])
  })

  it('looks more rarely where looking is expensive', async () => {
    const { line, world, clock, pass } = setUp(true)
    await line.follow()
    await pass(6000)
    const cheap = world.looks
    world.lookCostMs = 1
    world.looks = 0
    const startedAt = clock.now()
    await pass(6000)
    expect(world.looks / (clock.now() - startedAt)).toBeLessThan((cheap / 6000) * 0.6)
  })

  it('stays away once it was told to leave, also in the middle of a try', async () => {
    const { line, world, told, clock, pass } = setUp(true)
    const trying = line.follow()
    line.leave()
    expect(await trying).toMatchObject({ ok: false, failure: { code: 'cancelled' } })
    await pass(3000)
    expect(told).toEqual([])
    await line.follow()
    line.leave()
    expect(told).toEqual(['up', 'down'])
    expect([world.opened, world.closed]).toEqual([1, 1])
    expect(clock.pending).toBe(0)
  })

  it('lets go of everything when it is disposed, twice', async () => {
    const { line, world, clock } = setUp(true)
    await line.follow()
    await line[Symbol.asyncDispose]()
    await line[Symbol.asyncDispose]()
    expect(world.closed).toBe(1)
    expect(clock.pending).toBe(0)
  })
})
