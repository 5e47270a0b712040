// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Size } from '../../core/geometry.ts'
import type { ImageRect } from '../../core/memory-image.ts'
import type { PixelNeed } from '../../core/plain-plane.ts'
import type { ScenePlane, SurfaceDescription, SurfaceId } from '../../core/protocol.ts'
import type { Result } from '../../core/result.ts'
import type { DamageSource } from './damage-bytes.ts'
import type { Placement } from './placement.ts'

/** RGBA, 8 bits, rows tight, top row first. */
export type Picture = Size & { readonly rgba: Uint8Array }

/** How the picture is shown: chosen scale and view. Device pixels. */
export type View = {
  readonly size: Size
  readonly place: (guest: Size) => Placement
}

/**
 * Turns surfaces and a scene into pixels on a canvas: `webgl`, and `canvas2d` for hosts without a GPU, with
 * the same inputs, the same pixels and the same tests.
 */
export interface Presenter extends Disposable {
  readonly kind: 'webgl' | 'canvas2d'
  /** Whose code draws, as shown to the user. */
  readonly detail: string
  /** What it draws best. */
  readonly pixels: PixelNeed
  /** True from the loss of the graphics context until it is back; everything is then to be sent again. */
  readonly lost: boolean
  /** True when it shows best what it draws as soon as a frame came; else it waits for the browser's refresh. */
  readonly drawsAtOnce: boolean
  /** Makes room for a surface. A failure says why this presenter cannot hold it. */
  add(surface: SurfaceDescription): Result<void, Failure>
  /** Forgets a surface; unknown ids are ignored. */
  drop(surface: SurfaceId): void
  /** Forgets all surfaces. */
  clear(): void
  /**
   * Takes changed bytes of one memory image of a known surface, or the whole of a surface that is shared as a
   * texture.
   *
   * @throws RangeError if the damage leaves the image or its bytes do not reach
   * @throws TextureError if the GPU does not take a texture
   */
  upload(surface: SurfaceId, image: number, rects: readonly ImageRect[], source: DamageSource): void
  /**
   * What arrives of a frame on its way into a texture, RGBA; absent where surfaces cannot be textures.
   *
   * @throws TextureError if the GPU does not take it
   */
  roundTrip?(frame: VideoFrame): Picture
  /** Draws the scene, bottom to top, clipped to the primary; black without one. */
  draw(scene: readonly ScenePlane[], view: View): void
  /** The scene at guest size; undefined without a primary. */
  read(scene: readonly ScenePlane[]): Picture | undefined
  /** One surface with its own alpha, sampled down to fit into `most`; undefined for unknown ids. */
  preview(surface: SurfaceId, most: Size): Picture | undefined
}

/** News from a presenter. */
export type PresenterEvents = {
  readonly lost: () => void
  /** The context is back and empty. */
  readonly restored: () => void
}

export type CreatePresenter = (
  canvas: HTMLCanvasElement,
  events: PresenterEvents,
) => Result<Presenter, Failure>

/** The size of the picture a scene makes: its primary plane's. */
export function sceneSize(
  scene: readonly ScenePlane[],
  surfaces: (id: SurfaceId) => SurfaceDescription | undefined,
): Size | undefined {
  const primary = scene.find((plane) => plane.kind === 'primary')
  return primary && surfaces(primary.surface)?.plane
}
