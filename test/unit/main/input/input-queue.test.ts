// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { InputEvent } from '../../../../core/input.ts'
import { InputQueue, MOST_OWED, MOST_WAITING } from '../../../../main/input/input-queue.ts'
import { Random } from '../../../fakes/random.ts'

const key = (qnum: number, down: boolean): InputEvent => ({ kind: 'key', qnum, down })
const left = (down: boolean): InputEvent => ({ kind: 'button', button: 'left', down })
const at = (x: number, y = 0): InputEvent => ({ kind: 'pointer', x, y })
const by = (dx: number, dy = 0): InputEvent => ({ kind: 'motion', dx, dy })
const touch = (phase: 'begin' | 'update' | 'end' | 'cancel', slot: number, x = 0): InputEvent => ({
  kind: 'touch',
  ...{ phase, slot, x, y: 0 },
})

/** A queue to a guest that answers when it is told to. */
function setUp() {
  const sent: InputEvent[] = []
  const owed: (() => void)[] = []
  const queue = new InputQueue((event) => {
    sent.push(event)
    return new Promise((resolve) => owed.push(resolve))
  })
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  const answer = async (count = owed.length) => {
    for (const resolve of owed.splice(0, count)) resolve()
    await settled()
  }
  /** Until nothing is owed any more. */
  const answerAll = async () => {
    while (owed.length > 0) await answer()
  }
  return { sent, owed, queue, answer, answerAll }
}

describe('the queue of input', () => {
  it('sends one move at a time, and of the others the newest position', async () => {
    const { sent, queue, answer } = setUp()
    queue.push([at(1), at(2), at(3)])
    queue.push([at(4)])
    expect(sent).toEqual([at(1)])
    await answer()
    expect(sent).toEqual([at(1), at(4)])
    await answer()
    expect(sent).toHaveLength(2)
  })

  it('adds motions up, and no farther than an event goes', async () => {
    const { sent, queue, answer } = setUp()
    queue.push([by(1), by(2, -1), by(3, -1)])
    await answer()
    expect(sent).toEqual([by(1), by(5, -2)])
    queue.push([by(0x7fff), by(0x7fff, -0x7fff), by(1, -0x7fff)])
    await answer()
    expect(sent.at(-1)).toEqual(by(0x7fff, -0x7fff))
  })

  it('moves each finger by itself', async () => {
    const { sent, queue, answerAll } = setUp()
    queue.push([touch('begin', 0), touch('begin', 1), at(1)])
    queue.push([touch('update', 0, 1), touch('update', 1, 1)])
    queue.push([touch('update', 0, 2), touch('update', 1, 3)])
    await answerAll()
    expect(sent.slice(3)).toEqual([touch('update', 0, 2), touch('update', 1, 3)])
  })

  it('sends a press at once, with the moves before it and none that came later', () => {
    const { sent, queue } = setUp()
    queue.push([at(1), at(2), left(true), at(3), left(false), at(4)])
    expect(sent).toEqual([at(1), at(2), left(true), at(3), left(false)])
  })

  it('holds back what a guest does not answer, and loses no press of a fast hand', async () => {
    const { sent, queue, answerAll } = setUp()
    const keys = Array.from({ length: 40 }, (_, n) => [key(n + 1, true), key(n + 1, false)]).flat()
    queue.push(keys)
    expect(sent).toHaveLength(MOST_OWED)
    await answerAll()
    expect(sent).toEqual(keys)
  })

  it('keeps within bounds when a guest was stopped, and lets go of all that is pressed', async () => {
    const { sent, owed, queue, answerAll } = setUp()
    for (let turn = 0; turn < 10_000; turn += 1) {
      queue.push([at(turn), key(30, true), at(turn + 1), left(true), left(false)])
    }
    queue.push([key(30, false)])
    expect(owed).toHaveLength(MOST_OWED)
    await answerAll()
    expect(sent.length).toBeLessThanOrEqual(MOST_OWED + MOST_WAITING + 2)
    const last = (kind: string) => sent.filter((event) => event.kind === kind).at(-1)
    expect(last('key')).toEqual(key(30, false))
    expect(last('button')).toEqual(left(false))
  })

  it('lets go in the end without waiting for anybody, the last begun first', () => {
    const { sent, queue } = setUp()
    queue.push([key(29, true), touch('begin', 2, 7), touch('update', 2, 8)])
    queue.push([left(true), left(false), touch('update', 2, 9), touch('update', 2, 10)])
    queue.release()
    expect(sent.slice(-2)).toEqual([touch('cancel', 2, 10), key(29, false)])
    const { length } = sent
    queue.release()
    expect(sent).toHaveLength(length)
  })

  it.each([key(30, false), left(false), touch('end', 0), touch('cancel', 0), touch('update', 0)])(
    'does not end what never began: %j',
    (event) => {
      const { sent, queue } = setUp()
      queue.push([event])
      expect(sent).toEqual([])
    },
  )

  it.each([1, 2, 3, 4, 5])('keeps order and position whatever happens (seed %i)', async (seed) => {
    const random = new Random(seed)
    const { sent, queue, answer, answerAll } = setUp()
    const pressed = new Set<number>()
    const presses: string[] = []
    let x = 0
    let whole = 0
    for (let step = 0; step < 2000; step += 1) {
      const kind = random.below(4)
      if (kind === 0) await answer(1 + random.below(8))
      if (kind === 1) {
        x = random.below(1000)
        queue.push([at(x)])
      }
      if (kind === 2) {
        queue.push([by(1)])
        whole += 1
      }
      const qnum = 1 + random.below(20)
      if (kind !== 3) continue
      const down = !pressed.has(qnum)
      if (down) pressed.add(qnum)
      else pressed.delete(qnum)
      queue.push([key(qnum, down)])
      presses.push(`${qnum} ${down} at ${x} and ${whole}`)
    }
    await answerAll()
    const told: string[] = []
    let [seenX, seenWhole] = [0, 0]
    for (const event of sent) {
      if (event.kind === 'pointer') seenX = event.x
      if (event.kind === 'motion') seenWhole += event.dx
      if (event.kind === 'key')
        told.push(`${event.qnum} ${event.down} at ${seenX} and ${seenWhole}`)
    }
    expect(told).toEqual(presses)
    expect([seenX, seenWhole]).toEqual([x, whole])
  })
})
