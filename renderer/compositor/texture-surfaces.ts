// SPDX-License-Identifier: GPL-2.0-or-later
import type { SurfaceDamage, SurfaceId, TextureRoad } from '../../core/protocol.ts'
import { canaryObjection } from '../../core/texture-canary.ts'
import type { Presenter } from './presenter.ts'
import { TextureError } from './webgl/imported-texture.ts'

/** The surfaces that are textures: takes their frames, and says when they are of no use any more. */
export class TextureSurfaces {
  readonly #road: TextureRoad | undefined
  /** Those that a presenter took at least once. */
  readonly #filled = new Set<SurfaceId>()

  constructor(road: TextureRoad | undefined) {
    this.#road = road
  }

  /**
   * Gives the surface's pixels to the presenter. One that left since its frame was made keeps what was taken.
   *
   * @throws TextureError when they cannot be had
   */
  upload(presenter: Presenter, { surface, image, rects }: SurfaceDamage): void {
    const frame = this.#frame(surface)
    if (!frame) {
      if (this.#filled.has(surface)) return
      throw new TextureError(`texture ${surface} is not in the window`)
    }
    try {
      presenter.upload(surface, image, rects, { layout: 'texture', frame })
    } finally {
      frame.close()
    }
    this.#filled.add(surface)
  }

  drop(surface: SurfaceId): void {
    this.#filled.delete(surface)
  }

  clear(): void {
    this.#filled.clear()
  }

  /** The GPU forgot everything: main is told, if anything was lost by it. */
  lose(): void {
    if (this.#filled.size > 0) this.#road?.broken('the graphics driver was reset')
  }

  /** Tells main of an error of a texture; false for any other. */
  hasBroken(error: unknown): boolean {
    if (!(error instanceof TextureError)) return false
    this.#road?.broken(error.message)
    return true
  }

  /** What is wrong with the test picture as it arrives in a texture; an empty text when nothing is. */
  objection(presenter: Presenter | undefined, surface: SurfaceId): string {
    if (!presenter || presenter.lost) return 'the window cannot draw'
    if (!presenter.roundTrip) return 'a 2D canvas draws the picture'
    if (presenter.pixels !== 'raw') return `the processor draws the picture (${presenter.detail})`
    let frame: VideoFrame | undefined
    try {
      frame = this.#frame(surface)
      if (!frame) return 'the test picture did not arrive in the window'
      const { width, height, rgba } = presenter.roundTrip(frame)
      return canaryObjection(width, height, rgba)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      frame?.close()
    }
  }

  #frame(surface: SurfaceId): VideoFrame | undefined {
    const frame = this.#road?.frame(surface)
    if (frame && !(frame instanceof VideoFrame)) throw new TextureError('a texture is no picture')
    return frame
  }
}
