// SPDX-License-Identifier: GPL-2.0-or-later

import type { Point } from '../../core/geometry.ts'
import type { InputEvent } from '../../core/input.ts'
import type { Session } from '../session.ts'
import { type Store, takesKeys, takesPointer, type ViewState } from '../store.ts'
import { actionOfKeys } from '../ui/actions.ts'
import { Capture } from './capture.ts'
import { ReleaseChord } from './grab.ts'
import { type CursorView, HostCursor } from './host-cursor.ts'
import { Keyboard } from './keyboard.ts'
import {
  Buttons,
  edgePan,
  type GuestPoint,
  guestPoint,
  Motion,
  Wheel,
  wheelCounts,
} from './pointer.ts'
import { Touches } from './touches.ts'
import { turnedBack } from './turned.ts'

/** What the compositor knows and does for the pointer. */
export type PictureView = CursorView & {
  /** Device pixels. True when that moved the picture. */
  pan(x: number, y: number): boolean
}

/** CSS pixels at each edge of the view that scroll a picture larger than it. */
const EDGE = 24

/**
 * Sends what a person does over the picture to the guest. It listens for nothing until the guest takes
 * input; what of it belongs to the guest and what to the window is decided here alone.
 */
export class GuestInput implements Disposable {
  readonly #session: Session
  readonly #store: Store
  readonly #canvas: HTMLCanvasElement
  readonly #view: PictureView
  readonly #owned = new DisposableStack()
  readonly #keyboard = new Keyboard()
  readonly #buttons = new Buttons()
  readonly #wheel = new Wheel()
  readonly #motion = new Motion()
  readonly #touches = new Touches()
  readonly #chord = new ReleaseChord()
  readonly #cursor: HostCursor
  readonly #capture: Capture
  #listening: AbortController | undefined
  /** The last thing that was pressed is the pointer, not a key. */
  #byPointer = false
  #sentAt: Point | undefined

