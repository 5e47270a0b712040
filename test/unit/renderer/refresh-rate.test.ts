// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { type FrameClock, RefreshRate } from '../../../renderer/desktop/refresh-rate.ts'

/** A display whose frames and time go on when told. */
class FakeDisplay implements FrameClock {
  gapMs = 1000 / 60
  #now = 0
  #frame: ((atMs: number) => void) | undefined
  #timer: { readonly at: number; readonly run: () => void } | undefined

  next(run: (atMs: number) => void): () => void {
    this.#frame = run
    return () => {
      this.#frame = undefined
    }
  }

  after(ms: number, run: () => void): () => void {
    this.#timer = { at: this.#now + ms, run }
    return () => {
      this.#timer = undefined
    }
  }

  get isIdle(): boolean {
    return !this.#frame && !this.#timer
  }

  /** @param gaps of each frame, ms; the display's own where there is none */
  run(frames: number, gaps: readonly number[] = []): void {
    for (let at = 0; at < frames; at += 1) {
      this.#now += gaps[at] ?? this.gapMs
      const timer = this.#timer
      if (timer && timer.at <= this.#now) {
        this.#timer = undefined
        timer.run()
      }
      const frame = this.#frame
      this.#frame = undefined
      frame?.(this.#now)
    }
  }
}

function setUp() {
  const display = new FakeDisplay()
  const told: number[] = []
  const rate = new RefreshRate((hz) => told.push(hz), display)
  return { display, told, rate }
}

describe('the rate of the display', () => {
  it.each([50, 60, 75, 120, 144, 240])('is found at %i Hz, and then nothing is watched', (hz) => {
    const { display, told, rate } = setUp()
    display.gapMs = 1000 / hz
    rate.changed()
    display.run(400)
    expect(told).toHaveLength(1)
    expect(told[0]).toBeCloseTo(hz, 3)
    expect(display.isIdle).toBe(true)
  })

  it('is found although some frames were missed', () => {
    const { display, told, rate } = setUp()
    display.gapMs = 1000 / 144
    rate.changed()
    const gaps = Array.from({ length: 400 }, (_, at) => ((at % 3 === 0 ? 2 : 1) * 1000) / 144)
    display.run(400, gaps)
    expect(told[0]).toBeCloseTo(144, 3)
  })

  it('is told anew only when it is another', () => {
    const { display, told, rate } = setUp()
    rate.changed()
    display.run(200)
    rate.changed()
    display.run(200)
    expect(told).toHaveLength(1)
    display.gapMs = 1000 / 120
    rate.changed()
    display.run(300)
    expect(told).toHaveLength(2)
    expect(told[1]).toBeCloseTo(120, 3)
  })

  it('is not looked for while the window moves, nor after the end', () => {
    const { display, told, rate } = setUp()
    for (let step = 0; step < 20; step += 1) {
      rate.changed()
      display.run(30)
    }
    expect(told).toHaveLength(0)
    rate[Symbol.dispose]()
    display.run(300)
    expect(told).toHaveLength(0)
    expect(display.isIdle).toBe(true)
  })
})
