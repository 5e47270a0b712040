// SPDX-License-Identifier: GPL-2.0-or-later

/** Frames that are looked at: about a third of a second. */
const FRAMES = 24
/** A window that is being moved or sized is not measured before it rests, ms. */
const RESTS_MS = 1000
/** Rates closer together than this part are one. */
const ALIKE = 0.03

/** Where frames come from; tests give their own. */
export type FrameClock = {
  /** Calls once at the next frame of the display with its time, ms. Returns its undo. */
  next(run: (atMs: number) => void): () => void
  after(ms: number, run: () => void): () => void
}

const pageClock: FrameClock = {
  next: (run) => {
    const id = requestAnimationFrame(run)
    return () => cancelAnimationFrame(id)
  },
  after: (ms, run) => {
    const id = setTimeout(run, ms)
    return () => clearTimeout(id)
  },
}

/**
 * How often the display under the window shows a frame, found by watching a few of them: no API tells.
 * Measured when asked to, and once the window rests after it moved to another size or screen.
 */
export class RefreshRate implements Disposable {
  readonly #tell: (hz: number) => void
  readonly #clock: FrameClock
  #cancel: (() => void) | undefined
  #told = 0

  /** @param tell hears a rate that is another than before, Hz */
  constructor(tell: (hz: number) => void, clock: FrameClock = pageClock) {
    this.#tell = tell
    this.#clock = clock
  }

  /** The window moved, or came: what was known may not hold. */
  changed(): void {
    this.#cancel?.()
    this.#cancel = this.#clock.after(RESTS_MS, () => this.#watch([]))
  }

  [Symbol.dispose](): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #watch(times: readonly number[]): void {
    this.#cancel = this.#clock.next((atMs) => {
      const seen = [...times, atMs]
      if (seen.length <= FRAMES) this.#watch(seen)
      else this.#judge(seen)
    })
  }

  /** The middle one of the gaps: a frame that was missed makes one twice as long, and none shorter. */
  #judge(times: readonly number[]): void {
    this.#cancel = undefined
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? time))
    const middle = gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? 0
    if (middle <= 0) return
    const hz = 1000 / middle
    if (Math.abs(hz - this.#told) <= this.#told * ALIKE) return
    this.#told = hz
    this.#tell(hz)
  }
}
