// SPDX-License-Identifier: GPL-2.0-or-later
import { type FdHandle, native, type PollerHandle } from './bindings.ts'

export const readable = 1
export const writable = 2

/** Owners that wait for something: a pending promise must not be collected with its socket. */
const waiting = new Set<object>()

/**
 * Tells its owner when a descriptor can be read or written; level triggered. It keeps the event loop
 * and its owner alive only while something is wanted, and a background one never the event loop.
 * Dispose it before the descriptor.
 */
export class Readiness<Owner extends object> implements Disposable {
  readonly #owner: Owner
  readonly #poller: PollerHandle
  #wanted = 0

  constructor(owner: Owner, fd: FdHandle, ready: (owner: Owner) => void, background = false) {
    this.#owner = owner
    // The native side holds the callback strongly until the poller closes.
    const weak = new WeakRef(owner)
    this.#poller = native().pollerOpen(fd, background, () => {
      const alive = weak.deref()
      if (alive) ready(alive)
    })
  }

  want(events: number): void {
    if (events === this.#wanted) return
    native().pollerSet(this.#poller, events)
    this.#wanted = events
    if (events === 0) waiting.delete(this.#owner)
    else waiting.add(this.#owner)
  }

  [Symbol.dispose](): void {
    waiting.delete(this.#owner)
    native().pollerClose(this.#poller)
  }
}
