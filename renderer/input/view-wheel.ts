// SPDX-License-Identifier: GPL-2.0-or-later
import type { Session } from '../session.ts'
import { type Store, takesPointer } from '../store.ts'
import { nextZoom, zoomOf } from '../ui/zoom.ts'
import { NOTCH } from './pointer.ts'
import { turnedBack } from './turned.ts'

/** What a wheel does to a picture. */
export type WheelView = {
  /** Device pixels. */
  pan(x: number, y: number): boolean
}

/** The wheel over a picture that is not the guest's to hear: it scrolls, and with Ctrl it zooms. */
export class ViewWheel implements Disposable {
  readonly #stop = new AbortController()
  /** Counts of the wheel that are no whole notch yet. */
  #rest = 0

  constructor(session: Session, store: Store, canvas: HTMLCanvasElement, view: WheelView) {
    const turn = (event: WheelEvent): void => {
      const state = store.getState()
      if (takesPointer(state)) return
      const { devicePixelRatio: ratio } = window
      if (!event.ctrlKey) {
        const { x, y } = turnedBack(event.deltaX, event.deltaY, state.settings.rotation)
        view.pan(x * ratio, y * ratio)
        return
      }
      event.preventDefault()
      const notches = this.#notches(event)
      if (notches === 0 || state.picture === undefined) return
      const zoom = nextZoom(zoomOf(state), notches > 0 ? 1 : -1)
      void session.change({ scale: '1:1', zoom })
    }
    canvas.addEventListener('wheel', turn, { signal: this.#stop.signal, passive: false })
  }

  [Symbol.dispose](): void {
    this.#stop.abort()
  }

  /** Whole notches away from the person. */
  #notches(event: WheelEvent): number {
    const { wheelDeltaY } = event as WheelEvent & Record<string, number>
    const counts = wheelDeltaY ?? -event.deltaY
    const sum = (Math.sign(this.#rest) === -Math.sign(counts) ? 0 : this.#rest) + counts
    const whole = Math.trunc(sum / NOTCH)
    this.#rest = sum - whole * NOTCH
    return whole
  }
}
