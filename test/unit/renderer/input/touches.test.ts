// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { TouchPhase } from '../../../../core/input.ts'
import { Touches } from '../../../../renderer/input/touches.ts'

const at = (x: number) => ({ x, y: 0 })
const event = (phase: TouchPhase, slot: number, x: number) => ({
  kind: 'touch',
  ...{ phase, slot, x, y: 0 },
})

describe('fingers on the picture', () => {
  it('have a slot each, the first that is free', () => {
    const touches = new Touches()
    expect(touches.down(70, at(1), 10)).toEqual([event('begin', 0, 1)])
    expect(touches.down(71, at(2), 10)).toEqual([event('begin', 1, 2)])
    expect(touches.up(70)).toEqual([event('end', 0, 1)])
    expect(touches.down(72, at(3), 10)).toEqual([event('begin', 0, 3)])
    expect(touches.move(71, at(9))).toEqual([event('update', 1, 9)])
  })

  it('beyond the slots are none', () => {
    const touches = new Touches()
    touches.down(70, at(1), 1)
    expect(touches.down(71, at(2), 1)).toEqual([])
    expect(touches.has(71)).toBe(false)
    expect(touches.move(71, at(3))).toEqual([])
    expect(touches.up(71)).toEqual([])
  })

  it('begin once, and rest without a word', () => {
    const touches = new Touches()
    touches.down(70, at(1), 10)
    expect(touches.down(70, at(1), 10)).toEqual([])
    expect(touches.move(70, at(1))).toEqual([])
  })

  it('are cancelled together where they were last, the last first', () => {
    const touches = new Touches()
    touches.down(70, at(1), 10)
    touches.down(71, at(2), 10)
    touches.move(70, at(5))
    expect(touches.release()).toEqual([event('cancel', 1, 2), event('cancel', 0, 5)])
    expect(touches.release()).toEqual([])
  })
})
