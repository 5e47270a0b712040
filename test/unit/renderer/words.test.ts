// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { vmRuns } from '../../../core/guest.ts'
import { FrameRate } from '../../../renderer/frame-rate.ts'
import { createViewStore } from '../../../renderer/store.ts'
import { sentence } from '../../../renderer/ui/sentence.ts'
import {
  actionWords,
  consoleWords,
  modifierWords,
  rateWords,
  stateWords,
  summary,
} from '../../../renderer/ui/words.ts'

const failure = { code: 'busy', what: 'cannot open x', why: 'it is busy', remedy: 'stop the VM' }
const state = createViewStore().getState()

describe('words', () => {
  it('says what, why and what would help for a failure', () => {
    const words = stateWords({ ...state, session: { kind: 'failed', failure } })
    expect(words).toMatchObject({
      title: 'The display cannot be opened',
      why: 'Cannot open x: it is busy.',
      remedy: 'Stop the VM.',
      actions: ['reopen', 'close'],
    })
  })

  it('names the field of a verdict', () => {
    const verdict = { ...failure, field: 'stride', value: '12' }
    const words = stateWords({ ...state, session: { kind: 'refused', verdict } })
    expect(words?.fact).toBe('stride = 12')
  })

  it('says nothing while the picture is live', () => {
    expect(stateWords({ ...state, session: { kind: 'live' } })).toBe(undefined)
  })

  it('shows what keeps the page itself from drawing', () => {
    const words = stateWords({ ...state, session: { kind: 'live' }, problem: failure })
    expect(words?.why).toContain('it is busy')
  })

  it('waits in the name of the VM before its first picture, and not after it', () => {
    const session = { kind: 'waiting', failure } as const
    const title = (picture: typeof state.picture) =>
      stateWords({ ...state, session, picture })?.title
    expect(title(undefined)).toBe('Waiting for Scanout')
    expect(title({ width: 1, height: 1 })).toBe('The display went away')
  })

  const live = { ...state, session: { kind: 'live' }, viewOnly: false } as const
  it.each(vmRuns)('has a next step for a VM that is %s, or nothing to say', (run) => {
    const words = stateWords({ ...live, vm: { run, note: '' } })
    expect(words?.actions.length ?? 0).toBe(run === 'running' ? 0 : 1)
    for (const action of words?.actions ?? []) expect(actionWords[action]).not.toBe('')
    const seen = stateWords({ ...live, viewOnly: true, vm: { run, note: '' } })
    expect(seen?.actions ?? []).toEqual([])
    expect(seen?.title).toBe(words?.title)
  })

  it('names a console of text as such, and one without a label by its number', () => {
    expect(consoleWords({ id: 3, label: 'serial0', type: 'Text' })).toBe('serial0 (text)')
    expect(consoleWords({ id: 3, label: '', type: 'Graphic' })).toBe('Console 3')
  })

  it.each([
    [0n, 'Linear'],
    [0x0100000000000001n, 'Intel X-tiled'],
    [0x0100000000000002n, 'Intel Y-tiled'],
  ])('calls modifier %s %s', (value, name) => {
    expect(modifierWords(value)).toBe(name)
  })

  it.each([
    [0, 'No change'],
    [1, '1 frame/s'],
    [60, '60 frames/s'],
  ])('writes a rate of %i as %s', (rate, words) => {
    expect(rateWords(rate)).toBe(words)
  })

  it.each([
    ['stop the VM', 'Stop the VM.'],
    ['Done!', 'Done!'],
    ['', ''],
  ])('makes a sentence of "%s"', (text, wanted) => {
    expect(sentence(text)).toBe(wanted)
  })

  it('sums a picture up without a plane by its size alone', () => {
    expect(summary({ ...state, picture: { width: 64, height: 32 } })).toBe('64 × 32')
  })
})

describe('frame rate', () => {
  it('counts the frames of the last second and tells twice a second at most', () => {
    const rate = new FrameRate()
    const told: number[] = []
    for (let frame = 0; frame < 120; frame += 1) {
      const value = rate.add(frame * (1000 / 60))
      if (value !== undefined) told.push(value)
    }
    expect(told.length).toBeLessThanOrEqual(5)
    expect(told.at(-1)).toBeGreaterThanOrEqual(59)
    expect(told.at(-1)).toBeLessThanOrEqual(61)
  })
})
