// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Fulfils wishes one at a time. Of those that came meanwhile only the newest counts, and one that is
 * the same as the last begun is none.
 */
export class LatestWish<T> {
  readonly #fulfil: (wish: T) => Promise<void>
  readonly #isSame: (a: T, b: T) => boolean
  #begun: T | undefined
  #next: T | undefined
  #isBusy = false

  /** @param fulfil must not reject: its trouble is its own */
  constructor(fulfil: (wish: T) => Promise<void>, isSame: (a: T, b: T) => boolean) {
    this.#fulfil = fulfil
    this.#isSame = isSame
  }

  wish(wish: T): void {
    const isBegun = this.#begun !== undefined && this.#isSame(wish, this.#begun)
    this.#next = isBegun ? undefined : wish
    if (!this.#isBusy) void this.#work()
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    while (this.#next !== undefined) {
      this.#begun = this.#next
      this.#next = undefined
      await this.#fulfil(this.#begun)
    }
    this.#isBusy = false
  }
}
