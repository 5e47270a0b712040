// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  ACTIVE_MS,
  HIDDEN_MS,
  IDLE_MAX_MS,
  IDLE_MS,
  Poller,
  type PollState,
  planRefresh,
  RESTING_MS,
  type RefreshOutcome,
  WAKE_MS,
} from '../../../../main/source/poller.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'

const rest: PollState = {
  ...{ visible: true, underWay: 0, credits: 2, woken: false },
  ...{ refreshedAt: 1000, changedAt: 1000, costMs: 0, pushed: false, activeMs: ACTIVE_MS },
}
const delay = (change: Partial<PollState>, now = 1000) =>
  planRefresh({ ...rest, ...change }, now).at - 1000

describe('the schedule of refreshes', () => {
  it.each([
    ['a display frame after a change', {}, 1000, ACTIVE_MS],
    ['a display frame while changes come', { changedAt: 800 }, 1000, ACTIVE_MS],
    ['slower after half a second', { changedAt: 400 }, 1000, RESTING_MS],
    ['slower still after five seconds', { changedAt: -4001 }, 1000, IDLE_MS],
    ['rarer when a scan is dear', { changedAt: -9000, costMs: 0.75 }, 1000, 150],
    ['never rarer than twice a second', { changedAt: -9000, costMs: 90 }, 1000, IDLE_MAX_MS],
    ['rarer at rest, too, when a scan is dear', { changedAt: 400, costMs: 5 }, 1000, 100],
    ['five times a second at rest at least', { changedAt: 400, costMs: 90 }, 1000, 200],
    ['almost at once when woken', { changedAt: -9000, woken: true }, 1000, WAKE_MS],
    ['once a second when hidden', { visible: false }, 1000, HIDDEN_MS],
    ['once a second when hidden, woken or not', { visible: false, woken: true }, 1000, HIDDEN_MS],
    ['once a second while two frames are under way', { underWay: 2, woken: true }, 1000, HIDDEN_MS],
    ['on time while one is', { underWay: 1 }, 1000, ACTIVE_MS],
    ['a frame of a faster display', { activeMs: 1000 / 144 }, 1000, 1000 / 144],
    ['never while a source would tell', { pushed: true }, 1000, Infinity],
    ['never while it tells nothing, hidden', { pushed: true, visible: false }, 1000, Infinity],
    ['almost at once when it tells', { pushed: true, woken: true }, 1000, WAKE_MS],
    ['not while the only credit is out', { underWay: 1, credits: 1 }, 1000, HIDDEN_MS],
  ])('is %s', (_name, change, now, expected) => {
    expect(delay(change, now)).toBeCloseTo(expected, 6)
  })

  it('reads pixels only when a frame may go out', () => {
    const pixels = (change: Partial<PollState>) => planRefresh({ ...rest, ...change }, 1000).pixels
    expect(pixels({})).toBe(true)
    expect(pixels({ visible: false })).toBe(false)
    expect(pixels({ underWay: 2 })).toBe(false)
  })
})

function setUp(outcome: (pixels: boolean, count: number) => RefreshOutcome) {
  const clock = new ManualClock()
  const refreshes: boolean[] = []
  const poller = new Poller(clock, (pixels) => {
    refreshes.push(pixels)
    return outcome(pixels, refreshes.length)
  })
  return { clock, poller, refreshes }
}

