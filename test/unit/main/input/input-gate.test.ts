// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { InputEvent } from '../../../../core/input.ts'
import { InputGate } from '../../../../main/input/input-gate.ts'

const key = (qnum: number, down: boolean): InputEvent => ({ kind: 'key', qnum, down })
const left = (down: boolean): InputEvent => ({ kind: 'button', button: 'left', down })
const at = (x: number): InputEvent => ({ kind: 'pointer', x, y: 0 })

function gate(viewOnly = false) {
  const sent: InputEvent[] = []
  const clock = { ms: 0 }
  const made = new InputGate(
    (events) => sent.push(...events),
    viewOnly,
    () => clock.ms,
  )
  return { sent, clock, gate: made }
}

describe('the gate for input', () => {
  it('passes events on in order', () => {
    const { sent, gate: open } = gate()
    const events = [at(1), left(true), at(2), left(false), key(30, true), key(30, false)]
    open.pass(events)
    expect(sent).toEqual(events)
  })

  it('passes a repeated press, which is how QEMU hears a repeat', () => {
    const { sent, gate: open } = gate()
    open.pass([key(30, true), key(30, true), key(30, false)])
    expect(sent).toHaveLength(3)
  })

  it('lets go of what is pressed, once, the last first', () => {
    const { sent, gate: open } = gate()
    open.pass([key(29, true), key(56, true), left(true), key(56, false)])
    sent.length = 0
    open.release()
    expect(sent).toEqual([left(false), key(29, false)])
    open.release()
    expect(sent).toHaveLength(2)
  })

  it('passes no release of what it does not know to be pressed', () => {
    const { sent, gate: open } = gate()
    open.pass([key(30, false), left(false)])
    expect(sent).toEqual([])
  })

  it('cancels the fingers that are left, where they were last', () => {
    const { sent, gate: open } = gate()
    const finger = (phase: 'begin' | 'update' | 'end' | 'cancel', slot: number, x: number) =>
      ({ kind: 'touch', phase, slot, x, y: 0 }) as const
    open.pass([finger('update', 0, 1), finger('end', 1, 1)])
    expect(sent).toEqual([])
    open.pass([finger('begin', 0, 1), finger('begin', 1, 1), finger('update', 0, 5)])
    open.pass([finger('end', 1, 1)])
    sent.length = 0
    open.release()
    expect(sent).toEqual([finger('cancel', 0, 5)])
  })

  it('passes nothing at all when the guest is only viewed', () => {
    const { sent, gate: closed } = gate(true)
    closed.pass([at(1), key(30, true), left(true), { kind: 'motion', dx: 1, dy: 1 }])
    closed.release()
    expect(sent).toEqual([])
  })

  it('stops a flood, never a release, and opens again with time', () => {
    const { sent, clock, gate: open } = gate()
    open.pass([key(30, true)])
    open.pass(Array.from({ length: 10_000 }, (_, x) => at(x % 100)))
    expect(sent).toHaveLength(2000)
    open.pass([key(31, true), key(31, false), key(30, false)])
    expect(sent.slice(2000)).toEqual([key(30, false)])
    clock.ms += 10
    open.pass(Array.from({ length: 100 }, () => at(1)))
    expect(sent).toHaveLength(2021)
  })
})
