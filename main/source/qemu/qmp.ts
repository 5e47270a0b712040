// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fd, FdSocket } from '../../../native-shim/api.ts'
import { isNativeError } from '../native-failure.ts'

// QEMU's monitor protocol: lines of JSON (QEMU's docs/interop/qmp-spec.rst).

type Fields = {
  readonly [Name in
    | 'QMP'
    | 'id'
    | 'return'
    | 'error'
    | 'event'
    | 'data'
    | 'class'
    | 'desc']?: unknown
}

/** What QEMU tells unasked: `name` is one of its events, `data` what came along, unchecked. */
export type QmpEvent = { readonly name: string; readonly data: unknown }

/** What a connection tells after it was opened. */
export type QmpListeners = {
  readonly onEvent?: (event: QmpEvent) => void
  /** The connection ended by itself; not called when it is disposed. */
  readonly onEnd?: (error: Error) => void
}

/** QEMU refused a command. */
export class QmpError extends Error {
  /** `GenericError`, `CommandNotFound`; `closed` and `timeout` are ours. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'QmpError'
    this.code = code
  }
}

const MAX_LINE = 1 << 22
/** Longest word or sentence of an error, characters. */
const MAX_TEXT = 500
const ANSWER_MS = 5000

/** One monitor connection. QEMU serves one at a time: whoever holds it keeps everybody else waiting. */
export class QmpClient implements Disposable {
  readonly #socket: FdSocket
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #greeting = Promise.withResolvers<void>()
  #text: Buffer = Buffer.alloc(0)
  #calls = 0
  readonly #listeners: QmpListeners
  #isOpen = false
  #isEnded = false

  private constructor(socket: FdSocket, listeners: QmpListeners) {
    this.#socket = socket
    this.#listeners = listeners
  }

  /**
   * Waits for QEMU's greeting and leaves negotiation mode. Takes the socket over. QEMU tells no event
   * before that.
   *
   * @throws QmpError `timeout` when nobody greets; SyntaxError when what greets is no QMP
   */
  static async open(
    socket: FdSocket,
    patienceMs: number,
    listeners: QmpListeners = {},
  ): Promise<QmpClient> {
    using owned = new DisposableStack()
    const client = owned.use(new QmpClient(socket, listeners))
    void client.#listen()
    await within(client.#greeting.promise, patienceMs)
    await client.execute('qmp_capabilities')
    client.#isOpen = true
    owned.move()
    return client
  }

  /**
   * Runs a command; descriptors go along with it.
   *
   * @throws QmpError
   */
  async execute(command: string, args?: object, fds: readonly Fd[] = []): Promise<unknown> {
    if (this.#isEnded) throw new QmpError('closed', 'the connection has ended')
    const id = ++this.#calls
    const waiting = Promise.withResolvers<unknown>()
    this.#answers.set(id, waiting)
    const request = { execute: command, ...(args ? { arguments: args } : {}), id }
    try {
      const sent = this.#socket.send(Buffer.from(`${JSON.stringify(request)}\n`), fds)
      sent.catch((error: unknown) => waiting.reject(error))
      return await within(waiting.promise, ANSWER_MS)
    } finally {
      this.#answers.delete(id)
    }
  }

  [Symbol.dispose](): void {
    this.#isOpen = false
    this.#end(new QmpError('closed', 'the connection was closed'))
  }

  #end(error: Error): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#socket[Symbol.dispose]()
    this.#greeting.promise.catch(() => {})
    this.#greeting.reject(error)
    for (const { reject } of this.#answers.values()) reject(error)
    if (this.#isOpen) this.#listeners.onEnd?.(error)
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        const received = await this.#socket.receive()
        if (!received) break
        for (const fd of received.fds) fd[Symbol.dispose]()
        this.#take(received.bytes)
      }
      this.#end(new QmpError('closed', 'it hung up'))
    } catch (error) {
      if (error instanceof SyntaxError) this.#end(error)
      else if (isNativeError(error)) this.#end(error)
      else throw error
    }
  }

  #take(bytes: Uint8Array): void {
    this.#text = Buffer.concat([this.#text, bytes])
    for (let end = this.#text.indexOf(10); end >= 0; end = this.#text.indexOf(10)) {
      const line = this.#text.subarray(0, end).toString('utf8').trim()
      this.#text = this.#text.subarray(end + 1)
      if (line !== '') this.#message(line)
    }
    if (this.#text.length > MAX_LINE) throw new SyntaxError('what came is no QMP')
  }

  #message(line: string): void {
    const message = fieldsOf(parse(line))
    if ('QMP' in message) {
      this.#greeting.resolve()
      return
    }
    const waiting = typeof message.id === 'number' ? this.#answers.get(message.id) : undefined
    if ('return' in message) waiting?.resolve(message.return)
    else if ('error' in message) {
      const { class: code, desc } = fieldsOf(message.error)
      waiting?.reject(new QmpError(textOf(code), textOf(desc)))
    } else if ('event' in message) {
      this.#listeners.onEvent?.({ name: textOf(message.event), data: message.data })
    } else throw new SyntaxError('what came is no QMP')
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new SyntaxError('what came is no QMP')
  }
}

function fieldsOf(value: unknown): Fields {
  if (typeof value === 'object' && value !== null) return value as Fields
  throw new SyntaxError('what came is no QMP')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : 'unknown'
}

async function within<Value>(promise: Promise<Value>, patienceMs: number): Promise<Value> {
  const late = Promise.withResolvers<never>()
  const error = new QmpError('timeout', `no answer in ${patienceMs} ms`)
  const timer = setTimeout(() => late.reject(error), patienceMs)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
