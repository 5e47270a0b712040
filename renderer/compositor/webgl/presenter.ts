// SPDX-License-Identifier: GPL-2.0-or-later

import { damagedPart } from '../../../core/damage.ts'
import type { Failure } from '../../../core/failure.ts'
import type { Rect, Size } from '../../../core/geometry.ts'
import type { ImageRect } from '../../../core/memory-image.ts'
import type { PixelNeed } from '../../../core/plain-plane.ts'
import { planeKinds } from '../../../core/plane.ts'
import type { ScenePlane, SurfaceDescription, SurfaceId } from '../../../core/protocol.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { DamageSource } from '../damage-bytes.ts'
import { deviceRect, type Placement, sizeWithin } from '../placement.ts'
import {
  type CreatePresenter,
  type Picture,
  type Presenter,
  type PresenterEvents,
  sceneSize,
  type View,
} from '../presenter.ts'
import { Composition, type DrawnPlane } from './composition.ts'
import { GlContext } from './context.ts'
import { ImportedTexture } from './imported-texture.ts'
import { PictureTarget } from './picture-target.ts'
import { PlaneTexture } from './plane-texture.ts'
import { memoryUniforms, type PlaneTextures, Programs } from './programs.ts'

type Surface = {
  readonly description: SurfaceDescription
  readonly textures: PlaneTextures
}

/** Draws with WebGL2: the GPU reads the guest's bytes as they are and decodes them in the shader. */
export class WebglPresenter implements Presenter {
  readonly kind = 'webgl'
  readonly drawsAtOnce = false
  readonly #context: GlContext
  readonly #surfaces = new Map<SurfaceId, Surface>()
  #programs: Programs
  #composition: Composition
  /** What the canvas shows now, as far as it decides what must be drawn again. */
  #shown = ''

  private constructor(context: GlContext) {
    this.#context = context
    this.#programs = new Programs(context.gl)
    this.#composition = new Composition(context.gl, this.#programs)
  }

  static create(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    events: PresenterEvents,
  ): Result<WebglPresenter, Failure> {
    let presenter: WebglPresenter | undefined
    const context = GlContext.create(canvas, {
      lost: events.lost,
      restored: () => {
        if (presenter) presenter.#startAgain()
        events.restored()
      },
    })
    if (!context.ok) return context
    presenter = new WebglPresenter(context.value)
    return ok(presenter)
  }

  get detail(): string {
    return this.#context.renderer
  }

  get software(): boolean {
    return this.#context.software
  }

  /** A CPU that draws for WebGL is spared the decoding, which the addon does several times faster. */
  get pixels(): PixelNeed {
    return this.software ? 'plain' : 'raw'
  }

  get lost(): boolean {
    return this.#context.lost
  }

