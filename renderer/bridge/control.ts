// SPDX-License-Identifier: GPL-2.0-or-later
import { fromWire, toWire } from '../../core/wire.ts'

type Pending = {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** A message that main may send: an event, or the answer to a call. */
export type ControlMessage =
  | { readonly t: 'event'; readonly name: string; readonly args: readonly unknown[] }
  | { readonly t: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly t: 'answer'; readonly id: number; readonly error: string }

/** Calls, notes and events of a document as JSON text over a WebSocket. */
export class Control {
  readonly #socket: WebSocket
  readonly #pending = new Map<number, Pending>()
  readonly #events: readonly string[]
  readonly #listeners = new Map<string, Set<(...args: unknown[]) => void>>()
  readonly #closed = new Set<() => void>()
  readonly #unsent: string[] = []
  #next = 1

  /** @param events names of those that main may send to this document */
  constructor(socket: WebSocket, events: readonly string[]) {
    this.#socket = socket
    this.#events = events
    socket.addEventListener('open', () => {
      for (const text of this.#unsent.splice(0)) socket.send(text)
    })
    socket.addEventListener('message', ({ data }) => this.#hear(data))
    socket.addEventListener('close', () => this.#end())
  }

  /**
   * The line to main at the page's own origin.
   *
   * @param events names of those that main may send to this document
   */
  static open(origin: URL, events: readonly string[]): Control {
    const address = new URL('/control', origin)
    address.protocol = origin.protocol === 'https:' ? 'wss:' : 'ws:'
    return new Control(new WebSocket(address), events)
  }

  call(name: string, args: readonly unknown[]): Promise<unknown> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState > WebSocket.OPEN) {
        reject(new Error(`${name}: Scanout has ended`))
        return
      }
      this.#pending.set(id, { resolve, reject })
      this.#send(toWire({ t: 'call', id, name, args }))
    })
  }

  tell(name: string, args: readonly unknown[]): void {
    this.#send(toWire({ t: 'note', name, args }))
  }

  /** Returns its undo. */
  on(name: string, listener: (...args: unknown[]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, set)
    set.add(listener)
    return () => set.delete(listener)
  }

  /** Main went away, or {@link close} was called. Returns its undo. */
  onClosed(listener: () => void): () => void {
    this.#closed.add(listener)
    return () => this.#closed.delete(listener)
  }

  close(): void {
    this.#socket.close()
  }

  #send(text: string): void {
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#unsent.push(text)
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text)
  }

  #hear(data: unknown): void {
    const message = typeof data === 'string' ? parseControl(data, this.#events) : undefined
    if (!message) {
      this.#socket.close()
      return
    }
    if (message.t === 'event') {
      for (const listener of this.#listeners.get(message.name) ?? []) listener(...message.args)
      return
    }
    const pending = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if ('error' in message) pending?.reject(new Error(message.error))
    else pending?.resolve(message.value)
  }

  #end(): void {
    for (const { reject } of this.#pending.values()) reject(new Error('Scanout has ended'))
    this.#pending.clear()
    for (const listener of this.#closed) listener()
  }
}

/**
 * Undefined when the text is no message of the agreed form.
 *
 * @param events names of those that main may send to this document
 */
export function parseControl(text: string, events: readonly string[]): ControlMessage | undefined {
  let value: unknown
  try {
    value = fromWire(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { t, id, name, args, error } = value as Record<string, unknown>
  if (t === 'event') {
    const known = events.find((one) => one === name)
    return known && Array.isArray(args) ? { t, name: known, args } : undefined
  }
  if (t !== 'answer' || !Number.isSafeInteger(id)) return undefined
  if (error !== undefined) return { t, id: Number(id), error: String(error) }
  return { t, id: Number(id), value: (value as { value?: unknown }).value }
}
