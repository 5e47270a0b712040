// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { PlaneStatus } from '../../../core/plane.ts'
import { nextSession, type SessionEvent, type SessionState } from '../../../core/session-state.ts'
import { validPlane } from '../../fakes/planes.ts'

const failure = { code: 'c', what: 'w', why: 'y', remedy: 'r' }
const verdict = { ...failure, field: 'f', value: 'v' }
const { plane } = validPlane()

const primary: Readonly<Record<PlaneStatus['state'], PlaneStatus>> = {
  shown: { kind: 'primary', state: 'shown', plane, identity: 'i' },
  disabled: { kind: 'primary', state: 'disabled' },
  absent: { kind: 'primary', state: 'absent' },
  refused: { kind: 'primary', state: 'refused', verdict },
  stalled: { kind: 'primary', state: 'stalled', failure },
}
const states: Readonly<Record<SessionState['kind'], SessionState>> = {
  connecting: { kind: 'connecting' },
  live: { kind: 'live' },
  disabled: { kind: 'disabled' },
  refused: { kind: 'refused', verdict },
  stalled: { kind: 'stalled', failure },
  failed: { kind: 'failed', failure },
  lost: { kind: 'lost', failure },
  waiting: { kind: 'waiting', failure },
}
const planes = (...statuses: PlaneStatus[]): SessionEvent => ({ kind: 'planes', statuses })
const open = ['connecting', 'live', 'disabled', 'refused', 'stalled'] as const

describe('nextSession', () => {
  it.each(open)('lets the primary decide while it is %s', (kind) => {
    const seen = (state: PlaneStatus['state']) => nextSession(states[kind], planes(primary[state]))
    expect(seen('shown')).toEqual({ kind: 'live' })
    expect(seen('disabled')).toEqual({ kind: 'disabled' })
    expect(seen('absent')).toEqual({ kind: 'disabled' })
    expect(seen('refused')).toEqual({ kind: 'refused', verdict })
    expect(seen('stalled')).toEqual({ kind: 'stalled', failure })
  })

  it.each(open)('stays %s when only the cursor speaks', (kind) => {
    const cursor: PlaneStatus = { kind: 'cursor', state: 'disabled' }
    expect(nextSession(states[kind], planes(cursor))).toBe(states[kind])
  })

  it.each(['failed', 'lost', 'waiting'] as const)('stays %s whatever planes come', (kind) => {
    for (const status of Object.values(primary)) {
      expect(nextSession(states[kind], planes(status))).toBe(states[kind])
    }
  })

  it.each(Object.values(states))(
    'goes from $kind to connecting when it is opened again',
    (state) => {
      expect(nextSession(state, { kind: 'reopening' })).toEqual({ kind: 'connecting' })
      expect(nextSession(state, { kind: 'opened' })).toEqual({ kind: 'connecting' })
    },
  )

  it.each(Object.values(states))('goes from $kind to failed when it cannot be opened', (state) => {
    expect(nextSession(state, { kind: 'open-failed', failure })).toEqual({
      kind: 'failed',
      failure,
    })
  })

  it.each(Object.values(states))('goes from $kind to waiting when it is tried again', (state) => {
    expect(nextSession(state, { kind: 'waiting', failure })).toEqual({ kind: 'waiting', failure })
  })

  it.each(Object.values(states))('is lost from $kind when the source is gone', (state) => {
    const lost = nextSession(state, { kind: 'gone', failure })
    // What never was open cannot be lost.
    expect(lost.kind).toBe(state.kind === 'failed' ? 'failed' : 'lost')
  })
})
