// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bridge } from '../../core/protocol.ts'

/** Part of a picture's time after which the next may be read: one is then there when it is due. */
const SHARE = 0.75

/** Asks for no more frames per second than are recorded: each is read, compared and sent in vain else. */
export class FrameCredit {
  readonly #bridge: Pick<Bridge, 'tell'>
  readonly #intervalMs: number
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(bridge: Pick<Bridge, 'tell'>, framesPerSecond: number) {
    this.#bridge = bridge
    this.#intervalMs = (1000 / framesPerSecond) * SHARE
  }

  /** A frame was taken; main hears of it when the next one is welcome. */
  took(seq: number): void {
    const now = performance.now()
    const waitMs = Math.max(0, this.#lastMs + this.#intervalMs - now)
    this.#lastMs = now + waitMs
    if (waitMs === 0) this.#bridge.tell('frame:presented', seq, 0)
    else setTimeout(() => this.#bridge.tell('frame:presented', seq, 0), waitMs)
  }
}
