// SPDX-License-Identifier: GPL-2.0-or-later

import { Region } from '../../../core/damage.ts'
import { intersect, isEmpty, type Point, type Rect, type Size } from '../../../core/geometry.ts'
import type { Plane, PlaneKind } from '../../../core/plane.ts'
import type { SurfaceId } from '../../../core/protocol.ts'
import { PictureTarget } from './picture-target.ts'
import type { PlaneTexture } from './plane-texture.ts'
import { memoryUniforms, type Programs, type Uniforms } from './programs.ts'

/** A plane of the scene with its pixels: a texture of each memory plane. */
export type DrawnPlane = Point & {
  readonly kind: PlaneKind
  readonly surface: SurfaceId
  readonly plane: Plane
  readonly memory: readonly PlaneTexture[]
}

/** The pictures that a composition of one size works in. */
type Targets = {
  readonly picture: PictureTarget
  /** What a plane is blended onto, because a shader cannot read what it draws into. */
  readonly below: PictureTarget
}

/**
 * The guest's picture at guest size, kept up to date by drawing only what changed: the primary's
 * damage, and the places where a plane above it is or was.
 */
export class Composition implements Disposable {
  readonly #gl: WebGL2RenderingContext
  readonly #programs: Programs
  readonly #damage = new Map<SurfaceId, Region>()
  #targets: (Targets & { readonly owned: DisposableStack }) | undefined
  #primary: SurfaceId | undefined
  #layers: readonly DrawnPlane[] = []

  constructor(gl: WebGL2RenderingContext, programs: Programs) {
    this.#gl = gl
    this.#programs = programs
  }

  /** Pictures held, for leak tests. */
  get targets(): number {
    return this.#targets ? 2 : 0
  }

  /** Says which parts of a surface, in its plane's pixels, are to be drawn again. */
  damage(surface: SurfaceId, parts: readonly Rect[]): void {
    const region = this.#damage.get(surface) ?? new Region()
    region.addAll(parts)
    this.#damage.set(surface, region)
  }

  forget(surface: SurfaceId): void {
    this.#damage.delete(surface)
    if (this.#primary === surface) this.#primary = undefined
  }

  /**
   * Brings the picture up to date.
   *
   * @param planes bottom to top; the primary's size is `guest`
   * @returns the picture, and the rectangles of it that differ from the call before
   */
  compose(
    planes: readonly DrawnPlane[],
    guest: Size,
  ): { readonly picture: PictureTarget; readonly changed: readonly Rect[] } {
    const whole = { x: 0, y: 0, ...guest }
    const { picture, below } = this.#targetsOf(guest)
    const primary = planes.find((plane) => plane.kind === 'primary')
    if (!primary) throw new Error('a composition needs a primary plane')
    const layers = planes.filter((plane) => plane !== primary)
    const clip = (layer: DrawnPlane) => intersect(areaOf(layer), whole)

    const changed = new Region()
    if (this.#primary !== primary.surface) changed.add(whole)
    changed.addAll(this.#damage.get(primary.surface)?.rects ?? [])
    const stays = (layer: DrawnPlane, index: number) => same(layer, this.#layers[index])
    if (layers.length !== this.#layers.length || !layers.every(stays)) {
      changed.addAll([...this.#layers, ...layers].map(clip))
    }
    for (const layer of layers) {
      const parts = this.#damage.get(layer.surface)?.rects ?? []
      changed.addAll(parts.map((part) => intersect(moved(part, layer), clip(layer))))
    }

    picture.within(changed.rects, () => this.#run(primary, placeOf(primary), 'opaque'))
    for (const layer of layers) {
      const parts = changed.rects
        .map((rect) => intersect(rect, clip(layer)))
        .filter((rect) => !isEmpty(rect))
      // All are copied before any is drawn: where two overlap, the plane is still blended once.
      below.copyFrom(picture, parts)
      picture.within(parts, () =>
        this.#run(layer, { ...placeOf(layer), below: below.texture }, 'over'),
      )
    }

    this.#primary = primary.surface
    this.#layers = layers
    for (const plane of planes) this.#damage.delete(plane.surface)
    return { picture, changed: changed.rects }
  }

  [Symbol.dispose](): void {
    this.#targets?.owned.dispose()
    this.#targets = undefined
  }

  #run(plane: DrawnPlane, place: Uniforms, use: 'opaque' | 'over'): void {
    const program = this.#programs.plane(plane.plane, use)
    this.#programs.run(program, {
      ...place,
      ...memoryUniforms(plane.plane, plane.memory),
      size: [plane.plane.width, plane.plane.height],
      bottomUp: plane.plane.bottomUp,
    })
  }

  #targetsOf(size: Size): Targets {
    const known = this.#targets
    if (known?.picture.size.width === size.width && known.picture.size.height === size.height) {
      return known
    }
    known?.owned.dispose()
    this.#primary = undefined
    this.#layers = []
    using owned = new DisposableStack()
    const make = () => owned.use(new PictureTarget(this.#gl, size))
    const made = { picture: make(), below: make() }
    this.#targets = { ...made, owned: owned.move() }
    return made
  }
}

function placeOf(plane: DrawnPlane): Uniforms {
  return { origin: [plane.x, plane.y] }
}

function areaOf(layer: DrawnPlane): Rect {
  return { x: layer.x, y: layer.y, width: layer.plane.width, height: layer.plane.height }
}

function moved(part: Rect, by: Point): Rect {
  return { ...part, x: part.x + by.x, y: part.y + by.y }
}

function same(a: DrawnPlane, b: DrawnPlane | undefined): boolean {
  return a.surface === b?.surface && a.memory === b.memory && a.x === b.x && a.y === b.y
}
