// SPDX-License-Identifier: GPL-2.0-or-later
import type { CachedSurface, PlaneReading, Source, SourceInfo } from './source.ts'

/** A source whose planes never change. */
export class StillSource implements Source {
  readonly info: SourceInfo
  readonly gone = undefined
  readonly queryErrors = 0
  readonly #readings: readonly PlaneReading[]
  readonly #owned: Disposable

  /** @param owned what the readings' memory belongs to */
  constructor(info: SourceInfo, readings: readonly PlaneReading[], owned: Disposable) {
    this.info = info
    this.#readings = readings
    this.#owned = owned
  }

  refresh(): readonly PlaneReading[] {
    return this.#readings
  }

  onWake(): void {}

  surfaces(): readonly CachedSurface[] {
    return this.#readings.flatMap(({ status, memory }) => {
      if (status.state !== 'shown' || !memory) return []
      const bytes = memory.mappings.reduce((sum, { size }) => sum + size, 0)
      return [{ identity: status.identity, plane: status.plane, bytes }]
    })
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]()
  }
}
