// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Point, Rect, Size } from '../../core/geometry.ts'
import type {
  Bridge,
  FrameMessage,
  ScenePlane,
  SurfaceDamage,
  SurfaceDescription,
  SurfaceId,
} from '../../core/protocol.ts'
import type { ScaleMode } from '../../core/settings.ts'
import { CursorCopies, type GuestCursor } from './cursor-copies.ts'
import { type DamageBytes, tightSize } from './damage-bytes.ts'
import { Pacer } from './pacer.ts'
import { clampPan, type Placement, place, zoomed } from './placement.ts'
import { type CreatePresenter, type Picture, type Presenter, sceneSize } from './presenter.ts'
import { TextureSurfaces } from './texture-surfaces.ts'

/** What the compositor tells the rest of the page. */
export type CompositorEvents = {
  /** The picture's size in guest pixels; undefined when there is nothing to show. */
  readonly picture: (size: Size | undefined) => void
  /** The canvas was drawn: its picture, the cursor on it or their place may have changed. */
  readonly drawn: () => void
  /** A frame was drawn; `uploadMs` of `drawMs` went into taking its bytes. */
  readonly presented: (seq: number, drawMs: number, uploadMs: number) => void
  /** The picture cannot be shown, or can again (undefined). */
  readonly problem: (failure: Failure | undefined) => void
}

const contextLost: Failure = {
  code: 'context-lost',
  what: 'cannot draw the picture',
  why: 'the graphics driver was reset',
  remedy: 'Wait a moment: the picture comes back when the driver does',
}

/**
 * Keeps the surfaces and the scene that main describes, and draws them when something changed, never
 * otherwise.
 */
export class Compositor implements Disposable {
  readonly #bridge: Bridge
  readonly #canvas: HTMLCanvasElement
  readonly #events: CompositorEvents
  readonly #owned = new DisposableStack()
  readonly #pacer: Pacer
  readonly #surfaces = new Map<SurfaceId, SurfaceDescription>()
  /** Surfaces that the presenter cannot hold, and why. */
  readonly #refused = new Map<SurfaceId, Failure>()
  readonly #cursors = new CursorCopies()
  readonly #textures: TextureSurfaces
  #hidesCursor = false
  #presenter: Presenter | undefined
  #scene: readonly ScenePlane[] = []
  #scale: ScaleMode = 'fit'
  #zoom = 100
  #pan: Point = { x: 0, y: 0 }
  /** The newest frame taken and not yet drawn. */
  #undrawn: { readonly seq: number; readonly uploadMs: number } | undefined
  /** Frames are of no use until one comes with `reset`. */
  #waiting = true
  #size: Size | undefined
  #told: Failure | undefined

