// SPDX-License-Identifier: GPL-2.0-or-later
import type { Clock } from '../../main/source/poller.ts'

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  ms = 0
  #timers: { readonly at: number; readonly run: () => void }[] = []

  now(): number {
    return this.ms
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.ms + delayMs, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  get pending(): number {
    return this.#timers.length
  }

  /** Runs what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.ms + ms
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (!next) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.ms = Math.max(this.ms, next.at)
      next.run()
    }
    this.ms = end
  }
}
