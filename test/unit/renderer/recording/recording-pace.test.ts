// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { REPEAT_MS, RecordingPace } from '../../../../renderer/recording/recording-pace.ts'

/** Records every change as soon as the pace allows; when each was recorded. */
function recorded(framesPerSecond: number, changes: readonly number[]): readonly number[] {
  const pace = new RecordingPace(framesPerSecond)
  const times: number[] = []
  for (const [at, change] of changes.entries()) {
    const now = Math.max(change, pace.nextMs(true))
    // A later change takes the place of one that waits.
    if (now > (changes[at + 1] ?? Number.POSITIVE_INFINITY)) continue
    pace.took(now)
    times.push(now)
  }
  return times
}

const every = (ms: number, count: number, jitter = 0) =>
  Array.from({ length: count }, (_, at) => at * ms + (at % 2 === 0 ? jitter : -jitter))

it('records a guest of the same rate picture by picture, though its clock trembles', () => {
  for (const jitter of [0, 1, 4]) {
    expect(recorded(30, every(1000 / 30, 300, jitter))).toHaveLength(300)
  }
})

it('records half the pictures of a guest that is twice as fast', () => {
  const times = recorded(30, every(1000 / 60, 600))
  expect(times.length).toBeGreaterThanOrEqual(299)
  expect(times.length).toBeLessThanOrEqual(301)
})

it('records a change after a rest at once', () => {
  const pace = new RecordingPace(30)
  pace.took(0)
  expect(pace.nextMs(true)).toBeLessThan(500)
})

it('never hurries after a delay', () => {
  const pace = new RecordingPace(10)
  pace.took(0)
  pace.took(1000)
  expect(pace.nextMs(true)).toBeGreaterThan(1050)
})

it('repeats a picture that rests once a second', () => {
  const pace = new RecordingPace(30)
  pace.took(100)
  expect(pace.nextMs(false)).toBe(100 + REPEAT_MS)
})
