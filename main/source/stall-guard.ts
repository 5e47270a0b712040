// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { PlaneKind } from '../../core/plane.ts'
import type { PlaneReading } from './source.ts'

/** Errors of a modeset are over within this time, ms; then a person is told. */
export const STALL_MS = 1000

/** Keeps the last good reading of each plane through transient errors. */
export class StallGuard {
  readonly #now: () => number
  readonly #last = new Map<PlaneKind, PlaneReading>()
  readonly #since = new Map<PlaneKind, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** The plane was read. */
  passed(kind: PlaneKind, reading: PlaneReading): PlaneReading {
    this.#last.set(kind, reading)
    this.#since.delete(kind)
    return reading
  }

  /** What the last reading lent is no longer there. */
  forget(kind: PlaneKind): void {
    this.#last.delete(kind)
  }

  /**
   * It was not: the last reading stands for a second, then the plane is `stalled`. A plane that was
   * never read is stalled at once, because there is nothing to keep.
   */
  failed(kind: PlaneKind, failure: Failure): PlaneReading {
    const now = this.#now()
    const since = this.#since.get(kind) ?? now
    this.#since.set(kind, since)
    const last = this.#last.get(kind)
    if (last && now - since < STALL_MS) return { ...last, mayHaveChanged: false, isStale: true }
    return { status: { kind, state: 'stalled', failure }, mayHaveChanged: false, isStale: true }
  }
}
