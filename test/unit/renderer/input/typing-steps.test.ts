// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { textKeys, typedText } from '../../../../core/text-keys.ts'
import { typingSteps } from '../../../../renderer/input/typing-steps.ts'

const steps = (text: string) =>
  [...typingSteps(typedText(text).keys)].map(({ code, down }) => `${down ? '+' : '-'}${code}`)

/** What a US keyboard's guest reads. */
function written(text: string): string {
  const characters = new Map(
    [...textKeys].map(([one, { code, shift }]) => [`${code} ${shift}`, one]),
  )
  let isShifted = false
  let read = ''
  for (const { code, down } of typingSteps(typedText(text).keys)) {
    if (code === 'ShiftLeft') isShifted = down
    else if (down) read += characters.get(`${code} ${isShifted}`)
  }
  return read
}

describe('typing', () => {
  it('presses each key and lets it go, with Shift as long as it is wanted', () => {
    expect(steps('aBC d')).toEqual([
      ...['+KeyA', '-KeyA', '+ShiftLeft', '+KeyB', '-KeyB', '+KeyC', '-KeyC'],
      ...['-ShiftLeft', '+Space', '-Space', '+KeyD', '-KeyD'],
    ])
  })

  it.each(['!', 'aa', 'A', '\tif (x) {\n\t"y"~\n}\n', ''])(
    'leaves nothing down after %j',
    (text) => {
      const held = new Set<string>()
      for (const { code, down } of typingSteps(typedText(text).keys)) {
        expect(held.has(code)).toBe(!down)
        if (down) held.add(code)
        else held.delete(code)
      }
      expect([...held]).toEqual([])
    },
  )

  it('writes every character that it has keys for', () => {
    const all = [...textKeys.keys()].join('')
    expect(written(all)).toBe(all)
    expect(written([...all].reverse().join(''))).toBe([...all].reverse().join(''))
  })

  it('counts a character when its key is let go', () => {
    const counts = [...typingSteps(typedText('aB').keys)].map(({ done }) => done)
    expect(counts).toEqual([0, 1, 1, 1, 2, 2])
  })
})
