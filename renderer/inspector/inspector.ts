// SPDX-License-Identifier: GPL-2.0-or-later
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Size } from '../../core/geometry.ts'
import { type PlaneKind, planeKinds } from '../../core/plane.ts'
import type { Bridge, FrameMessage } from '../../core/protocol.ts'
import type { Compositor } from '../compositor/compositor.ts'
import { deviceRect } from '../compositor/placement.ts'
import type { Picture } from '../compositor/presenter.ts'
import type { Store } from '../store.ts'
import type { DamageFlash } from './damage-flash.ts'
import { changedParts, FlipHistory, HISTORY_MS, inPicture } from './flip-history.ts'
import { FrameMeter } from './frame-meter.ts'
import { type InspectorState, initialInspector, type LivePlane } from './inspector-state.ts'

/** How often the timeline moves and numbers follow the picture, ms: faster than this nobody reads them. */
const TICK_MS = 200
/** How often a plane's preview is drawn again at most, ms. */
const PREVIEW_MS = 500

/**
 * Watches what comes and how it is drawn, for the inspector and the statistics. With both put away it
 * listens to no frame and holds no timer.
 */
export class Inspector implements Disposable {
  readonly state: StoreApi<InspectorState> = createStore(() => initialInspector)
  readonly history = new FlipHistory()
  readonly #bridge: Bridge
  readonly #store: Store
  readonly #compositor: Compositor
  readonly #canvas: HTMLCanvasElement
  readonly #owned = new DisposableStack()
  #meter: FrameMeter | undefined
  #flash: DamageFlash | undefined
  /** Ends the listening to frames. */
  #deafen: (() => void) | undefined
  #tick: ReturnType<typeof setTimeout> | undefined
  /** Planes whose pixels changed since their preview was drawn. */
  readonly #changed = new Set<PlaneKind>()
  #previewedMs = 0
  #heardMs = 0