  constructor(session: Session, store: Store, canvas: HTMLCanvasElement, view: PictureView) {
    this.#session = session
    this.#store = store
    this.#canvas = canvas
    this.#view = view
    this.#cursor = this.#owned.use(
      new HostCursor(canvas, view, () => store.getState().settings.rotation !== 0),
    )
    this.#capture = new Capture(session, store, canvas, (locked) => this.#changed(locked))
    this.#owned.defer(store.subscribe(() => this.#follow()))
    this.#owned.defer(() => this.#ignore())
    this.#follow()
  }

  /** To be called after the picture was drawn. */
  drawn(): void {
    this.#cursor.update()
  }

  /** Gives pointer and keys back to the person. */
  leave(): void {
    this.#release()
    this.#capture.leave()
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #follow(): void {
    const state = this.#store.getState()
    const wanted = takesKeys(state) || takesPointer(state)
    if (wanted && !this.#listening) this.#listen()
    else if (!wanted && this.#listening) this.#ignore()
    if (!isFree(state)) this.#cursor.away()
    if (!isFree(state)) this.#release()
    this.#capture.follow(wanted)
  }

  #listen(): void {
    this.#listening = new AbortController()
    const { signal } = this.#listening
    const release = () => this.#release()
    window.addEventListener('keydown', (event) => this.#keyDown(event), { signal, capture: true })
    window.addEventListener('keyup', (event) => this.#keyUp(event), { signal, capture: true })
    window.addEventListener('blur', release, { signal })
    window.addEventListener('pagehide', release, { signal })
    document.addEventListener('visibilitychange', release, { signal })
    const locked = () => this.#capture.pointerLockChanged()
    document.addEventListener('pointerlockchange', locked, { signal })
    const canvas = this.#canvas
    canvas.addEventListener('pointerdown', (event) => this.#press(event), { signal })
    for (const name of ['pointermove', 'pointerup'] as const) {
      canvas.addEventListener(name, (event) => this.#pointer(event), { signal })
    }
    const drop = (event: PointerEvent) => {
      const isFinger = this.#touches.has(event.pointerId)
      this.#send(isFinger ? this.#touches.up(event.pointerId, 'cancel') : this.#buttons.release())
    }
    canvas.addEventListener('pointerleave', () => this.#cursor.away(), { signal })
    canvas.addEventListener('pointercancel', drop, { signal })
    canvas.addEventListener('lostpointercapture', drop, { signal })
    canvas.addEventListener('mousedown', (event) => this.#keepFromBrowser(event), { signal })
    canvas.addEventListener('mouseup', (event) => this.#keepFromBrowser(event), { signal })
    canvas.addEventListener('auxclick', (event) => this.#keepFromBrowser(event), { signal })
    canvas.addEventListener('wheel', (event) => this.#turn(event), { signal, passive: false })
    canvas.style.touchAction = 'none'
    const byPointer = (event: Event) => {
      this.#byPointer = event.type === 'pointerdown'
    }
    window.addEventListener('pointerdown', byPointer, { signal, capture: true })
    window.addEventListener('keydown', byPointer, { signal, capture: true })
    window.addEventListener('click', () => this.#giveFocusBack(), { signal })
    this.#capture.begin()
  }

  #ignore(): void {
    this.#release()
    this.#listening?.abort()
    this.#listening = undefined
    this.#cursor.away()
    this.#canvas.style.touchAction = ''
    this.#capture.end()
  }

  #keyDown(event: KeyboardEvent): void {
    this.#chord.down(event.code)
    if (!this.#hearsKeys(event)) return
    const action = actionOfKeys(event, this.#store.getState())
    if (this.#capture.isGrabbed ? action?.id === 'release' : action) return
    this.#take(event)
    this.#send(this.#keyboard.down(event.code, event.repeat))
  }

  #keyUp(event: KeyboardEvent): void {
    const leaves = this.#chord.up(event.code)
    const events = this.#keyboard.up(event.code)
    if (events.length > 0) this.#take(event)
    this.#send(events)
    if (leaves && this.#capture.isGrabbed) this.leave()
  }

  #hearsKeys(event: KeyboardEvent): boolean {
    const state = this.#store.getState()
    return takesKeys(state) && isFree(state) && !event.isComposing && isPicture(event.target)
  }

  /** Neither the browser nor our own listeners have a use for it. */
  #take(event: KeyboardEvent): void {
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  #press(event: PointerEvent): void {
    if (!this.#hearsPointer()) return
    this.#chord.spoil()
    this.#capture.press()
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    const { pointer, touch = 0 } = this.#store.getState().input
    if (event.pointerType === 'touch' && touch > 0) {
      this.#touch(event, touch)
      return
    }
    if (pointer === 'relative' && !this.#capture.isPointerLocked) {
      void this.#capture.lockPointer()
      return
    }
    if (!this.#capture.isPointerLocked) this.#canvas.setPointerCapture(event.pointerId)
    this.#pointer(event, true)
  }

  /** A finger came down; the guest tells it from others. */
  #touch(event: PointerEvent, most: number): void {
    const at = this.#guestPoint(event)
    if (!at?.inside) return
    this.#canvas.setPointerCapture(event.pointerId)
    this.#send(this.#touches.down(event.pointerId, { x: at.x, y: at.y }, most))
  }

  #moveFinger({ type, pointerId }: PointerEvent, at: Point | undefined): void {
    if (at) this.#send(this.#touches.move(pointerId, { x: at.x, y: at.y }))
    if (type === 'pointerup') this.#send(this.#touches.up(pointerId))
  }

  #pointer(event: PointerEvent, pressed = false): void {
    if (!this.#hearsPointer()) return
    if (this.#touches.has(event.pointerId)) {
      this.#moveFinger(event, this.#guestPoint(event))
      return
    }
    // A finger too many for the guest is no pointer.
    if (event.pointerType === 'touch' && this.#store.getState().input.touch) return
    const where = this.#capture.isPointerLocked ? this.#moved(event) : this.#place(event)
    // A press that began elsewhere, on the toolbar say, stays there.
    const known = pressed || this.#buttons.any || this.#capture.isPointerLocked
    const buttons = known ? this.#buttons.change(event.buttons) : []
    this.#send([...where, ...buttons])
  }

  #moved({ movementX, movementY }: PointerEvent): readonly InputEvent[] {
    const { rotation } = this.#store.getState().settings
    const { x, y } = turnedBack(movementX, movementY, rotation)
    return this.#motion.move(x, y)
  }

  #place(event: PointerEvent): readonly InputEvent[] {
    const { input } = this.#store.getState()
    if (input.pointer === 'relative') {
      this.#cursor.away()
      return []
    }
    const at = this.#canvasPoint(event)
    const ratio = this.#ratio()
    const margin = Math.max(EDGE * ratio.x, EDGE * ratio.y)
    const size = { width: this.#canvas.width, height: this.#canvas.height }
    const pan = edgePan(at, size, margin)
    if (pan.x !== 0 || pan.y !== 0) this.#view.pan(pan.x, pan.y)
    const { x, y, inside } = this.#guestPoint(event) ?? {}
    if (x === undefined || y === undefined) return []
    if (inside) this.#cursor.over({ x: event.clientX, y: event.clientY }, { x, y })
    else this.#cursor.away()
    if (x === this.#sentAt?.x && y === this.#sentAt.y) return []
    this.#sentAt = { x, y }
    return [{ kind: 'pointer', x, y }]
  }

  /** Device pixels from the canvas' top left. */
  #canvasPoint({ offsetX, offsetY }: PointerEvent): Point {
    const ratio = this.#ratio()
    return { x: offsetX * ratio.x, y: offsetY * ratio.y }
  }

  /** Undefined while there is no picture. */
  #guestPoint(event: PointerEvent): GuestPoint | undefined {
    const { shown } = this.#view
    return shown && guestPoint(this.#canvasPoint(event), shown)
  }

  #ratio(): Point {
    const { width, height, clientWidth, clientHeight } = this.#canvas
    return { x: width / Math.max(1, clientWidth), y: height / Math.max(1, clientHeight) }
  }

  #turn(event: WheelEvent): void {
    if (!this.#hearsPointer()) return
    const { pointer } = this.#store.getState().input
    if (pointer === 'relative' && !this.#capture.isPointerLocked) return
    event.preventDefault()
    this.#chord.spoil()
    // Two fingers that spread on a touchpad come as a wheel with a Ctrl that nobody pressed.
    const isPinch = event.ctrlKey && takesKeys(this.#store.getState()) && !this.#keyboard.hasControl
    if (isPinch) return
    const { x, y } = wheelCounts(event)
    this.#send(this.#wheel.turn(x, y))
  }

  /** Side buttons turn pages, the middle one scrolls and pastes, in a browser. */
  #keepFromBrowser(event: MouseEvent): void {
    if (event.button > 0 && this.#hearsPointer()) event.preventDefault()
  }

  /** A button of ours pressed with the pointer would keep the focus, and the keys meant for the guest. */
  #giveFocusBack(): void {
    if (!this.#byPointer || !isFree(this.#store.getState())) return
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  }

  #hearsPointer(): boolean {
    const state = this.#store.getState()
    return takesPointer(state) && isFree(state)
  }

  /** Somebody else has the pointer now, or the person asked for it. */
  #changed(locked: boolean): void {
    this.#cursor.away()
    if (!locked) this.#release()
  }

  #release(): void {
    this.#chord.clear()
    this.#sentAt = undefined
    this.#send([
      ...this.#keyboard.release(),
      ...this.#buttons.release(),
      ...this.#touches.release(),
    ])
  }

  #send(events: readonly InputEvent[]): void {
    this.#session.input(events)
  }
}

/** True when nothing of ours lies over the picture. */
function isFree(state: ViewState): boolean {
  return state.panel === 'none' && state.saving === undefined && !state.closed
}

/** True when the focus is on nothing of ours. */
function isPicture(target: EventTarget | null): boolean {
  return !(target instanceof Element) || target === document.body || target.id === 'picture'
}
