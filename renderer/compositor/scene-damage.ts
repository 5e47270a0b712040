// SPDX-License-Identifier: GPL-2.0-or-later
import { Region } from '../../core/damage.ts'
import { intersect, type Point, type Rect, type Size } from '../../core/geometry.ts'
import type { Plane, PlaneKind } from '../../core/plane.ts'
import type { SurfaceId } from '../../core/protocol.ts'

/** A plane of the scene at its place in the picture. */
export type PlacedPlane = Point & {
  readonly kind: PlaneKind
  readonly surface: SurfaceId
  readonly plane: Plane
}

/**
 * Which parts of the composed picture must be made again: the primary's damage, and the places where a
 * plane above it is or was.
 */
export class SceneDamage {
  readonly #damage = new Map<SurfaceId, Region>()
  #size: Size = { width: 0, height: 0 }
  #primary: SurfaceId | undefined
  #layers: readonly PlacedPlane[] = []

  /** Says which parts of a surface, in its plane's pixels, changed. */
  add(surface: SurfaceId, parts: readonly Rect[]): void {
    const region = this.#damage.get(surface) ?? new Region()
    region.addAll(parts)
    this.#damage.set(surface, region)
  }

  forget(surface: SurfaceId): void {
    this.#damage.delete(surface)
    if (this.#primary === surface) this.#primary = undefined
  }

  /**
   * Takes all damage of a scene that is about to be composed.
   *
   * @param size of the picture: the primary's
   * @param layers what lies above the primary, bottom to top
   * @param flip in which parts another primary of the same size differs from the one before; all, when
   *   that is undefined
   * @returns parts of the picture
   */
  take(
    primary: PlacedPlane,
    layers: readonly PlacedPlane[],
    size: Size,
    flip: (former: SurfaceId) => readonly Rect[] | undefined = () => undefined,
  ): readonly Rect[] {
    const whole = { x: 0, y: 0, ...size }
    const changed = new Region()
    const isSame = size.width === this.#size.width && size.height === this.#size.height
    const former = isSame ? this.#primary : undefined
    if (former === primary.surface) changed.addAll(this.#damage.get(former)?.rects ?? [])
    else {
      const parts = former === undefined ? undefined : flip(former)
      changed.addAll(parts ? [...parts, ...this.#pending(former)] : [whole])
    }
    const stays = (layer: PlacedPlane, index: number) => samePlace(layer, this.#layers[index])
    if (layers.length !== this.#layers.length || !layers.every(stays)) {
      changed.addAll([...this.#layers, ...layers].map((layer) => intersect(areaOf(layer), whole)))
    }
    for (const layer of layers) {
      const seen = intersect(areaOf(layer), whole)
      const parts = this.#damage.get(layer.surface)?.rects ?? []
      changed.addAll(parts.map((part) => intersect(moved(part, layer), seen)))
    }
    this.#size = { width: size.width, height: size.height }
    this.#primary = primary.surface
    this.#layers = layers
    for (const plane of [primary, ...layers]) this.#damage.delete(plane.surface)
    return changed.rects
  }

  /** Of a surface that is no longer shown, and changed since it was. */
  #pending(surface: SurfaceId | undefined): readonly Rect[] {
    return (surface !== undefined && this.#damage.get(surface)?.rects) || []
  }
}

/** The part of the picture that a plane covers, cut by nothing. */
export function areaOf({ x, y, plane }: PlacedPlane): Rect {
  return { x, y, width: plane.width, height: plane.height }
}

function moved(part: Rect, by: Point): Rect {
  return { ...part, x: part.x + by.x, y: part.y + by.y }
}

function samePlace(a: PlacedPlane, b: PlacedPlane | undefined): boolean {
  return a.surface === b?.surface && a.plane === b.plane && a.x === b.x && a.y === b.y
}
