// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { InputEvent } from '../../../../core/input.ts'
import { axisValue, QmpInput, qmpEvents } from '../../../../main/input/qmp-input.ts'
import { QmpError } from '../../../../main/source/qemu/qmp.ts'
import type { LineListeners, Monitor } from '../../../../main/vm/monitor-line.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'

const guest = { width: 1920, height: 1080 }
const key = (down: boolean): InputEvent => ({ kind: 'key', qnum: 0xcd, down })
const tablet = [{ name: 'vmouse', index: 1, current: true, absolute: true }]
const mouse = [
  { name: 'tablet', index: 1, current: false, absolute: true },
  { name: 'PS/2', index: 2, current: true, absolute: false },
]

/** A monitor that a test answers for. */
function setUp(mice: unknown) {
  const asked: { command: string; args: unknown }[] = []
  const clock = new ManualClock()
  const answers = { mice, input: (): Promise<unknown> => Promise.resolve({}) }
  const listeners = new Set<LineListeners>()
  const monitor = {
    isUp: true,
    listen: (one) => {
      listeners.add(one)
      return () => listeners.delete(one)
    },
    execute: async (command, args) => {
      asked.push({ command, args })
      return command === 'query-mice' ? answers.mice : answers.input()
    },
  } satisfies Monitor as Monitor & { isUp: boolean }
  const comes = (isUp: boolean) => {
    monitor.isUp = isUp
    for (const { onUp, onDown } of listeners) isUp ? onUp?.() : onDown?.(true)
  }
  const input = new QmpInput(monitor, clock)
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  const sent = () => asked.filter(({ command }) => command === 'input-send-event')
  return { input, comes, listeners, answers, asked, sent, clock, settled }
}

