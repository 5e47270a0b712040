// SPDX-License-Identifier: GPL-2.0-or-later
import { Region } from '../../core/damage.ts'
import type { Rect } from '../../core/geometry.ts'
import type { SurfaceId } from '../../core/protocol.ts'

/**
 * Where two surfaces of one size may differ, for the pairs that were compared: a guest flips between a few
 * buffers over and over, and what was found once only grows by what is drawn since.
 */
export class FlipDifferences {
  /** Both ways, one region for either. */
  readonly #pairs = new Map<SurfaceId, Map<SurfaceId, Region>>()

  /** Parts that hold every pixel in which they differ; undefined when nobody compared them. */
  between(one: SurfaceId, other: SurfaceId): readonly Rect[] | undefined {
    return this.#pairs.get(one)?.get(other)?.rects
  }

  /** They are equal but for these parts. */
  learn(one: SurfaceId, other: SurfaceId, parts: readonly Rect[]): void {
    const region = new Region()
    region.addAll(parts)
    this.#others(one).set(other, region)
    this.#others(other).set(one, region)
  }

  /** A surface changed in these parts. */
  add(surface: SurfaceId, parts: readonly Rect[]): void {
    for (const region of this.#pairs.get(surface)?.values() ?? []) region.addAll(parts)
  }

  forget(surface: SurfaceId): void {
    for (const other of this.#pairs.get(surface)?.keys() ?? []) {
      this.#pairs.get(other)?.delete(surface)
    }
    this.#pairs.delete(surface)
  }

  clear(): void {
    this.#pairs.clear()
  }

  #others(surface: SurfaceId): Map<SurfaceId, Region> {
    const others = this.#pairs.get(surface) ?? new Map<SurfaceId, Region>()
    this.#pairs.set(surface, others)
    return others
  }
}
