// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { shim } from '../../native-shim/index.ts'
import { isNativeError, nativeFailure } from '../source/native-failure.ts'
import { type Clock, systemClock } from '../source/poller.ts'
import { QmpClient, QmpError, type QmpEvent, type QmpListeners } from '../source/qemu/qmp.ts'
import { type SocketQueue, SocketTable } from './monitor-queue.ts'

/** QEMU's monitor serves one client and greets no other; ms. */
const GREETING_MS = 2000
/** How often a line that gives way looks whether somebody waits, ms: rarer where the look is expensive,
 * on hosts with thousands of sockets, so that an idle viewer takes a thousandth of a core. */
const LOOK_MS = 500
const LOOK_MAX_MS = 1500
const LOOK_SHARE = 1 / 1000
/** It looks whether it may come back this often, ms. */
const RETURN_MS = 1000
/** A monitor that is not there is tried this often, ms. */
const RETRY_MS = 500
/** Where nobody can be seen waiting, the monitor is held this long … */
const BRIEF_MS = 100
/** … this often, ms. */
const BRIEF_EVERY_MS = 2000

/** A connection to a monitor, once it is open. */
export type Connection = Disposable & Pick<QmpClient, 'execute'>

/** What a line is made of; tests give their own. */
export type LineParts = {
  /** @throws QmpError, SyntaxError, NativeError */
  readonly open: (listeners: QmpListeners, signal: AbortSignal) => Promise<Connection>
  /** Who is at the socket. Owned by the line. */
  readonly table: Disposable & { queue(): SocketQueue | undefined }
  readonly clock: Clock
}

export type LineListeners = {
  /** The monitor answers now, for the first time or again. */
  readonly onUp?: () => void
  /** It does not any more. `ended`: QEMU closed it; otherwise the line gave way, or was asked to. */
  readonly onDown?: (ended: boolean) => void
  readonly onEvent?: (event: QmpEvent) => void
}

/** What users of a line need of it. */
export type Monitor = {
  readonly isUp: boolean
  /** @throws QmpError, of code `closed` while the line is down */
  execute(command: string, args?: object): Promise<unknown>
  /** Several may listen. Returns its undo. */
  listen(listeners: LineListeners): () => void
}

/**
 * A line to QEMU's monitor that comes back when QEMU does. QEMU serves one client at a time, so a line
 * that `givesWay` lets go as soon as somebody else waits, and returns after everybody else has left.
 */
export class MonitorLine implements Monitor, AsyncDisposable {
  readonly socket: string
  readonly #givesWay: boolean
  readonly #parts: LineParts
  readonly #listeners = new Set<LineListeners>()
  /** Present while the line is wanted; aborted when it is no more. */
  #wish: AbortController | undefined
  #trying: Promise<Result<void, Failure>> | undefined
  #connection: Connection | undefined
  #busy = 0
  #cancel: () => void = () => {}

  constructor(socket: string, givesWay: boolean, parts: LineParts = partsOf(socket)) {
    this.socket = socket
    this.#givesWay = givesWay
    this.#parts = parts
  }

  get isUp(): boolean {
    return this.#connection !== undefined
  }

  get givesWay(): boolean {
    return this.#givesWay
  }

  listen(listeners: LineListeners): () => void {
    this.#listeners.add(listeners)
    return () => this.#listeners.delete(listeners)
  }

  /** Wants the line from now on, whether the first try, which this tells of, goes well or not. */
  follow(): Promise<Result<void, Failure>> {
    this.#wish ??= new AbortController()
    return this.#try()
  }

  /** Lets the monitor go and stays away until {@link follow}. */
  leave(): void {
    this.#wish?.abort()
    this.#wish = undefined
    this.#cancel()
    this.#drop(false)
  }

