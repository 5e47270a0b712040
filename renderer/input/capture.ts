// SPDX-License-Identifier: GPL-2.0-or-later
import type { Session } from '../session.ts'
import { type Store, takesKeys } from '../store.ts'
import { toastWords } from '../ui/words-toasts.ts'
import { type GrabEvent, isGrabbed, nextGrab, ungrabbed } from './grab.ts'

/** The browser's locks on pointer and keyboard: when they are taken, and how the person gets out. */
export class Capture {
  readonly #session: Session
  readonly #store: Store
  readonly #canvas: HTMLCanvasElement
  readonly #changed: (locked: boolean) => void
  #grab = ungrabbed
  #wasFullscreen = false

  /** @param changed is told when the pointer was captured or came free */
  constructor(
    session: Session,
    store: Store,
    canvas: HTMLCanvasElement,
    changed: (locked: boolean) => void,
  ) {
    this.#session = session
    this.#store = store
    this.#canvas = canvas
    this.#changed = changed
  }

  /** While this holds, every key is the guest's. */
  get isGrabbed(): boolean {
    return isGrabbed(this.#grab)
  }

  get isPointerLocked(): boolean {
    return this.#grab.pointerLocked
  }

  /** The guest begins to take input. */
  begin(): void {
    if (this.#wasFullscreen) void this.#lockKeyboard(true)
  }

  /** The guest takes no more input. */
  end(): void {
    this.#step({ kind: 'pointer-lock', locked: false })
    ;(navigator as KeyboardNavigator).keyboard?.unlock()
    this.#step({ kind: 'keyboard-lock', locked: false })
    if (document.pointerLockElement) document.exitPointerLock()
  }

  /** To be called after the store changed. */
  follow(takesInput: boolean): void {
    const { input, fullscreen } = this.#store.getState()
    // A driver bound in the guest: its pointer needs no capture any more.
    if (input.pointer === 'absolute' && this.#grab.pointerLocked) document.exitPointerLock()
    if (fullscreen === this.#wasFullscreen) return
    this.#wasFullscreen = fullscreen
    if (takesInput) void this.#lockKeyboard(fullscreen)
  }

  /** The picture was pressed. */
  press(): void {
    this.#step({ kind: 'press' })
  }

  async lockPointer(): Promise<void> {
    try {
      await this.#canvas.requestPointerLock({ unadjustedMovement: true })
    } catch {
      try {
        await this.#canvas.requestPointerLock()
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error)
        this.#tell('failed', toastWords.pointer.notCaptured, detail)
      }
    }
  }

  /** To be called when the browser says so. */
  pointerLockChanged(): void {
    const locked = document.pointerLockElement === this.#canvas
    if (locked === this.#grab.pointerLocked) return
    this.#changed(locked)
    this.#step({ kind: 'pointer-lock', locked })
    if (!locked) {
      const detail = toastWords.pointer.giveAgain
      const { pointer } = this.#store.getState().input
      if (pointer === 'relative') this.#tell('done', toastWords.pointer.isYours, detail)
      return
    }
    // Chromium gives Esc away in fullscreen only (Keyboard Lock specification, 4.2).
    const detail = this.#grab.keyboardLocked
      ? toastWords.pointer.back
      : toastWords.pointer.backByEscape
    this.#tell('done', toastWords.pointer.isGuests, detail)
  }

  /** The person asked for pointer and keys. */
  leave(): void {
    if (document.pointerLockElement) document.exitPointerLock()
    this.#step({ kind: 'release' })
    const detail = toastWords.keys.giveAgain
    this.#tell('done', toastWords.keys.areYours, detail)
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
    const detail = toastWords.keys.back
    this.#tell('done', toastWords.keys.areGuests, detail)
  }

  #step(event: GrabEvent): void {
    this.#grab = nextGrab(this.#grab, event)
    const grabbed = this.isGrabbed
    if (grabbed !== this.#store.getState().grabbed) this.#store.setState({ grabbed })
  }

  #tell(kind: 'done' | 'failed', title: string, detail: string): void {
    this.#session.toast({ kind, title, detail, reveal: false })
  }
}

/** The Keyboard Lock API, which lib.dom does not know. */
type KeyboardNavigator = {
  readonly keyboard?: { lock(): Promise<void>; unlock(): void }
}
