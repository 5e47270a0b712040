// SPDX-License-Identifier: GPL-2.0-or-later

/** Drawing at once happens no more often than this, ms: twice what a usual display shows. */
export const LEAST_MS = 1000 / 120

/** Decides when what was asked to be drawn is drawn; several wishes become one. */
export class Pacer implements Disposable {
  readonly #draw: () => void
  readonly #atOnce: () => boolean
  #drawnAt = Number.NEGATIVE_INFINITY
  #frame: number | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /**
   * @param atOnce true: now, but at most every {@link LEAST_MS}; false: at the browser's next refresh
   */
  constructor(draw: () => void, atOnce: () => boolean) {
    this.#draw = draw
    this.#atOnce = atOnce
  }

  request(): void {
    if (this.#frame !== undefined || this.#timer !== undefined) return
    if (!this.#atOnce()) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = undefined
        this.#draw()
      })
      return
    }
    const restMs = this.#drawnAt + LEAST_MS - performance.now()
    if (restMs <= 0) this.#run()
    else {
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        this.#run()
      }, restMs)
    }
  }

  [Symbol.dispose](): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    clearTimeout(this.#timer)
  }

  /** Drawing may ask for another drawing, which then waits its turn. */
  #run(): void {
    this.#drawnAt = performance.now()
    this.#draw()
  }
}
