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
  readonly #event: (name: string, args: readonly unknown[]) => void
  readonly #closed: () => void
  readonly #events: readonly string[]
  readonly #unsent: string[] = []
  #next = 1

  /** @param events names of those that main may send to this document */
  constructor(
    socket: WebSocket,
    event: (name: string, args: readonly unknown[]) => void,
    closed: () => void,
    events: readonly string[],
  ) {
    this.#socket = socket
    this.#events = events
    this.#event = event
    this.#closed = closed
    socket.addEventListener('open', () => {
      for (const text of this.#unsent.splice(0)) socket.send(text)
    })
    socket.addEventListener('message', ({ data }) => this.#hear(data))
    socket.addEventListener('close', () => this.#end())
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
      this.#event(message.name, message.args)
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
    this.#closed()
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