  constructor(
    canvas: HTMLCanvasElement,
    bridge: Bridge,
    create: CreatePresenter,
    events: CompositorEvents,
  ) {
    this.#canvas = canvas
    this.#bridge = bridge
    this.#events = events
    this.#textures = new TextureSurfaces(bridge.textures)
    const atOnce = () => this.#presenter?.drawsAtOnce === true
    this.#pacer = this.#owned.use(new Pacer(() => this.#draw(), atOnce))
    const made = create(canvas, {
      lost: () => {
        this.#textures.lose()
        this.#forget()
        this.#tellProblem(contextLost)
      },
      restored: () => {
        this.#forget()
        bridge.tell('frame:resend')
      },
    })
    if (made.ok) this.#presenter = this.#owned.use(made.value)
    else this.#tellProblem(made.failure)
    const watch = new ResizeObserver((entries) => this.#resize(entries.at(-1)))
    watch.observe(canvas, { box: 'device-pixel-content-box' })
    this.#owned.defer(() => watch.disconnect())
    this.#owned.defer(bridge.onFrame((frame, payload) => this.#take(frame, payload)))
  }

  /** Undefined when no presenter can be had here; the problem was told. */
  get presenter(): Presenter | undefined {
    return this.#presenter
  }

  /** Where the picture lies on the canvas: device pixels; undefined while there is none. */
  get shown(): { readonly guest: Size; readonly rect: Rect } | undefined {
    const guest = this.#size
    return guest && { guest, rect: this.#place(guest).rect }
  }

  /** The guest's cursor; undefined while it shows none. */
  get cursor(): GuestCursor | undefined {
    return this.#cursors.find(this.#scene)
  }

  /** The planes that are shown, bottom to top. */
  get scene(): readonly ScenePlane[] {
    return this.#scene
  }

  /** A surface that is held; undefined for any other. */
  surface(id: SurfaceId): SurfaceDescription | undefined {
    return this.#surfaces.get(id)
  }

  /** One surface alone and whole, no larger than `most`; undefined while it cannot be drawn. */
  preview(id: SurfaceId, most: Size): Picture | undefined {
    const isHeld = this.#surfaces.has(id) && !this.#refused.has(id) && !this.#presenter?.lost
    return isHeld ? this.#presenter?.preview(id, most) : undefined
  }

  /** Leaves the cursor out of what is drawn, because it is shown otherwise. */
  get hidesCursor(): boolean {
    return this.#hidesCursor
  }

  set hidesCursor(hides: boolean) {
    if (hides === this.#hidesCursor) return
    this.#hidesCursor = hides
    this.#pacer.request()
  }

  /**
   * Places the picture anew; what is in the middle of the view stays there while it is zoomed.
   *
   * @param zoom percent of a device pixel that a guest pixel takes in `1:1`
   */
  setScale(mode: ScaleMode, zoom = 100): void {
    if (mode === this.#scale && zoom === this.#zoom) return
    const grown = mode === '1:1' && this.#scale === '1:1' ? zoom / this.#zoom : 0
    const { width, height } = this.#view()
    const along = (at: number, side: number) => grown && (at + side / 2) * grown - side / 2
    this.#pan = { x: along(this.#pan.x, width), y: along(this.#pan.y, height) }
    this.#scale = mode
    this.#zoom = zoom
    this.#draw()
  }

  /** Scrolls a picture that is larger than the view. Device pixels. True when that moved it. */
  pan(x: number, y: number): boolean {
    if (this.#scale !== '1:1' || !this.#size) return false
    const shown = zoomed(this.#size, this.#zoom)
    const from = clampPan(shown, this.#view(), this.#pan)
    const to = clampPan(shown, this.#view(), { x: from.x + x, y: from.y + y })
    if (to.x === from.x && to.y === from.y) return false
    this.#pan = to
    this.#pacer.request()
    return true
  }

  /** What is wrong with the test picture as it arrived in a texture; an empty text when nothing is. */
  tryTexture(id: SurfaceId): string {
    return this.#textures.objection(this.#presenter, id)
  }

  /** The guest's picture as the presenter draws it; undefined while there is none. */
  read(cursor: boolean): Picture | undefined {
    if (!this.#presenter || this.#presenter.lost) return undefined
    const scene = this.#scene.filter((plane) => cursor || plane.kind !== 'cursor')
    const picture = this.#presenter.read(scene)
    this.#pacer.request()
    return picture
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #take(frame: FrameMessage, payload: Uint8Array): void {
    if (this.#presenter?.lost) return
    if (frame.reset) {
      this.#forget()
      this.#waiting = false
    }
    if (this.#waiting || !this.#presenter) return
    const started = performance.now()
    try {
      this.#apply(this.#presenter, frame, payload)
    } catch (error) {
      this.#broken(error)
      return
    }
    const earlier = this.#undrawn?.uploadMs ?? 0
    this.#undrawn = { seq: frame.seq, uploadMs: earlier + performance.now() - started }
    this.#pacer.request()
  }

  #apply(presenter: Presenter, frame: FrameMessage, payload: Uint8Array): void {
    for (const id of frame.gone) {
      presenter.drop(id)
      this.#cursors.drop(id)
      this.#textures.drop(id)
      this.#surfaces.delete(id)
      this.#refused.delete(id)
    }
    for (const surface of frame.surfaces) {
      const added = presenter.add(surface)
      this.#surfaces.set(surface.id, surface)
      if (added.ok) this.#cursors.add(surface)
      if (added.ok) this.#refused.delete(surface.id)
      else this.#refused.set(surface.id, added.failure)
    }
    const carried = ({ surface, rects }: SurfaceDamage) =>
      (this.#surfaces.get(surface)?.sharing ?? 'stream') === 'stream' ? tightSize(rects) : 0
    const total = frame.damage.reduce((sum, damage) => sum + carried(damage), 0)
    if (total !== payload.length) {
      throw new RangeError(`frame ${frame.seq} carries ${payload.length} bytes, not ${total}`)
    }
    let from = 0
    for (const damage of frame.damage) {
      const { surface, image, rects } = damage
      const description = this.#surfaces.get(surface)
      const length = carried(damage)
      const bytes = payload.subarray(from, from + length)
      from += length
      if (this.#refused.has(surface) || rects.length === 0) continue
      if (description?.sharing === 'shared-texture') {
        this.#textures.upload(presenter, damage)
        continue
      }
      const source = this.#source(description, image, bytes)
      presenter.upload(surface, image, rects, source)
      this.#cursors.upload(surface, rects, source)
    }
    this.#scene = frame.scene
    const refused = frame.scene.find((plane) => this.#refused.has(plane.surface))
    this.#tellProblem(refused && this.#refused.get(refused.surface))
  }

  #source(
    description: SurfaceDescription | undefined,
    image: number,
    carried: Uint8Array,
  ): DamageBytes {
    if (description?.sharing !== 'shared-memory') return { layout: 'tight', bytes: carried }
    const bytes = this.#bridge.memory(description.id, image)
    if (!bytes) throw new RangeError(`surface ${description.id} has no shared memory ${image}`)
    return { layout: 'image', bytes }
  }

  #draw(): void {
    const presenter = this.#presenter
    if (!presenter || presenter.lost || this.#waiting) return
    const started = performance.now()
    try {
      const size = this.#view()
      const scene = this.#scene.filter(({ kind }) => kind !== 'cursor' || !this.#hidesCursor)
      presenter.draw(scene, { size, place: (guest) => this.#place(guest) })
    } catch (error) {
      this.#broken(error)
      return
    }
    this.#tellSize(sceneSize(this.#scene, (id) => this.#surfaces.get(id)))
    this.#events.drawn()
    const drawn = this.#undrawn
    if (!drawn) return
    this.#undrawn = undefined
    const drawMs = drawn.uploadMs + performance.now() - started
    this.#bridge.tell('frame:presented', drawn.seq, drawMs)
    this.#events.presented(drawn.seq, drawMs, drawn.uploadMs)
  }

  /** A new size empties the canvas, so it is filled before the browser can paint. */
  #resize(entry: ResizeObserverEntry | undefined): void {
    const box = entry?.devicePixelContentBoxSize[0]
    if (!box) return
    this.#canvas.width = Math.max(1, box.inlineSize)
    this.#canvas.height = Math.max(1, box.blockSize)
    this.#draw()
  }

  #place(guest: Size): Placement {
    return place(this.#scale, guest, this.#view(), this.#pan, this.#zoom)
  }

  #view(): Size {
    return { width: this.#canvas.width, height: this.#canvas.height }
  }

  #tellSize(size: Size | undefined): void {
    const { width, height } = size ?? {}
    if (width === this.#size?.width && height === this.#size?.height) return
    this.#size = size && { width: size.width, height: size.height }
    this.#events.picture(this.#size)
  }

  #forget(): void {
    this.#waiting = true
    this.#undrawn = undefined
    this.#scene = []
    this.#surfaces.clear()
    this.#cursors.clear()
    this.#textures.clear()
    this.#refused.clear()
    if (!this.#presenter?.lost) this.#presenter?.clear()
  }

  #tellProblem(failure: Failure | undefined): void {
    if (failure === this.#told) return
    this.#told = failure
    this.#events.problem(failure)
    this.#bridge.tell('view:problem', failure ?? null)
  }

  /** A frame that cannot be applied or drawn: the last picture stays until everything comes again. */
  #broken(error: unknown): void {
    if (this.#presenter?.lost) return
    this.#waiting = true
    // Everything comes again, by another way.
    if (this.#textures.hasBroken(error)) return
    this.#tellProblem({
      code: 'frame-broken',
      what: 'cannot draw the picture',
      why: error instanceof Error ? error.message : String(error),
      remedy: 'Try again; if it stays, report it with the dump of the planes',
    })
  }
}
