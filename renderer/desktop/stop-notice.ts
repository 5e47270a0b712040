// SPDX-License-Identifier: GPL-2.0-or-later
import type { Store, ViewState } from '../store.ts'
import { stateWords } from '../ui/words.ts'

/** States of which somebody who does not see the window wants to hear. */
function isStopped({ session, vm, closed }: ViewState): boolean {
  if (closed) return false
  const { kind } = session
  const isGone = kind === 'lost' || (kind === 'waiting' && session.failure !== undefined)
  return isGone || vm?.run === 'shut-down' || vm?.run === 'panicked'
}

/** Tells by a notification of the desktop that the VM stopped, while its window is not seen. */
export class StopNotice implements Disposable {
  readonly #owned = new DisposableStack()
  #notice: Notification | undefined
  #wasStopped: boolean

  constructor(store: Store) {
    this.#wasStopped = isStopped(store.getState())
    this.#owned.defer(store.subscribe((state) => this.#follow(state)))
    const seen = (): void => {
      if (document.visibilityState === 'visible') this.#notice?.close()
    }
    document.addEventListener('visibilitychange', seen)
    this.#owned.defer(() => document.removeEventListener('visibilitychange', seen))
    this.#owned.defer(() => this.#notice?.close())
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #follow(state: ViewState): void {
    const stopped = isStopped(state)
    if (stopped === this.#wasStopped) return
    this.#wasStopped = stopped
    if (!stopped || document.visibilityState === 'visible') return
    if (!state.settings.tellsStop || Notification.permission !== 'granted') return
    const words = stateWords(state)
    if (!words) return
    this.#notice?.close()
    const body = [words.title, words.why].filter(Boolean).join('. ')
    this.#notice = new Notification(state.guest.title, { body, icon: 'icon.svg', tag: 'stopped' })
    this.#notice.onclick = () => window.focus()
  }
}
