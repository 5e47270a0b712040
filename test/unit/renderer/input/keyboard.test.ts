// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { isInputList } from '../../../../core/input.ts'
import { qnumOf } from '../../../../core/keycodes.ts'
import { chord, Keyboard } from '../../../../renderer/input/keyboard.ts'
import { keyCombinations, sysrqs, terminals } from '../../../../renderer/ui/key-combinations.ts'

const press = (qnum: number) => ({ kind: 'key', qnum, down: true })
const release = (qnum: number) => ({ kind: 'key', qnum, down: false })

describe('the keyboard', () => {
  it('presses and releases by the place of a key', () => {
    const keyboard = new Keyboard()
    expect(keyboard.down('KeyQ', false)).toEqual([press(0x10)])
    expect(keyboard.up('KeyQ')).toEqual([release(0x10)])
  })

  it('presses again for a repeat', () => {
    const keyboard = new Keyboard()
    keyboard.down('KeyQ', false)
    expect(keyboard.down('KeyQ', true)).toEqual([press(0x10)])
    expect(keyboard.up('KeyQ')).toEqual([release(0x10)])
    expect(keyboard.up('KeyQ')).toEqual([])
  })

  it('makes no press of the repeats of a key that went down elsewhere', () => {
    const keyboard = new Keyboard()
    expect(keyboard.down('KeyQ', true)).toEqual([])
    keyboard.down('KeyQ', false)
    keyboard.release()
    expect(keyboard.down('KeyQ', true)).toEqual([])
  })

  it('lets go of every key once, the last first, and of none that is up', () => {
    const keyboard = new Keyboard()
    for (const code of ['ControlLeft', 'AltLeft', 'KeyT', 'F1']) keyboard.down(code, false)
    keyboard.up('KeyT')
    expect(keyboard.release()).toEqual([release(0x3b), release(0x38), release(0x1d)])
    expect(keyboard.release()).toEqual([])
    expect(keyboard.up('F1')).toEqual([])
  })

  it('says nothing of keys that no guest knows', () => {
    const keyboard = new Keyboard()
    expect(keyboard.down('Fn', false)).toEqual([])
    expect(keyboard.up('Fn')).toEqual([])
  })

  it('makes chords of keys pressed in order and let go in reverse', () => {
    expect(chord(['ControlLeft', 'AltLeft', 'Delete'])).toEqual([
      press(0x1d),
      press(0x38),
      press(0xd3),
      release(0xd3),
      release(0x38),
      release(0x1d),
    ])
  })
})

describe('the combinations to send', () => {
  const all = [...keyCombinations, ...terminals, ...sysrqs]
  it.each(all)('$label holds keys that guests know, and fits into a message', ({ codes }) => {
    for (const code of codes) expect(qnumOf(code)).toBeDefined()
    expect(chord(codes)).toHaveLength(codes.length * 2)
    expect(isInputList(chord(codes))).toBe(true)
  })

  it('have a label each', () => {
    expect(new Set(all.map(({ label }) => label)).size).toBe(all.length)
    expect(terminals).toHaveLength(12)
  })
})