describe('input through the monitor', () => {
  it.each([
    [tablet, 'absolute'],
    [mouse, 'relative'],
    [[], 'none'],
    ['nonsense', 'none'],
    [[null, { current: 'yes' }], 'none'],
  ] as const)('reads from %j that the pointer is %s', async (mice, pointer) => {
    const { input, settled } = setUp(mice)
    await settled()
    expect(input.accepts).toEqual({ keyboard: true, pointer })
  })

  it('sends a press and its release in commands of their own', async () => {
    const { input, sent } = setUp(tablet)
    input.send([key(true), key(false)], guest)
    expect(sent().map(({ args }) => args)).toEqual(
      [true, false].map((down) => ({
        events: [{ type: 'key', data: { down, key: { type: 'number', data: 0xcd } } }],
      })),
    )
  })

  it('says buttons and moves as QEMU names them', () => {
    expect(qmpEvents({ kind: 'button', button: 'wheel-up', down: true }, guest)).toEqual([
      { type: 'btn', data: { down: true, button: 'wheel-up' } },
    ])
    expect(qmpEvents({ kind: 'motion', dx: 5, dy: -3 }, guest)).toEqual([
      { type: 'rel', data: { axis: 'x', value: 5 } },
      { type: 'rel', data: { axis: 'y', value: -3 } },
    ])
    expect(qmpEvents({ kind: 'pointer', x: 0, y: 1079 }, guest)).toEqual([
      { type: 'abs', data: { axis: 'x', value: 8 } },
      { type: 'abs', data: { axis: 'y', value: 32752 } },
    ])
    expect(qmpEvents({ kind: 'pointer', x: 1, y: 1 }, undefined)).toEqual([])
  })

  it('asks again what the pointer is until it is absolute', async () => {
    const { input, answers, clock, settled } = setUp(mouse)
    await settled()
    const changes: string[] = []
    input.onChange = () => changes.push(input.accepts.pointer)
    clock.advance(2000)
    await settled()
    expect(changes).toEqual([])
    answers.mice = tablet
    clock.advance(2000)
    await settled()
    expect(changes).toEqual(['absolute'])
    expect(clock.pending).toBe(0)
  })

  it('asks an absolute pointer again while it moves, not more than every 2 s', async () => {
    const { input, asked, answers, clock, settled } = setUp(tablet)
    await settled()
    answers.mice = mouse
    const move: InputEvent = { kind: 'pointer', x: 1, y: 0 }
    for (let ms = 0; ms < 2000; ms += 100) {
      input.send([move], guest)
      clock.advance(100)
    }
    expect(asked.filter(({ command }) => command === 'query-mice')).toHaveLength(1)
    input.send([move], guest)
    await settled()
    expect(input.accepts.pointer).toBe('relative')
  })

  it('makes one move of those that QEMU does not keep up with, and loses no key', async () => {
    const { input, answers, sent, settled } = setUp(tablet)
    const owed: PromiseWithResolvers<unknown>[] = []
    answers.input = () => {
      const answer = Promise.withResolvers<unknown>()
      owed.push(answer)
      return answer.promise
    }
    const values = () => sent().map(({ args }) => JSON.stringify(args))
    const at = (x: number): InputEvent => ({ kind: 'pointer', x, y: 0 })
    const told = (event: InputEvent) => JSON.stringify({ events: qmpEvents(event, guest) })
    for (let x = 0; x < 1000; x += 1) input.send([at(x)], guest)
    expect(values()).toEqual([told(at(0))])
    input.send([key(true), key(false), at(5)], guest)
    expect(values().slice(1)).toEqual([at(999), key(true), key(false)].map(told))
    for (const { resolve } of owed.splice(0)) resolve({})
    await settled()
    expect(values().slice(4)).toEqual([told(at(5))])
  })

  it('lets go of what was pressed when the line comes back', async () => {
    const { input, comes, sent, settled } = setUp(tablet)
    input.send([key(true)], guest)
    await settled()
    comes(false)
    input.send([key(false)], guest)
    expect(sent()).toHaveLength(1)
    comes(true)
    await settled()
    expect(sent().map(({ args }) => args)).toEqual(
      [true, false].map((down) => ({ events: qmpEvents(key(down), guest) })),
    )
  })

  it('goes on when QEMU refuses an event', async () => {
    const { input, answers, settled } = setUp(tablet)
    answers.input = () => Promise.reject(new QmpError('GenericError', 'Input handler not found'))
    input.send([key(true)], guest)
    await settled()
    expect(input.accepts.keyboard).toBe(true)
  })

  it('takes nothing while the monitor is gone, and again when it is back', async () => {
    const { input, comes, sent, settled } = setUp(tablet)
    await settled()
    comes(false)
    expect(input.accepts).toEqual({ keyboard: false, pointer: 'none' })
    input.send([key(true)], guest)
    expect(sent()).toHaveLength(0)
    comes(true)
    await settled()
    expect(input.accepts).toEqual({ keyboard: true, pointer: 'absolute' })
    input.send([key(true)], guest)
    expect(sent()).toHaveLength(1)
  })

  it('ends once QEMU has heard the last event, and listens no more', async () => {
    const { input, listeners, answers, clock, settled } = setUp(mouse)
    await settled()
    const heard = Promise.withResolvers<unknown>()
    answers.input = () => heard.promise
    input.send([key(true)], guest)
    let isClosed = false
    const closed = input[Symbol.asyncDispose]().then(() => {
      isClosed = true
    })
    await settled()
    expect(isClosed).toBe(false)
    heard.resolve({})
    await closed
    expect(listeners.size).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('does not wait for ever for a monitor that hangs', async () => {
    const { input, answers, clock, settled } = setUp(tablet)
    answers.input = () => new Promise(() => {})
    input.send([key(true)], guest)
    const closed = input[Symbol.asyncDispose]()
    await settled()
    clock.advance(1000)
    await closed
  })

  it.each([1, 2, 3, 640, 1080, 1920, 3840, 5120])(
    'puts every pixel of %i where a guest that divides the axis finds it',
    (size) => {
      for (let pixel = 0; pixel < size; pixel += 1) {
        const value = axisValue(pixel, size)
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(0x7fff)
        expect(Math.floor((value * size) / 0x8000)).toBe(pixel)
      }
    },
  )
})
