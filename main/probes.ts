// SPDX-License-Identifier: GPL-2.0-or-later

/** A picture read back from the page: RGBA, rows tight. */
export type ProbedPicture = {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

/** Pairs each question to the page's presenter with its answer. */
export class Probes {
  readonly #ask: (id: number, cursor: boolean) => void
  readonly #waiting = new Map<number, (picture: ProbedPicture) => void>()
  #last = 0

  constructor(ask: (id: number, cursor: boolean) => void) {
    this.#ask = ask
  }

  /** Rejects with the signal's reason when the page does not answer before it aborts. */
  async read(cursor: boolean, signal: AbortSignal): Promise<ProbedPicture> {
    signal.throwIfAborted()
    this.#last += 1
    const id = this.#last
    const { promise, resolve, reject } = Promise.withResolvers<ProbedPicture>()
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    this.#waiting.set(id, resolve)
    this.#ask(id, cursor)
    try {
      return await promise
    } finally {
      this.#waiting.delete(id)
      signal.removeEventListener('abort', abort)
    }
  }

  /** An answer nobody waits for, or one whose bytes do not fit its size, is dropped. */
  answer(id: number, width: number, height: number, base64: string): void {
    const rgba = Buffer.from(base64, 'base64')
    if (rgba.byteLength !== width * height * 4) return
    this.#waiting.get(id)?.({ width, height, rgba })
  }
}
