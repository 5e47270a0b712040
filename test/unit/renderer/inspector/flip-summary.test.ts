// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { PlaneUpdate } from '../../../../renderer/inspector/flip-history.ts'
import { summarise } from '../../../../renderer/inspector/flip-summary.ts'
import { updateAt } from '../../../../renderer/inspector/timeline-drawing.ts'

const update = (atMs: number, change: Partial<PlaneUpdate> = {}): PlaneUpdate => ({
  seq: atMs,
  atMs,
  kind: 'primary',
  surface: 1,
  identity: 'dmabuf 1',
  colour: 0,
  isFlip: true,
  damaged: 0,
  share: 0,
  ...change,
})
/** Flips between two buffers every 16 ms, with one pause. */
const steady = Array.from({ length: 20 }, (_, at) => {
  const late = at >= 12 ? 200 : 0
  const colour = at % 2
  return update(at * 16 + late, { colour, surface: colour, identity: `dmabuf ${colour}` })
})

describe('a lane of the timeline', () => {
  it('counts flips, their rate and their buffers, and finds the pause', () => {
    const lane = summarise('primary', steady, 0, 1000)
    expect(lane).toMatchObject({
      flips: 20,
      others: 0,
      rate: 20,
      longestMs: 1000 - (19 * 16 + 200),
    })
    expect(lane.buffers).toEqual([
      { colour: 0, identity: 'dmabuf 0' },
      { colour: 1, identity: 'dmabuf 1' },
    ])
    expect(
      lane.stretches.filter(({ isGap }) => isGap).map(({ fromMs, toMs }) => toMs - fromMs),
    ).toEqual([216])
  })

  it('begins with the buffer that was shown before the span', () => {
    const lane = summarise('primary', [update(100), update(5000, { colour: 1 })], 4000, 6000)
    expect(lane.flips).toBe(1)
    expect(lane.stretches.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [4000, 5000],
      [5000, 6000],
    ])
  })

  it('tells changes within a buffer from flips', () => {
    const lane = summarise('primary', [update(0), update(10, { isFlip: false })], 0, 100)
    expect(lane).toMatchObject({ flips: 1, others: 1 })
  })

  it('does not call what just runs on a pause', () => {
    const lane = summarise('primary', steady, 0, 100_000)
    expect(lane.stretches.at(-1)).toMatchObject({ isGap: false })
    expect(lane.longestMs).toBeGreaterThan(90_000)
  })

  it('calls nothing a pause before there is a habit, nor short ones', () => {
    expect(
      summarise('primary', [update(0), update(900), update(950)], 0, 1000).stretches,
    ).toSatisfy((all: readonly { isGap: boolean }[]) => all.every(({ isGap }) => !isGap))
    const quick = Array.from({ length: 30 }, (_, at) => update(at === 29 ? 28 + 45 : at))
    expect(summarise('primary', quick, 0, 100).stretches.some(({ isGap }) => isGap)).toBe(false)
  })

  it('is empty for a plane that never came, and leaves out what is later', () => {
    const none = { stretches: [], flips: 0, others: 0, rate: 0, buffers: [], longestMs: 0 }
    expect(summarise('cursor', steady, 0, 1000)).toEqual({ kind: 'cursor', ...none })
    expect(summarise('primary', [update(2000)], 0, 1000)).toEqual({ kind: 'primary', ...none })
  })

  it('knows what was shown at a moment', () => {
    const lane = summarise('primary', steady, 0, 1000)
    expect(updateAt(lane, 17)).toBe(steady[1])
    expect(updateAt(lane, 390)).toBe(steady[11])
    expect(updateAt(lane, -1)).toBeUndefined()
  })
})