  constructor(bridge: Bridge, store: Store, compositor: Compositor, canvas: HTMLCanvasElement) {
    this.#bridge = bridge
    this.#store = store
    this.#compositor = compositor
    this.#canvas = canvas
    this.#owned.defer(
      bridge.on('inspect:changed', (facts) => {
        if (this.#store.getState().inspects) this.state.setState({ facts })
      }),
    )
    this.#owned.defer(
      bridge.on('stats:changed', (facts) => {
        const statistics = this.#meter?.second(facts)
        if (statistics) this.state.setState({ statistics })
      }),
    )
    this.#owned.defer(
      store.subscribe((now, before) => {
        if (now.inspects !== before.inspects) this.#inspect(now.inspects)
        if (now.showsStatistics !== before.showsStatistics) this.#measure(now.showsStatistics)
      }),
    )
    this.#owned.defer(() => this.#deafen?.())
    this.#owned.defer(() => clearTimeout(this.#tick))
  }

  /** Stops the timeline at this moment, or lets it run again; one that stands stays where it is. */
  hold(isHeld: boolean): void {
    const { heldAtMs } = this.state.getState()
    if (isHeld === (heldAtMs !== undefined)) return
    const now = this.history.atMain(performance.now())
    this.state.setState({ heldAtMs: isHeld ? now : undefined })
    this.#again()
  }

  /** Where changed parts are lit; undefined when they are not. */
  lightUp(flash: DamageFlash | undefined): void {
    this.#flash = flash
  }

  /** The compositor drew a frame. */
  presented(seq: number, drawMs: number, uploadMs: number): void {
    this.#meter?.drawn(seq, performance.now(), drawMs, uploadMs)
  }

  /** A plane alone as it is shown now; undefined while there is none. */
  preview(kind: PlaneKind, most: Size): Picture | undefined {
    const shown = this.#compositor.scene.find((plane) => plane.kind === kind)
    return shown && this.#compositor.preview(shown.surface, most)
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #inspect(isOpen: boolean): void {
    const { facts, live, heldAtMs } = initialInspector
    this.state.setState({ facts, live, heldAtMs })
    this.#bridge.tell('inspect:watch', isOpen)
    this.history.clear()
    this.#follow()
    if (isOpen) this.#begin()
  }

  #measure(isShown: boolean): void {
    this.state.setState({ statistics: undefined })
    this.#meter = isShown ? new FrameMeter() : undefined
    this.#bridge.tell('stats:watch', isShown)
    this.#follow()
  }

  #follow(): void {
    const { inspects, showsStatistics } = this.#store.getState()
    const listens = inspects || showsStatistics
    if (listens) this.#deafen ??= this.#bridge.onFrame((frame) => this.#take(frame))
    else {
      this.#deafen?.()
      this.#deafen = undefined
    }
    if (inspects) return
    clearTimeout(this.#tick)
    this.#tick = undefined
  }

  /** What is on the picture already came before anybody watched. */
  #begin(): void {
    for (const kind of planeKinds) this.#changed.add(kind)
    this.#previewedMs = Number.NEGATIVE_INFINITY
    this.#update()
  }

  #take(frame: FrameMessage): void {
    const nowMs = performance.now()
    this.#meter?.taken(frame.seq, nowMs)
    if (!this.#store.getState().inspects) return
    this.#heardMs = nowMs
    this.history.add(frame, nowMs, (id) => this.#compositor.surface(id))
    for (const { surface } of frame.damage) {
      const kind = this.#compositor.surface(surface)?.plane.kind
      if (kind) this.#changed.add(kind)
    }
    if (this.#flash) this.#light(frame, this.#flash)
    this.#again()
  }

  /** One timer, and only while something moves. */
  #again(): void {
    this.#tick ??= setTimeout(() => {
      this.#tick = undefined
      this.#update()
      const { heldAtMs } = this.state.getState()
      const isMoving = performance.now() - this.#heardMs < HISTORY_MS && heldAtMs === undefined
      if (isMoving || this.#changed.size > 0) this.#again()
    }, TICK_MS)
  }

  #update(): void {
    const { moment } = this.state.getState()
    const nowMs = performance.now()
    const live = this.#livePlanes()
    const arePreviewsDue = this.#changed.size > 0 && nowMs - this.#previewedMs >= PREVIEW_MS
    this.state.setState({
      moment: moment + 1,
      live,
      ...(arePreviewsDue ? { pictures: this.#countPictures(nowMs) } : {}),
    })
  }

  /** The planes of the newest frame; those that are as they were stay the same objects. */
  #livePlanes(): InspectorState['live'] {
    const before = this.state.getState().live
    const live: Partial<Record<PlaneKind, LivePlane>> = {}
    for (const { kind, surface, x, y } of this.#compositor.scene) {
      const known = before[kind]
      const isSame = known?.surface === surface && known.x === x && known.y === y
      const identity = this.#compositor.surface(surface)?.identity ?? ''
      live[kind] = isSame ? known : { surface, identity, x, y }
      if (known?.surface !== surface) this.#changed.add(kind)
    }
    return live
  }

  #countPictures(nowMs: number): InspectorState['pictures'] {
    const pictures = { ...this.state.getState().pictures }
    for (const kind of this.#changed) pictures[kind] += 1
    this.#changed.clear()
    this.#previewedMs = nowMs
    return pictures
  }

  #light(frame: FrameMessage, flash: DamageFlash): void {
    const { shown } = this.#compositor
    if (!shown) return
    const { guest, rect } = shown
    const picture = { x: 0, y: 0, ...guest }
    const rects = frame.scene.flatMap(({ surface, ...at }) => {
      const description = this.#compositor.surface(surface)
      if (!description) return []
      return changedParts(frame, description)
        .map((part) => inPicture(part, description.plane, { surface, ...at }, picture))
        .filter(({ width, height }) => width > 0 && height > 0)
        .map((part) => deviceRect(part, guest, { rect, smooth: false }))
    })
    flash.add(rects, { width: this.#canvas.width, height: this.#canvas.height })
  }
}