  async execute(command: string, args?: object): Promise<unknown> {
    if (!this.#connection) throw new QmpError('closed', 'the monitor is not connected')
    this.#busy += 1
    try {
      return await this.#connection.execute(command, args)
    } finally {
      this.#busy -= 1
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear()
    this.leave()
    await this.#trying
    this.#parts.table[Symbol.dispose]()
  }

  #try(): Promise<Result<void, Failure>> {
    if (this.#connection) return Promise.resolve(ok(undefined))
    this.#cancel()
    this.#trying ??= this.#open().finally(() => {
      this.#trying = undefined
      if (this.#wish && !this.#connection) this.#later(RETRY_MS, () => void this.#try())
    })
    return this.#trying
  }

  async #open(): Promise<Result<void, Failure>> {
    const what = `cannot reach QEMU's monitor at ${this.socket}`
    const remedy = 'Give the VM a second monitor for Scanout: -qmp unix:PATH,server=on,wait=off'
    const signal = this.#wish?.signal ?? AbortSignal.abort()
    try {
      signal.throwIfAborted()
      const connection = await this.#parts.open(
        {
          onEvent: (event) => this.#tell('onEvent', event),
          onEnd: () => this.#ended(),
        },
        signal,
      )
      if (signal.aborted) {
        connection[Symbol.dispose]()
        signal.throwIfAborted()
      }
      this.#connection = connection
    } catch (error) {
      if (signal.aborted) {
        return fail({ code: 'cancelled', what, why: 'it was cancelled', remedy: 'Try again' })
      }
      if (error instanceof QmpError || error instanceof SyntaxError) {
        return fail({ code: 'no-monitor', what, why: error.message, remedy })
      }
      if (isNativeError(error)) return fail(nativeFailure(error, what, 'no-monitor', remedy))
      throw error
    }
    this.#tell('onUp')
    if (this.#givesWay) this.#beMannerly()
    return ok(undefined)
  }

  #beMannerly(): void {
    if (this.#parts.table.queue()) this.#later(LOOK_MS, () => this.#look())
    else this.#later(BRIEF_MS, () => this.#goAway(BRIEF_EVERY_MS))
  }

  #look(): void {
    const { clock, table } = this.#parts
    const startedAt = clock.now()
    const queue = table.queue()
    const costMs = clock.now() - startedAt
    if (queue === undefined || queue.waiting > 0) this.#goAway(RETURN_MS)
    else {
      const ms = Math.min(LOOK_MAX_MS, Math.max(LOOK_MS, costMs / LOOK_SHARE))
      this.#later(ms, () => this.#look())
    }
  }

  #goAway(ms: number): void {
    if (this.#busy > 0) {
      this.#later(LOOK_MS, () => this.#goAway(ms))
      return
    }
    this.#drop(false)
    this.#later(ms, () => this.#return())
  }

  #return(): void {
    const queue = this.#parts.table.queue()
    if (queue && queue.served + queue.waiting > 0) this.#later(RETURN_MS, () => this.#return())
    else void this.#try()
  }

  #ended(): void {
    this.#cancel()
    this.#drop(true)
    if (this.#wish) this.#later(RETRY_MS, () => void this.#try())
  }

  #drop(ended: boolean): void {
    const connection = this.#connection
    if (!connection) return
    this.#connection = undefined
    connection[Symbol.dispose]()
    this.#tell('onDown', ended)
  }

  #tell<N extends keyof LineListeners>(
    name: N,
    ...args: Parameters<Exclude<LineListeners[N], undefined>>
  ): void {
    for (const listeners of [...this.#listeners]) {
      const listener = listeners[name] as ((...args: readonly unknown[]) => void) | undefined
      listener?.(...args)
    }
  }

  /** One timer at a time: what was due before is called off. */
  #later(ms: number, run: () => void): void {
    this.#cancel()
    this.#cancel = this.#parts.clock.after(ms, run)
  }
}

function partsOf(socket: string): LineParts {
  return {
    clock: systemClock,
    table: new SocketTable(socket),
    open: async (listeners, signal) => {
      const line = await shim.connect(socket)
      const abort = () => line[Symbol.dispose]()
      signal.addEventListener('abort', abort, { once: true })
      try {
        return await QmpClient.open(line, GREETING_MS, listeners)
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
  }
}
