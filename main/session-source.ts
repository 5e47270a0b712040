// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../core/failure.ts'
import type { GuestNews } from '../core/guest-channel.ts'
import type { InputAccepts } from '../core/input.ts'
import type { PlaneStatus } from '../core/plane.ts'
import type { Result } from '../core/result.ts'
import { nextSession, type SessionEvent, type SessionState } from '../core/session-state.ts'
import { log } from './log.ts'
import { Retry, type RetryWish } from './session-retry.ts'
import type { Clock } from './source/poller.ts'
import type { Address, SourceHandle } from './source/source.ts'

/** Opens an address; main/source/handle.ts is the real one. */
export type OpenSourceHandle = (
  address: Address,
  signal: AbortSignal,
) => Promise<Result<SourceHandle, Failure>>

export type SessionSourceParts = {
  readonly openSource: OpenSourceHandle
  /** Tells cheaply whether an address is worth a try; main/source/presence.ts is the real one. */
  readonly isThere: (address: Address) => Promise<boolean | undefined>
  readonly clock: Clock
}

export type SessionSourceListeners = {
  /** `state` or `statuses` changed. */
  readonly onChange: () => void
  /** It is about to be opened. */
  readonly onOpening: () => void
  readonly onOpen: () => void
  /** It is closed after this. The failure is why it went away by itself. */
  readonly onLeave: (failure: Failure | undefined) => void
  readonly onInput: (accepts: InputAccepts) => void
  readonly onNews: (news: GuestNews) => void
}

/** The source of a session: opened, gone, opened again, and what that means to the session. */
export class SessionSource implements AsyncDisposable {
  #address: Address
  readonly #parts: SessionSourceParts
  readonly #listeners: SessionSourceListeners
  readonly #ending = new AbortController()
  readonly #retry: Retry
  #handle: SourceHandle | undefined
  #opening: Promise<void> = Promise.resolve()
  #state: SessionState = { kind: 'connecting' }
  #statuses: readonly PlaneStatus[] = []

  constructor(
    address: Address,
    wish: RetryWish,
    parts: SessionSourceParts,
    listeners: SessionSourceListeners,
  ) {
    this.#address = address
    this.#parts = parts
    this.#listeners = listeners
    this.#retry = new Retry(
      wish,
      parts.clock,
      () => parts.isThere(this.#address),
      () => this.open(),
    )
  }

  get state(): SessionState {
    return this.#state
  }

  get statuses(): readonly PlaneStatus[] {
    return this.#statuses
  }

  /** Undefined while it is not open. */
  get handle(): SourceHandle | undefined {
    return this.#handle
  }

  /** Opens it for the first time, or once more after it was gone. */
  open(): void {
    this.#opening = this.#opening.then(() => this.#open())
  }

  /** Closes it and opens it again, because a person wants it. */
  async reopen(): Promise<void> {
    await this.#opening
    if (this.#ending.signal.aborted) return
    this.#retry.cancel()
    this.#step({ kind: 'reopening' })
    await this.#leave(undefined)
    this.open()
    await this.#opening
  }

  /** Shows another console of the same VM from now on. */
  async showConsole(id: number): Promise<void> {
    const query = new Map(this.#address.query).set('console', String(id))
    this.#address = { ...this.#address, query }
    await this.reopen()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    this.#retry[Symbol.dispose]()
    await this.#opening
    await this.#leave(undefined)
  }

  async #open(): Promise<void> {
    const { signal } = this.#ending
    if (signal.aborted || this.#handle) return
    this.#retry.cancel()
    this.#listeners.onOpening()
    const opened = await this.#parts.openSource(this.#address, signal)
    if (!opened.ok) {
      if (signal.aborted) return
      const { failure } = opened
      log.info(`${failure.what}: ${failure.why}`)
      const kind = this.#retry.notOpened(failure) ? 'waiting' : 'open-failed'
      this.#step({ kind, failure })
      return
    }
    const handle = opened.value
    if (signal.aborted) return handle[Symbol.asyncDispose]()
    this.#handle = handle
    this.#retry.opened()
    handle.on('planes', (statuses) => {
      this.#statuses = statuses
      this.#step({ kind: 'planes', statuses })
    })
    handle.on('input', (accepts) => this.#listeners.onInput(accepts))
    handle.on('news', (news) => this.#listeners.onNews(news))
    handle.on('gone', (failure) => {
      this.#step({ kind: this.#retry.gone(failure) ? 'waiting' : 'gone', failure })
      this.#opening = this.#opening.then(() => this.#leave(failure))
    })
    this.#listeners.onOpen()
    this.#step({ kind: 'opened' })
  }

  async #leave(failure: Failure | undefined): Promise<void> {
    const handle = this.#handle
    if (!handle) return
    this.#listeners.onLeave(failure)
    this.#handle = undefined
    await handle[Symbol.asyncDispose]()
  }

  #step(event: SessionEvent): void {
    this.#state = nextSession(this.#state, event)
    this.#listeners.onChange()
  }
}
