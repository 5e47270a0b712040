// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { MAX_MOTION } from '../../../../core/input.ts'
import { scaleModes } from '../../../../core/settings.ts'
import { place } from '../../../../renderer/compositor/placement.ts'
import {
  Buttons,
  edgePan,
  guestPoint,
  Motion,
  NOTCH,
  Wheel,
} from '../../../../renderer/input/pointer.ts'

const guests = [
  { width: 1, height: 1 },
  { width: 640, height: 480 },
  { width: 1920, height: 1080 },
  { width: 3, height: 2000 },
]
const windows = [
  { width: 800, height: 600 },
  { width: 1280, height: 760 },
  { width: 333, height: 777 },
]
const ratios = [1, 1.25, 1.5, 2, 3]

describe('the guest pixel under the pointer', () => {
  const cases = scaleModes.flatMap((mode) =>
    guests.flatMap((guest) =>
      windows.flatMap((window) => ratios.map((ratio) => ({ mode, guest, window, ratio }))),
    ),
  )
  it.each(cases)('$mode, $guest in $window at $ratio', ({ mode, guest, window, ratio }) => {
    const view = {
      width: Math.round(window.width * ratio),
      height: Math.round(window.height * ratio),
    }
    const { rect } = place(mode, guest, view, { x: 17, y: 5 })
    const shown = { guest, rect }
    const step = { x: rect.width / guest.width, y: rect.height / guest.height }
    for (const part of [0, 0.25, 0.5, 0.99]) {
      const x = Math.floor(part * guest.width)
      const y = Math.floor(part * guest.height)
      const middle = { x: rect.x + (x + 0.5) * step.x, y: rect.y + (y + 0.5) * step.y }
      expect(guestPoint(middle, shown)).toEqual({ x, y, inside: true })
    }
    const far = { x: guest.width - 1, y: guest.height - 1 }
    const end = { x: rect.x + rect.width, y: rect.y + rect.height }
    expect(guestPoint({ x: rect.x, y: rect.y }, shown)).toEqual({ x: 0, y: 0, inside: true })
    expect(guestPoint({ x: rect.x - 0.01, y: rect.y }, shown).inside).toBe(false)
    expect(guestPoint({ x: rect.x - 50, y: rect.y - 50 }, shown)).toMatchObject({ x: 0, y: 0 })
    expect(guestPoint(end, shown)).toEqual({ ...far, inside: false })
    expect(guestPoint({ x: 1e9, y: 1e9 }, shown)).toEqual({ ...far, inside: false })
  })
})

describe('buttons', () => {
  it.each([
    [1, 'left'],
    [2, 'right'],
    [4, 'middle'],
    [8, 'side'],
    [16, 'extra'],
  ] as const)('bit %i is %s', (bit, button) => {
    const buttons = new Buttons()
    expect(buttons.change(bit)).toEqual([{ kind: 'button', button, down: true }])
    expect(buttons.any).toBe(true)
    expect(buttons.change(bit)).toEqual([])
    expect(buttons.change(0)).toEqual([{ kind: 'button', button, down: false }])
    expect(buttons.any).toBe(false)
  })

  it('follow a chord, and are let go together', () => {
    const buttons = new Buttons()
    buttons.change(1)
    expect(buttons.change(3)).toEqual([{ kind: 'button', button: 'right', down: true }])
    expect(buttons.change(2)).toEqual([{ kind: 'button', button: 'left', down: false }])
    expect(buttons.release()).toEqual([{ kind: 'button', button: 'right', down: false }])
    expect(buttons.release()).toEqual([])
  })

  it('ignore bits that are no button', () => {
    const buttons = new Buttons()
    expect(buttons.change(32)).toEqual([])
    expect(buttons.any).toBe(false)
  })
})

describe('the wheel', () => {
  const notch = (button: string) => [
    { kind: 'button', button, down: true },
    { kind: 'button', button, down: false },
  ]

  it.each([
    [0, NOTCH, 'wheel-up'],
    [0, -NOTCH, 'wheel-down'],
    [NOTCH, 0, 'wheel-left'],
    [-NOTCH, 0, 'wheel-right'],
  ])('turned by %i, %i is one press and release of %s', (x, y, button) => {
    expect(new Wheel().turn(x, y)).toEqual(notch(button))
  })

  it('gathers the small steps of a touchpad, losing none', () => {
    const wheel = new Wheel()
    const events = Array.from({ length: 60 }, () => wheel.turn(0, -7)).flat()
    expect(events).toHaveLength(2 * Math.trunc((60 * 7) / NOTCH))
  })

  it('forgets a part of a notch when it turns round', () => {
    const wheel = new Wheel()
    wheel.turn(0, NOTCH - 1)
    expect(wheel.turn(0, -NOTCH)).toEqual(notch('wheel-down'))
  })

  it('makes no storm of one event', () => {
    expect(new Wheel().turn(0, 1e9)).toHaveLength(16)
  })
})

describe('a relative pointer', () => {
  it('adds up parts of counts', () => {
    const motion = new Motion()
    expect(motion.move(0.4, 0)).toEqual([])
    expect(motion.move(0.4, -0.5)).toEqual([])
    expect(motion.move(0.4, -0.5)).toEqual([{ kind: 'motion', dx: 1, dy: -1 }])
  })

  it('stays within what an event may hold', () => {
    expect(new Motion().move(1e9, -1e9)).toEqual([
      { kind: 'motion', dx: MAX_MOTION, dy: -MAX_MOTION },
    ])
  })
})

describe('the edges of the view', () => {
  const view = { width: 800, height: 600 }
  it.each([
    [
      { x: 400, y: 300 },
      { x: 0, y: 0 },
    ],
    [
      { x: 0, y: 300 },
      { x: -24, y: 0 },
    ],
    [
      { x: 800, y: 300 },
      { x: 24, y: 0 },
    ],
    [
      { x: 400, y: 590 },
      { x: 0, y: 14 },
    ],
    [
      { x: -500, y: 9999 },
      { x: -24, y: 24 },
    ],
  ])('at %j scroll by %j', (at, by) => {
    expect(edgePan(at, view, 24)).toEqual(by)
  })
})