  /** GL objects held, for leak tests. */
  get held(): { surfaces: number; textures: number; programs: number } {
    const counts = [...this.#surfaces.values()].map((surface) => surface.textures.length)
    return {
      surfaces: this.#surfaces.size,
      textures: counts.reduce((sum, count) => sum + count, this.#composition.targets),
      programs: this.#programs.count,
    }
  }

  add(description: SurfaceDescription): Result<void, Failure> {
    const most = this.#context.maxTexture
    const { plane, sharing } = description
    const isTexture = sharing === 'shared-texture'
    const images = isTexture ? [] : description.images
    const sides = [plane.width, plane.height, ...images.flatMap((i) => [i.pitch / 4, i.rows])]
    const longest = Math.max(...sides)
    if (longest > most) return fail(tooLarge(plane, longest, most))
    this.drop(description.id)
    using owned = new DisposableStack()
    const { gl } = this.#context
    const textures: PlaneTextures = isTexture
      ? [owned.use(new ImportedTexture(gl, plane))]
      : images.map((image) => owned.use(new PlaneTexture(gl, image)))
    owned.move()
    this.#surfaces.set(description.id, { description, textures })
    return ok(undefined)
  }

  drop(id: SurfaceId): void {
    for (const texture of this.#surfaces.get(id)?.textures ?? []) texture[Symbol.dispose]()
    this.#surfaces.delete(id)
    this.#composition.damage.forget(id)
  }

  clear(): void {
    for (const id of [...this.#surfaces.keys()]) this.drop(id)
  }

  upload(id: SurfaceId, image: number, rects: readonly ImageRect[], source: DamageSource): void {
    const surface = this.#surfaces.get(id)
    const texture = surface?.textures[image]
    const layout = surface?.description.images[image]
    if (!surface || !texture || !layout) throw new RangeError(`no image ${image} of surface ${id}`)
    if (source.layout === 'texture') {
      if (!(texture instanceof ImportedTexture)) throw new RangeError(`surface ${id} takes bytes`)
      texture.upload(source.frame)
    } else {
      if (texture instanceof ImportedTexture) throw new RangeError(`surface ${id} takes no bytes`)
      texture.upload(rects, source)
    }
    const parts = rects.map((rect) => damagedPart(surface.description.plane, image, layout, rect))
    this.#composition.damage.add(id, parts)
  }

  draw(scene: readonly ScenePlane[], view: View): void {
    const guest = this.#sizeOf(scene)
    if (!guest) {
      this.#clearView([{ x: 0, y: 0, ...view.size }], view.size)
      this.#shown = ''
      return
    }
    const placement = view.place(guest)
    const { picture, changed } = this.#composition.compose(this.#planesOf(scene), guest)
    const now = JSON.stringify([view.size, placement, guest])
    const everything = now !== this.#shown
    this.#shown = now
    if (everything) this.#clearView([{ x: 0, y: 0, ...view.size }], view.size)
    const parts = everything ? [{ x: 0, y: 0, ...guest }] : changed
    this.#scale(picture, placement, parts, view.size)
  }

  read(scene: readonly ScenePlane[]): Picture | undefined {
    const guest = this.#sizeOf(scene)
    if (!guest) return undefined
    const { gl } = this.#context
    const { picture } = this.#composition.compose(this.#planesOf(scene), guest)
    const rgba = new Uint8Array(guest.width * guest.height * 4)
    gl.bindFramebuffer(gl.FRAMEBUFFER, picture.framebuffer)
    gl.readPixels(0, 0, guest.width, guest.height, gl.RGBA, gl.UNSIGNED_BYTE, rgba)
    this.#shown = ''
    return { ...guest, rgba }
  }

  preview(id: SurfaceId, most: Size): Picture | undefined {
    const surface = this.#surfaces.get(id)
    if (!surface) return undefined
    const { plane } = surface.description
    const size = sizeWithin(plane, most)
    const { gl } = this.#context
    using target = new PictureTarget(gl, size)
    const perPixel = [plane.width / size.width, plane.height / size.height]
    target.within([{ x: 0, y: 0, ...size }], () =>
      this.#programs.run(this.#programs.plane(plane, surface.textures, 'small'), {
        ...memoryUniforms(plane, surface.textures),
        size: [plane.width, plane.height],
        bottomUp: plane.bottomUp,
        perPixel,
        taps: Math.min(3, Math.ceil(Math.max(...perPixel))),
      }),
    )
    const rgba = new Uint8Array(size.width * size.height * 4)
    gl.readPixels(0, 0, size.width, size.height, gl.RGBA, gl.UNSIGNED_BYTE, rgba)
    return { ...size, rgba }
  }

  roundTrip(frame: VideoFrame): Picture {
    const size = { width: frame.codedWidth, height: frame.codedHeight }
    using texture = new ImportedTexture(this.#context.gl, size)
    texture.upload(frame)
    return { ...size, rgba: texture.read() }
  }

  [Symbol.dispose](): void {
    this.clear()
    this.#composition[Symbol.dispose]()
    this.#programs[Symbol.dispose]()
    this.#context[Symbol.dispose]()
  }

  #startAgain(): void {
    this.#surfaces.clear()
    this.#programs = new Programs(this.#context.gl)
    this.#composition = new Composition(this.#context.gl, this.#programs)
    this.#shown = ''
  }

  #sizeOf(scene: readonly ScenePlane[]): Size | undefined {
    const size = sceneSize(scene, (id) => this.#surfaces.get(id)?.description)
    return size && { width: size.width, height: size.height }
  }

  #planesOf(scene: readonly ScenePlane[]): readonly DrawnPlane[] {
    const order = (plane: ScenePlane) => planeKinds.indexOf(plane.kind)
    const sorted = scene.toSorted((a, b) => order(a) - order(b))
    return sorted.flatMap((at) => {
      const surface = this.#surfaces.get(at.surface)
      if (!surface) return []
      const { plane } = surface.description
      const primary = at.kind === 'primary'
      const origin = primary ? { x: 0, y: 0 } : { x: at.x, y: at.y }
      const memory = surface.textures
      return [{ kind: at.kind, surface: at.surface, plane, memory, ...origin }]
    })
  }

  #clearView(rects: readonly Rect[], view: Size): void {
    const { gl } = this.#context
    gl.clearColor(0, 0, 0, 1)
    this.#onView(rects, view, () => gl.clear(gl.COLOR_BUFFER_BIT))
  }

  #scale(picture: PictureTarget, placement: Placement, parts: readonly Rect[], view: Size): void {
    const { rect, smooth } = placement
    const { gl } = this.#context
    const guest = picture.size
    const rects = parts.map((part) => deviceRect(part, guest, placement))
    const bottom = view.height - rect.y - rect.height
    const taps = (from: number, to: number) => Math.min(4, Math.max(1, Math.ceil(from / to / 2)))
    this.#onView(rects, view, () => {
      if (!smooth) {
        // Rows go down in the picture and up on the canvas.
        const to = [rect.x, bottom + rect.height, rect.x + rect.width, bottom] as const
        gl.bindFramebuffer(gl.READ_FRAMEBUFFER, picture.framebuffer)
        gl.blitFramebuffer(0, 0, guest.width, guest.height, ...to, gl.COLOR_BUFFER_BIT, gl.NEAREST)
        return
      }
      this.#programs.run(this.#programs.smooth(), {
        picture: picture.texture,
        guest: [guest.width, guest.height],
        rect: [rect.x, rect.y, rect.width, rect.height],
        viewHeight: view.height,
        taps: [taps(guest.width, rect.width), taps(guest.height, rect.height)],
      })
    })
  }

  /** Draws on the canvas within rectangles whose y goes down from its top. */
  #onView(rects: readonly Rect[], view: Size, draw: () => void): void {
    const { gl } = this.#context
    gl.bindFramebuffer(gl.FRAMEBUFFER, null)
    gl.viewport(0, 0, view.width, view.height)
    gl.enable(gl.SCISSOR_TEST)
    for (const { x, y, width, height } of rects) {
      gl.scissor(x, view.height - y - height, width, height)
      draw()
    }
    gl.disable(gl.SCISSOR_TEST)
  }
}

/** {@link WebglPresenter.create} as the compositor takes it. */
export const createWebglPresenter: CreatePresenter = WebglPresenter.create

function tooLarge(plane: Size, longest: number, most: number): Failure {
  return {
    code: 'picture-too-large',
    what: `cannot draw a plane of ${plane.width} × ${plane.height}`,
    why: `it needs a texture of ${longest} texels and this graphics driver ends at ${most}`,
    remedy:
      'Choose a smaller resolution in the guest, or use a graphics driver with a larger limit',
  }
}
