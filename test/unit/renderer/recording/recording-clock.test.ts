// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { RecordingClock } from '../../../../renderer/recording/recording-clock.ts'

/** Main's clock is a minute behind the page's; frames take 5 ms at least. */
const AHEAD = 60_000

function running(): RecordingClock {
  const clock = new RecordingClock()
  clock.saw(1000, 1000 + AHEAD + 5)
  clock.start(1000)
  return clock
}

it('begins at 0 with the first picture', () => expect(running().stamp(1000)).toBe(0))

it('stamps a picture with the moment it was read, however long it took to come', () => {
  const clock = running()
  clock.stamp(1000)
  clock.saw(1040, 1040 + AHEAD + 900)
  expect(clock.stamp(1040)).toBe(40_000)
})

it("reads the page's clock as main's, less the shortest way", () => {
  const clock = running()
  clock.saw(1040, 1040 + AHEAD + 900)
  expect(clock.mainMs(2000 + AHEAD + 5)).toBe(2000)
  expect(clock.elapsedUs(2000 + AHEAD + 5)).toBe(1_000_000)
})

it('never stamps two pictures alike, nor back in time', () => {
  const clock = running()
  const stamps = [1000, 1000, 990, 1000.2, 1500, 1499].map((ms) => clock.stamp(ms))
  expect(stamps).toEqual([0, 1000, 2000, 3000, 500_000, 501_000])
})

it('is 0 before anything came', () => {
  expect(new RecordingClock().elapsedUs(5000)).toBe(0)
})
