// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  type GrabEvent,
  isGrabbed,
  nextGrab,
  ReleaseChord,
  ungrabbed,
} from '../../../../renderer/input/grab.ts'

const lock: GrabEvent = { kind: 'pointer-lock', locked: true }
const unlock: GrabEvent = { kind: 'pointer-lock', locked: false }
const full: GrabEvent = { kind: 'keyboard-lock', locked: true }
const windowed: GrabEvent = { kind: 'keyboard-lock', locked: false }
const release: GrabEvent = { kind: 'release' }
const press: GrabEvent = { kind: 'press' }

describe('a grab', () => {
  it.each<[boolean, readonly GrabEvent[]]>([
    [false, []],
    [true, [lock]],
    [false, [lock, unlock]],
    [true, [full]],
    [false, [full, windowed]],
    [false, [full, release]],
    [true, [full, release, press]],
    [true, [full, release, lock]],
    [false, [full, release, unlock]],
    [false, [lock, release]],
    [false, [lock, release, press]],
    [true, [full, lock, unlock]],
    [true, [full, release, windowed, full]],
  ])('is %s after %j', (grabbed, events) => {
    expect(isGrabbed(events.reduce(nextGrab, ungrabbed))).toBe(grabbed)
  })
})

describe('the way out', () => {
  const type = (chord: ReleaseChord, keys: string) =>
    keys.split(' ').filter((key) => {
      if (key.startsWith('+')) chord.down(key.slice(1))
      return key.startsWith('-') && chord.up(key.slice(1))
    })

  it.each([
    '+ControlLeft +AltLeft -AltLeft -ControlLeft',
    '+AltLeft +ControlRight -ControlRight -AltLeft',
    '+ControlLeft +ControlLeft +AltLeft -ControlLeft -AltLeft',
    '+KeyA -KeyA +ControlLeft +AltLeft -AltLeft -ControlLeft',
  ])('is heard once in %s', (keys) => {
    expect(type(new ReleaseChord(), keys)).toHaveLength(1)
  })

  it.each([
    '+ControlLeft -ControlLeft +AltLeft -AltLeft',
    '+ControlLeft +AltLeft +Delete -Delete -AltLeft -ControlLeft',
    '+ControlLeft +AltLeft +F2 -AltLeft -ControlLeft -F2',
    '+ControlLeft +AltRight -AltRight -ControlLeft',
    '+KeyA +ControlLeft +AltLeft -AltLeft -ControlLeft',
    '-ControlLeft -AltLeft',
  ])('is not in %s', (keys) => {
    expect(type(new ReleaseChord(), keys)).toEqual([])
  })

  it('is not in a press of a button with both held', () => {
    const chord = new ReleaseChord()
    type(chord, '+ControlLeft +AltLeft')
    chord.spoil()
    expect(type(chord, '-AltLeft -ControlLeft')).toEqual([])
    expect(type(chord, '+ControlLeft +AltLeft -AltLeft -ControlLeft')).toHaveLength(1)
  })

  it('is forgotten with the focus', () => {
    const chord = new ReleaseChord()
    type(chord, '+ControlLeft +AltLeft')
    chord.clear()
    expect(type(chord, '-AltLeft -ControlLeft')).toEqual([])
  })
})
