// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { FrameStatistics } from '../../../main/frame-statistics.ts'

it('has no figures before the first frame', () => {
  expect(new FrameStatistics().figures()).toEqual({
    frames: 0,
    fps: 0,
    drawMs: { median: null, p95: null },
    latencyMs: { median: null, p95: null },
    bytesSent: 0,
  })
})

it('counts frames, rate, spreads and bytes', () => {
  const statistics = new FrameStatistics()
  for (let frame = 0; frame < 101; frame += 1) {
    statistics.sent(10)
    statistics.presented(frame * 20, frame * 20 + frame, frame / 2)
  }
  expect(statistics.figures()).toEqual({
    frames: 101,
    fps: 47.62,
    drawMs: { median: 25, p95: 47.5 },
    latencyMs: { median: 50, p95: 95 },
    bytesSent: 1010,
  })
})

it('keeps counting when its samples are full', () => {
  const statistics = new FrameStatistics()
  for (let frame = 0; frame < 70_000; frame += 1) statistics.presented(0, 1, 1)
  expect(statistics.figures()).toMatchObject({ frames: 70_000, drawMs: { median: 1, p95: 1 } })
})
