// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bridge } from '../../core/protocol.ts'
import { isLive, type Store, type ViewState } from '../store.ts'

/**
 * Keeps this machine's display from sleeping, in fullscreen and while the picture is live: who watches a
 * guest touches nothing. A page may ask for it by itself; in Electron main asks.
 */
export class Awake implements Disposable {
  readonly #bridge: Bridge
  readonly #store: Store
  readonly #owned = new DisposableStack()
  #wanted = false
  #lock: WakeLockSentinel | undefined
  #asking = false

  constructor(bridge: Bridge, store: Store) {
    this.#bridge = bridge
    this.#store = store
    this.#owned.defer(store.subscribe(() => this.#follow()))
    // The browser takes the lock back from a page that is not seen.
    const seen = (): void => this.#follow()
    document.addEventListener('visibilitychange', seen)
    this.#owned.defer(() => document.removeEventListener('visibilitychange', seen))
    this.#owned.defer(() => void this.#lock?.release())
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #follow(): void {
    const state = this.#store.getState()
    const wanted = keepsAwake(state) && document.visibilityState === 'visible'
    if (state.hello?.shell === 'electron') {
      if (wanted !== this.#wanted) this.#bridge.tell('view:awake', wanted)
      this.#wanted = wanted
      return
    }
    this.#wanted = wanted
    void this.#ask()
  }

  /** Takes or gives back the lock until that is what is wanted; one question at a time. */
  async #ask(): Promise<void> {
    const isHeld = this.#lock !== undefined && !this.#lock.released
    if (this.#asking || this.#wanted === isHeld) return
    this.#asking = true
    try {
      if (this.#wanted) this.#lock = await navigator.wakeLock.request('screen')
      else await this.#lock?.release()
    } catch {
      // Refused on a battery that is low, or on a page that has just gone: the display may sleep then.
      this.#asking = false
      return
    }
    this.#asking = false
    void this.#ask()
  }
}

function keepsAwake(state: ViewState): boolean {
  return state.settings.keepsAwake && state.fullscreen && isLive(state)
}
