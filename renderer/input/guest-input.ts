// SPDX-License-Identifier: GPL-2.0-or-later

import type { Point } from '../../core/geometry.ts'
import type { InputEvent } from '../../core/input.ts'
import type { Session } from '../session.ts'
import { type Store, takesKeys, takesPointer, type ViewState } from '../store.ts'
import { commandOf } from '../ui/shortcuts.ts'
import { type GrabEvent, isGrabbed, nextGrab, ReleaseChord, ungrabbed } from './grab.ts'
import { Keyboard } from './keyboard.ts'
import { Buttons, edgePan, guestPoint, Motion, type ShownPicture, Wheel } from './pointer.ts'

/** What the compositor knows and does for the pointer. */
export type PictureView = {
  readonly shown: ShownPicture | undefined
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
  readonly #chord = new ReleaseChord()
  #listening: AbortController | undefined
  #grab = ungrabbed
  #wasFullscreen = false
  /** The last thing that was pressed is the pointer, not a key. */
  #byPointer = false
  #sentAt: Point | undefined

  constructor(session: Session, store: Store, canvas: HTMLCanvasElement, view: PictureView) {
    this.#session = session
    this.#store = store
    this.#canvas = canvas
    this.#view = view
    this.#owned.defer(store.subscribe(() => this.#follow()))
    this.#owned.defer(() => this.#ignore())
    this.#follow()
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #follow(): void {
    const state = this.#store.getState()
    const wanted = takesKeys(state) || takesPointer(state)
    if (wanted && !this.#listening) this.#listen()
    else if (!wanted && this.#listening) this.#ignore()
    if (!isFree(state)) this.#release()
    // A driver bound in the guest: its pointer needs no capture any more.
    if (state.input.pointer === 'absolute' && this.#grab.pointerLocked) document.exitPointerLock()
    if (state.fullscreen === this.#wasFullscreen) return
    this.#wasFullscreen = state.fullscreen
    if (wanted) void this.#lockKeyboard(state.fullscreen)
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
    document.addEventListener('pointerlockchange', () => this.#lockChanged(), { signal })
    const canvas = this.#canvas
    canvas.addEventListener('pointerdown', (event) => this.#press(event), { signal })
    for (const name of ['pointermove', 'pointerup'] as const) {
      canvas.addEventListener(name, (event) => this.#pointer(event), { signal })
    }
    const drop = () => this.#send(this.#buttons.release())
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
    if (this.#wasFullscreen) void this.#lockKeyboard(true)
  }

  #ignore(): void {
    this.#release()
    this.#listening?.abort()
    this.#listening = undefined
    this.#canvas.style.cursor = ''
    this.#canvas.style.touchAction = ''
    this.#step({ kind: 'pointer-lock', locked: false })
    ;(navigator as KeyboardNavigator).keyboard?.unlock()
    this.#step({ kind: 'keyboard-lock', locked: false })
    if (document.pointerLockElement) document.exitPointerLock()
  }

  #keyDown(event: KeyboardEvent): void {
    this.#chord.down(event.code)
    if (!this.#hearsKeys(event)) return
    if (!isGrabbed(this.#grab) && commandOf(event)) return
    this.#take(event)
    this.#send(this.#keyboard.down(event.code, event.repeat))
  }

  #keyUp(event: KeyboardEvent): void {
    const leaves = this.#chord.up(event.code)
    const events = this.#keyboard.up(event.code)
    if (events.length > 0) this.#take(event)
    this.#send(events)
    if (leaves && isGrabbed(this.#grab)) this.#leave()
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
    this.#step({ kind: 'press' })
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    const { pointer } = this.#store.getState().input
    if (pointer === 'relative' && !this.#grab.pointerLocked) {
      void this.#lockPointer()
      return
    }
    if (!this.#grab.pointerLocked) this.#canvas.setPointerCapture(event.pointerId)
    this.#pointer(event, true)
  }

  #pointer(event: PointerEvent, pressed = false): void {
    if (!this.#hearsPointer()) return
    const where = this.#grab.pointerLocked
      ? this.#motion.move(event.movementX, event.movementY)
      : this.#place(event)
    // A press that began elsewhere, on the toolbar say, stays there.
    const known = pressed || this.#buttons.any || this.#grab.pointerLocked
    const buttons = known ? this.#buttons.change(event.buttons) : []
    this.#send([...where, ...buttons])
  }

  #place(event: PointerEvent): readonly InputEvent[] {
    const { input } = this.#store.getState()
    if (input.pointer === 'relative') {
      this.#canvas.style.cursor = ''
      return []
    }
    const ratio = this.#ratio()
    const at = { x: event.offsetX * ratio.x, y: event.offsetY * ratio.y }
    const margin = { x: EDGE * ratio.x, y: EDGE * ratio.y }
    const size = { width: this.#canvas.width, height: this.#canvas.height }
    const pan = edgePan(at, size, Math.max(margin.x, margin.y))
    if (pan.x !== 0 || pan.y !== 0) this.#view.pan(pan.x, pan.y)
    const { shown } = this.#view
    if (!shown) return []
    const { x, y, inside } = guestPoint(at, shown)
    this.#canvas.style.cursor = inside ? 'none' : ''
    if (x === this.#sentAt?.x && y === this.#sentAt.y) return []
    this.#sentAt = { x, y }
    return [{ kind: 'pointer', x, y }]
  }

  #ratio(): Point {
    const { width, height, clientWidth, clientHeight } = this.#canvas
    return { x: width / Math.max(1, clientWidth), y: height / Math.max(1, clientHeight) }
  }

  #turn(event: WheelEvent): void {
    if (!this.#hearsPointer()) return
    if (this.#store.getState().input.pointer === 'relative' && !this.#grab.pointerLocked) return
    event.preventDefault()
    this.#chord.spoil()
    const { wheelDeltaX, wheelDeltaY } = event as WheelEvent & Record<string, number>
    const x = wheelDeltaX ?? -event.deltaX
    const y = wheelDeltaY ?? -event.deltaY
    // Chromium lays a wheel turned with Shift on its side; the guest has the Shift and decides itself.
    const isLaid = event.shiftKey && y === 0
    this.#send(isLaid ? this.#wheel.turn(0, x) : this.#wheel.turn(x, y))
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

  async #lockPointer(): Promise<void> {
    try {
      await this.#canvas.requestPointerLock({ unadjustedMovement: true })
    } catch {
      try {
        await this.#canvas.requestPointerLock()
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error)
        this.#tell({ kind: 'failed', title: 'The pointer cannot be captured', detail })
      }
    }
  }

  #lockChanged(): void {
    const locked = document.pointerLockElement === this.#canvas
    if (locked === this.#grab.pointerLocked) return
    if (!locked) this.#release()
    this.#step({ kind: 'pointer-lock', locked })
    if (!locked) return
    const detail = 'Press Ctrl+Alt to get it back'
    this.#tell({ kind: 'done', title: 'The guest has the pointer', detail })
  }

  /** In fullscreen the guest gets the desktop's keys too, Alt+Tab and Super for instance. */
  async #lockKeyboard(fullscreen: boolean): Promise<void> {
    const { keyboard } = navigator as KeyboardNavigator
    if (!keyboard || !document.fullscreenElement) {
      keyboard?.unlock()
      this.#step({ kind: 'keyboard-lock', locked: false })
      return
    }
    if (!fullscreen || !takesKeys(this.#store.getState())) return
    try {
      await keyboard.lock()
    } catch {
      return
    }
    if (!document.fullscreenElement) return
    this.#step({ kind: 'keyboard-lock', locked: true })
    const detail = 'Press Ctrl+Alt to get them back; the toolbar is at the top edge'
    this.#tell({ kind: 'done', title: 'The guest has all keys', detail })
  }

  #leave(): void {
    this.#release()
    if (document.pointerLockElement) document.exitPointerLock()
    this.#step({ kind: 'release' })
    const detail = 'A press on the picture gives them to the guest again'
    this.#tell({ kind: 'done', title: 'Pointer and keys are yours', detail })
  }

  #step(event: GrabEvent): void {
    this.#grab = nextGrab(this.#grab, event)
  }

  #tell(toast: { readonly kind: 'done' | 'failed'; title: string; detail: string }): void {
    this.#session.toast({ ...toast, reveal: false })
  }

  #release(): void {
    this.#chord.clear()
    this.#sentAt = undefined
    this.#send([...this.#keyboard.release(), ...this.#buttons.release()])
  }

  #send(events: readonly InputEvent[]): void {
    this.#session.input(events)
  }
}

/** The Keyboard Lock API, which lib.dom does not know. */
type KeyboardNavigator = {
  readonly keyboard?: { lock(): Promise<void>; unlock(): void }
}

/** True when nothing of ours lies over the picture. */
function isFree(state: ViewState): boolean {
  return state.panel === 'none' && state.saving === undefined && !state.closed
}

/** True when the focus is on nothing of ours. */
function isPicture(target: EventTarget | null): boolean {
  return !(target instanceof Element) || target === document.body || target.id === 'picture'
}
