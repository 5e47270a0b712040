// SPDX-License-Identifier: GPL-2.0-or-later
import type { RawData, WebSocket } from 'ws'
import { MAX_CLIPBOARD } from '../../../core/guest-channel.ts'
import { type Calls, MAX_KEPT, type Notes } from '../../../core/protocol.ts'
import { MAX_PIECE } from '../../../core/recording.ts'
import { fromWire, toWire } from '../../../core/wire.ts'
import { log } from '../../log.ts'
import type { PageDoor } from '../page-door.ts'

/** Calls that may wait for their answers at once. */
const MOST_CALLS = 64
/** Bytes of any message that is not listed. */
const MOST_TEXT = 64 * 1024
/** Bytes of calls and notes that may be longer; JSON writes a character in up to six. */
const longTexts: ReadonlyMap<unknown, number> = new Map<keyof Calls | keyof Notes, number>([
  ['probe:picture', Number.POSITIVE_INFINITY],
  ['guest:request', MOST_TEXT + 6 * MAX_CLIPBOARD],
  ['shot:keep', MOST_TEXT + (MAX_KEPT * 4) / 3],
  ['drop:open', MOST_TEXT + (MAX_KEPT * 4) / 3],
  ['record:write', MOST_TEXT + 6 * MAX_PIECE],
])
/** WebSocket close codes: RFC 6455 §7.4.1. */
const UNSUPPORTED = 1003
const POLICY = 1008

/**
 * The page's end of the protocol on one WebSocket, JSON of core/wire.ts:
 * `{t:'call',id,name,args}` → `{t:'answer',id,value}` or `{t:'answer',id,error}`;
 * `{t:'note',name,args}`; and from here `{t:'event',name,args}`. A page that says anything else is
 * not ours, and is cut off.
 */
export class Control {
  readonly #socket: WebSocket
  readonly #door: PageDoor
  #calls = 0

  constructor(socket: WebSocket, door: PageDoor) {
    this.#socket = socket
    this.#door = door
    socket.on('message', (data, binary) => this.#hear(data, binary))
    socket.on('error', (error) => log.info(`page: ${error.message}`))
  }

  send(name: string, args: readonly unknown[]): void {
    this.#write({ t: 'event', name, args })
  }

  #write(message: object): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(toWire(message))
  }

  #hear(data: RawData, binary: boolean): void {
    if (binary || !Buffer.isBuffer(data)) {
      this.#socket.close(UNSUPPORTED)
      return
    }
    const message = parsed(data.toString('utf8'))
    if (message?.['t'] === 'call') this.#call(message, data.byteLength)
    else if (message?.['t'] === 'note') this.#note(message, data.byteLength)
    else this.#refuse('a message of no known kind')
  }

  #call(message: Record<string, unknown>, size: number): void {
    const { id, name, args } = message
    if (!Number.isSafeInteger(id)) {
      this.#refuse('a call without a number')
      return
    }
    const answer = (rest: object): void => this.#write({ t: 'answer', id, ...rest })
    const fits = size <= (longTexts.get(name) ?? MOST_TEXT)
    const call = fits ? this.#door.call(name, args) : undefined
    if (!call) answer({ error: 'not a call that this window may make' })
    else if (this.#calls >= MOST_CALLS) answer({ error: 'too many calls at once' })
    else void this.#run(String(name), call, answer)
  }

  async #run(
    name: string,
    call: () => Promise<unknown>,
    answer: (rest: object) => void,
  ): Promise<void> {
    this.#calls += 1
    try {
      answer({ value: await call() })
    } catch (error) {
      log.warn(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      answer({ error: 'it failed; the log says why' })
    } finally {
      this.#calls -= 1
    }
  }

  #note(message: Record<string, unknown>, size: number): void {
    const { name, args } = message
    const fits = size <= (longTexts.get(name) ?? MOST_TEXT)
    const note = fits ? this.#door.note(name, args) : undefined
    if (note) note()
    else this.#refuse('a note that this window may not send')
  }

  #refuse(what: string): void {
    log.warn(`the page sent ${what}; it was cut off`)
    this.#socket.close(POLICY)
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value = fromWire(text)
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
