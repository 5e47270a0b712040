// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { rotations } from '../../../../core/settings.ts'
import { turnedBack } from '../../../../renderer/input/turned.ts'

describe('a movement', () => {
  // To the right on the screen, over a picture that stands on its side or its head.
  it.each([
    [0, { x: 5, y: 0 }],
    [90, { x: 0, y: -5 }],
    [180, { x: -5, y: 0 }],
    [270, { x: 0, y: 5 }],
  ] as const)('over a picture turned by %d is %j to the guest', (rotation, moved) => {
    const { x, y } = turnedBack(5, 0, rotation)
    expect({ x: x + 0, y: y + 0 }).toEqual(moved)
  })

  it.each(rotations)('is itself again after four turns of %d', (rotation) => {
    let at = { x: 3, y: -7 }
    for (let turn = 0; turn < 4; turn += 1) at = turnedBack(at.x, at.y, rotation)
    expect(at).toEqual({ x: 3, y: -7 })
  })
})
