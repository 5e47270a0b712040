// SPDX-License-Identifier: GPL-2.0-or-later

const STEP = 65536
const KEPT = 4

/** Buffers for the bytes of frames, used again once the reader hands them back. */
export class PayloadPool {
  #free: ArrayBuffer[] = []

  /** A buffer of at least `bytes`; its old contents are still in it. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const fitting = this.#free
      .filter((buffer) => buffer.byteLength >= bytes)
      .sort((a, b) => a.byteLength - b.byteLength)[0]
    // A cursor's few bytes do not travel in a frame's megabytes.
    const isWorth = fitting && fitting.byteLength <= Math.max(STEP, bytes * 8)
    if (!isWorth) return new Uint8Array(new ArrayBuffer(Math.ceil(bytes / STEP) * STEP))
    this.#free = this.#free.filter((buffer) => buffer !== fitting)
    return new Uint8Array(fitting)
  }

  /** Takes a buffer back; the least useful one goes when there are too many. */
  recycle(buffer: ArrayBuffer): void {
    if (buffer.byteLength === 0 || this.#free.includes(buffer)) return
    this.#free.push(buffer)
    if (this.#free.length <= KEPT) return
    this.#free.sort((a, b) => b.byteLength - a.byteLength)
    this.#free.length = KEPT
  }
}
