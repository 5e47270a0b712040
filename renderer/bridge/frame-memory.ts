// SPDX-License-Identifier: GPL-2.0-or-later

/** Bytes before a payload: one word that is 1 from the writing of the payload until it was taken. */
const HEAD = 64
/** Room grows in these steps, bytes. */
const STEP = 2 ** 20

/** Payloads in memory that the frames' worker and the page share. The worker writes, the page takes. */
export type Slot = SharedArrayBuffer

/** The worker's half: finds a slot that the page is done with. */
export class FrameSlots {
  readonly #slots: Slot[] = []
  readonly #tell: (index: number, slot: Slot) => void

  /** @param tell a slot was made, or made anew: the page must hear of it before its payload */
  constructor(tell: (index: number, slot: Slot) => void) {
    this.#tell = tell
  }

  /** A slot for so many bytes, and where they go. It is taken until the page lets go of it. */
  take(bytes: number): { readonly index: number; readonly target: Uint8Array<SharedArrayBuffer> } {
    const free = this.#slots.findIndex((slot) => Atomics.load(new Int32Array(slot, 0, 1), 0) === 0)
    const index = free === -1 ? this.#slots.length : free
    let slot = this.#slots[index]
    if (!slot || slot.byteLength < HEAD + bytes) {
      slot = new SharedArrayBuffer(Math.ceil((HEAD + bytes) / STEP) * STEP)
      this.#slots[index] = slot
      this.#tell(index, slot)
    }
    Atomics.store(new Int32Array(slot, 0, 1), 0, 1)
    return { index, target: payloadOf(slot, bytes) }
  }
}

export function payloadOf(slot: Slot, bytes: number): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(slot, HEAD, bytes)
}

/** The page is done with what a slot holds. */
export function release(slot: Slot): void {
  Atomics.store(new Int32Array(slot, 0, 1), 0, 0)
}
