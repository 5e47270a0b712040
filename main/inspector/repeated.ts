// SPDX-License-Identifier: GPL-2.0-or-later
import type { Clock } from '../source/poller.ts'

/** Does something at once, and again each time a pause after it was done, until it is disposed. */
export class Repeated implements Disposable {
  readonly #clock: Clock
  readonly #pauseMs: number
  readonly #job: (isWanted: () => boolean) => Promise<void>
  #cancel: (() => void) | undefined
  #isEnded = false

  /** @param job is told by `isWanted` whether its outcome still counts; must not reject */
  constructor(clock: Clock, pauseMs: number, job: (isWanted: () => boolean) => Promise<void>) {
    this.#clock = clock
    this.#pauseMs = pauseMs
    this.#job = job
    void this.#run()
  }

  [Symbol.dispose](): void {
    this.#isEnded = true
    this.#cancel?.()
    this.#cancel = undefined
  }

  async #run(): Promise<void> {
    await this.#job(() => !this.#isEnded)
    if (this.#isEnded) return
    this.#cancel = this.#clock.after(this.#pauseMs, () => void this.#run())
  }
}
