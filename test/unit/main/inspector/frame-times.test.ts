// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { FrameTimes } from '../../../../main/inspector/frame-times.ts'

describe('the times of frames', () => {
  it('are told once, from reading to arrival and from there to the screen', () => {
    const times = new FrameTimes()
    times.came(1, 1000, 1002, 500)
    times.came(2, 1010, 1011, 700)
    times.presented(1, 1015)
    expect(times.take()).toEqual({
      frames: 2,
      bytes: 1200,
      samples: [{ seq: 1, sourceMs: 2, roundMs: 13 }],
    })
    times.presented(2, 1020)
    expect(times.take()).toEqual({
      frames: 0,
      bytes: 0,
      samples: [{ seq: 2, sourceMs: 1, roundMs: 9 }],
    })
  })

  it('ignore a frame that is told twice or never came', () => {
    const times = new FrameTimes()
    times.came(1, 0, 1, 1)
    times.presented(1, 2)
    times.presented(1, 3)
    times.presented(9, 3)
    expect(times.take().samples).toHaveLength(1)
  })

  it('are not negative when a clock was set back', () => {
    const times = new FrameTimes()
    times.came(1, 1000, 900, 1)
    times.presented(1, 800)
    expect(times.take().samples).toEqual([{ seq: 1, sourceMs: 0, roundMs: 0 }])
  })

  it('keep the newest of very many, answered or not', () => {
    const times = new FrameTimes()
    for (let seq = 1; seq <= 10_000; seq += 1) {
      times.came(seq, 0, 0, 1)
      if (seq % 2 === 0) times.presented(seq, 1)
    }
    const { frames, samples } = times.take()
    expect(frames).toBe(10_000)
    expect(samples).toHaveLength(256)
    expect(samples.at(-1)?.seq).toBe(10_000)
    // The oldest unanswered one was let go of.
    times.presented(1, 5)
    expect(times.take().samples).toEqual([])
    times.presented(9999, 5)
    expect(times.take().samples).toHaveLength(1)
  })
})
