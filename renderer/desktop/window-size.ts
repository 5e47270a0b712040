// SPDX-License-Identifier: GPL-2.0-or-later
import { settingRows } from '../../core/settings.ts'
import type { Session } from '../session.ts'
import type { Store } from '../store.ts'

/** A window that is being dragged at its edge has found its size after this long, ms. */
const SETTLED_MS = 800

/** Remembers the window's size for this VM, as its frame measures it; fullscreen is no size. */
export class RememberedSize implements Disposable {
  readonly #session: Session
  readonly #store: Store
  readonly #stop = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(session: Session, store: Store) {
    this.#session = session
    this.#store = store
    const changed = (): void => {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#remember(), SETTLED_MS)
    }
    window.addEventListener('resize', changed, { signal: this.#stop.signal })
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#stop.abort()
  }

  #remember(): void {
    const { fullscreen, settings, hello, closed } = this.#store.getState()
    const windowSize = { width: window.outerWidth, height: window.outerHeight }
    const before = settings.windowSize
    const isSame = before?.width === windowSize.width && before.height === windowSize.height
    if (fullscreen || closed || !hello || isSame) return
    if (settingRows.windowSize.check(windowSize)) void this.#session.change({ windowSize })
  }
}
