// SPDX-License-Identifier: GPL-2.0-or-later
import { intersect, isEmpty, type Rect, type Size } from '../../../core/geometry.ts'
import { areaOf, type PlacedPlane, SceneDamage } from '../scene-damage.ts'
import { PictureTarget } from './picture-target.ts'
import { memoryUniforms, type PlaneTextures, type Programs, type Uniforms } from './programs.ts'

/** A plane of the scene with its pixels. */
export type DrawnPlane = PlacedPlane & { readonly memory: PlaneTextures }

/** The pictures that a composition of one size works in. */
type Targets = {
  readonly picture: PictureTarget
  /** What a plane is blended onto, because a shader cannot read what it draws into. */
  readonly below: PictureTarget
}

/** The guest's picture at guest size, kept up to date by drawing only what changed. */
export class Composition implements Disposable {
  readonly damage = new SceneDamage()
  readonly #gl: WebGL2RenderingContext
  readonly #programs: Programs
  #targets: (Targets & { readonly owned: DisposableStack }) | undefined

  constructor(gl: WebGL2RenderingContext, programs: Programs) {
    this.#gl = gl
    this.#programs = programs
  }

  /** Pictures held, for leak tests. */
  get targets(): number {
    return this.#targets ? 2 : 0
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
    const { picture, below } = this.#targetsOf(guest)
    const primary = planes.find((plane) => plane.kind === 'primary')
    if (!primary) throw new Error('a composition needs a primary plane')
    const layers = planes.filter((plane) => plane !== primary)
    const changed = this.damage.take(primary, layers, guest)

    picture.within(changed, () => this.#run(primary, placeOf(primary), 'opaque'))
    for (const layer of layers) {
      const parts = changed
        .map((rect) => intersect(rect, areaOf(layer)))
        .filter((rect) => !isEmpty(rect))
      // All are copied before any is drawn: where two overlap, the plane is still blended once.
      below.copyFrom(picture, parts)
      picture.within(parts, () =>
        this.#run(layer, { ...placeOf(layer), below: below.texture }, 'over'),
      )
    }

    return { picture, changed }
  }

  [Symbol.dispose](): void {
    this.#targets?.owned.dispose()
    this.#targets = undefined
  }

  #run(plane: DrawnPlane, place: Uniforms, use: 'opaque' | 'over'): void {
    const program = this.#programs.plane(plane.plane, plane.memory, use)
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