describe('the poller', () => {
  it('has no timer before it is started and none after it is disposed', () => {
    const { clock, poller } = setUp(() => ({ changed: false }))
    expect(clock.pending).toBe(0)
    poller.wake()
    expect(clock.pending).toBe(0)
    poller.start(2)
    expect(clock.pending).toBe(1)
    poller[Symbol.dispose]()
    expect(clock.pending).toBe(0)
  })

  it('has no timer while a source that tells of everything rests, and one while something is amiss', () => {
    const clock = new ManualClock()
    let isRestless = true
    const poller = new Poller(
      clock,
      () => ({ changed: false, isRestless }),
      () => true,
    )
    poller.start(2)
    clock.advance(1000)
    expect(clock.pending).toBe(1)
    isRestless = false
    clock.advance(1000)
    expect(clock.pending).toBe(0)
    poller.nudge()
    expect(clock.pending).toBe(0)
    poller.wake()
    expect(clock.pending).toBe(1)
    clock.advance(WAKE_MS)
    expect(clock.pending).toBe(0)
  })

  it('keeps the pace of the display, and believes no display that cannot be', () => {
    const { clock, poller, refreshes } = setUp(() => ({ changed: true }))
    poller.start(2)
    clock.advance(100)
    for (const hz of [0, -5, Number.NaN, Number.POSITIVE_INFINITY, 5000]) poller.hz = hz
    const before = refreshes.length
    clock.advance(1000)
    expect(refreshes.length - before).toBeLessThanOrEqual(63)
    poller.hz = 120
    clock.advance(1000)
    expect(refreshes.length - before).toBeGreaterThan(160)
  })

  it('stops after two frames until one was presented', () => {
    const { clock, poller, refreshes } = setUp((pixels, count) =>
      pixels ? { frame: count, changed: true } : { changed: false },
    )
    poller.start(2)
    clock.advance(200)
    expect(refreshes).toEqual([true, true])
    poller.presented(1)
    clock.advance(0)
    expect(refreshes).toEqual([true, true, true])
    clock.advance(900)
    expect(refreshes).toHaveLength(3)
  })

  it('takes a later frame for the presentation of all before it', () => {
    const { clock, poller, refreshes } = setUp((_, count) => ({ frame: count, changed: true }))
    poller.start(2)
    clock.advance(100)
    poller.presented(2)
    clock.advance(100)
    expect(refreshes).toHaveLength(4)
  })

  it('keeps to the display while frames flow', () => {
    const { clock, poller, refreshes } = setUp((_, count) => ({ frame: count, changed: true }))
    poller.start(2)
    for (let ms = 0; ms < 1000; ms += 1) {
      clock.advance(1)
      poller.presented(refreshes.length)
    }
    expect(refreshes.length).toBeGreaterThan(55)
    expect(refreshes.length).toBeLessThan(64)
  })

  it('does little when nothing changes', () => {
    const { clock, poller, refreshes } = setUp(() => ({ changed: false }))
    poller.start(2)
    clock.advance(10_000)
    const before = refreshes.length
    clock.advance(10_000)
    expect(refreshes.length - before).toBeLessThanOrEqual(101)
    expect(clock.pending).toBe(1)
  })

  it('wakes at once from its rest', () => {
    const { clock, poller, refreshes } = setUp(() => ({ changed: false }))
    poller.start(2)
    clock.advance(10_010)
    const before = refreshes.length
    poller.wake()
    clock.advance(WAKE_MS)
    expect(refreshes.length).toBe(before + 1)
  })

  it('makes one refresh of a storm of wake-ups', () => {
    const { clock, poller, refreshes } = setUp(() => ({ changed: false }))
    poller.start(2)
    for (let at = 0; at < 1000; at += 1) poller.wake()
    clock.advance(WAKE_MS)
    expect(refreshes.length).toBeLessThanOrEqual(2)
  })

  it('reads only the state while hidden, and pixels at once when seen again', () => {
    const { clock, poller, refreshes } = setUp(() => ({ changed: false }))
    poller.start(2)
    clock.advance(100)
    refreshes.length = 0
    poller.setVisible(false)
    clock.advance(3100)
    expect(refreshes.length).toBe(3)
    expect(refreshes.some(Boolean)).toBe(false)
    poller.setVisible(true)
    clock.advance(WAKE_MS)
    expect(refreshes.at(-1)).toBe(true)
  })

  it('forgets what a page that started anew will never present', () => {
    const { clock, poller, refreshes } = setUp((pixels, count) =>
      pixels ? { frame: count, changed: true } : { changed: false },
    )
    poller.start(2)
    clock.advance(500)
    expect(refreshes).toHaveLength(2)
    poller.forgetFrames()
    clock.advance(WAKE_MS)
    expect(refreshes).toHaveLength(3)
  })
})
