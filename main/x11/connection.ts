// SPDX-License-Identifier: GPL-2.0-or-later
import { createConnection, type Socket } from 'node:net'
import { type Authority, readAuthority } from './authority.ts'

// The few words of the X11 protocol (X Window System Protocol, version 11, release 6.8) that it takes to
// find a window and to ask the window manager for it. Little-endian; replies come in order.

type Environment = Readonly<Record<string, string | undefined>>

/** Where a display is, and which of its screens is meant. */
export type DisplayName = {
  /** Empty for a server of this host. */
  readonly host: string
  readonly number: number
  readonly screen: number
}

const SOCKETS = '/tmp/.X11-unix/X'
const TCP_PORT = 6000
/** Bytes that a reply may have: lists of windows are far shorter. */
const MOST_REPLY = 1 << 20
const HEAD = 32

/** Reads `[HOST]:NUMBER[.SCREEN]`; undefined for anything else. */
export function parseDisplay(text: string): DisplayName | undefined {
  const [, host, number, screen = '0'] = /^(.*):(\d{1,5})(?:\.(\d{1,3}))?$/.exec(text) ?? []
  if (host === undefined || number === undefined) return undefined
  const isLocal = host === '' || host === 'unix'
  return { host: isLocal ? '' : host, number: Number(number), screen: Number(screen) }
}

/** One connection to an X server. Every promise rejects once the server is gone or says what it must not. */
export class XConnection implements Disposable {
  readonly #socket: Socket
  readonly #waiting: { resolve: (reply: Buffer) => void; reject: (error: Error) => void }[] = []
  #received = Buffer.alloc(0)
  #setUp = false
  #ended: Error | undefined
  /** The window behind all others of the screen. */
  root = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (piece) => {
      this.#received = Buffer.concat([this.#received, piece])
      this.#take()
    })
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end(new Error('the X server hung up')))
  }

  /** @throws Error when there is no server, it lets nobody in, or the signal aborts */
  static async open(
    name: DisplayName,
    env: Environment,
    signal: AbortSignal,
  ): Promise<XConnection> {
    const { host, number, screen } = name
    const socket = host
      ? createConnection(TCP_PORT + number, host)
      : createConnection(`${SOCKETS}${number}`)
    using owned = new DisposableStack()
    const connection = owned.use(new XConnection(socket))
    const stop = () => connection.#end(new Error('the X server did not answer in time'))
    signal.addEventListener('abort', stop, { once: true })
    socket.once('close', () => signal.removeEventListener('abort', stop))
    connection.#setUp = true
    const setup = connection.#reply()
    socket.write(setupRequest(readAuthority(number, env)))
    connection.root = rootOf(await setup, screen)
    owned.move()
    return connection
  }

  /** The number of a name; 0 where nobody has used it. */
  async atom(name: string): Promise<number> {
    const text = Buffer.from(name, 'latin1')
    const request = Buffer.alloc(8 + padded(text.length))
    request.writeUInt8(16, 0)
    request.writeUInt8(1, 1)
    request.writeUInt16LE(request.length / 4, 2)
    request.writeUInt16LE(text.length, 4)
    text.copy(request, 8)
    return (await this.#ask(request)).readUInt32LE(8)
  }

  /** A window's property of 32-bit values; empty where it has none. */
  async property(window: number, atom: number): Promise<readonly number[]> {
    const request = Buffer.alloc(24)
    request.writeUInt8(20, 0)
    request.writeUInt16LE(6, 2)
    request.writeUInt32LE(window, 4)
    request.writeUInt32LE(atom, 8)
    request.writeUInt32LE(MOST_REPLY / 8, 20)
    const reply = await this.#ask(request)
    if (reply.readUInt8(1) !== 32) return []
    const count = Math.min(reply.readUInt32LE(16), (reply.length - HEAD) / 4)
    return Array.from({ length: count }, (_, at) => reply.readUInt32LE(HEAD + at * 4))
  }

  /** Sends a client message about a window to whoever manages the screen. */
  tellManager(window: number, type: number, data: readonly number[]): void {
    const request = Buffer.alloc(44)
    request.writeUInt8(25, 0)
    request.writeUInt16LE(request.length / 4, 2)
    request.writeUInt32LE(this.root, 4)
    // SubstructureNotify and SubstructureRedirect.
    request.writeUInt32LE((1 << 19) | (1 << 20), 8)
    request.writeUInt8(33, 12)
    request.writeUInt8(32, 13)
    request.writeUInt32LE(window, 16)
    request.writeUInt32LE(type, 20)
    for (const [at, value] of data.slice(0, 5).entries()) request.writeUInt32LE(value, 24 + at * 4)
    this.#socket.write(request)
  }

  [Symbol.dispose](): void {
    this.#end(new Error('the connection is closed'))
  }

  #ask(request: Buffer): Promise<Buffer> {
    const reply = this.#reply()
    this.#socket.write(request)
    return reply
  }

  #reply(): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    if (this.#ended) reject(this.#ended)
    else this.#waiting.push({ resolve, reject })
    return promise
  }

  /** Hands whole messages to those who wait for them; events are nobody's. */
  #take(): void {
    while (!this.#ended) {
      const length = this.#setUp ? setupLength(this.#received) : messageLength(this.#received)
      if (length > MOST_REPLY) this.#end(new Error('the X server says too much'))
      if (this.#ended || this.#received.length < length || length === 0) return
      const message = this.#received.subarray(0, length)
      this.#received = this.#received.subarray(length)
      const kind = message.readUInt8(0)
      const isAnswer = this.#setUp || kind <= 1
      if (!isAnswer) continue
      const waiting = this.#waiting.shift()
      if (kind === 1) waiting?.resolve(message)
      else waiting?.reject(new Error(this.#setUp ? 'the X server lets us not in' : 'an X error'))
      this.#setUp = false
    }
  }

  #end(error: Error): void {
    if (this.#ended) return
    this.#ended = error
    this.#socket.destroy()
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}

function setupRequest({ name, data }: Authority): Buffer {
  const request = Buffer.alloc(12 + padded(name.length) + padded(data.length))
  request.write('l', 0, 'latin1')
  request.writeUInt16LE(11, 2)
  request.writeUInt16LE(name.length, 6)
  request.writeUInt16LE(data.length, 8)
  request.write(name, 12, 'latin1')
  request.set(data, 12 + padded(name.length))
  return request
}

/** 0 while it cannot be told. */
function setupLength(bytes: Buffer): number {
  return bytes.length < 8 ? 0 : 8 + bytes.readUInt16LE(6) * 4
}

/** Replies and generic events say how long they are; everything else has 32 bytes. */
function messageLength(bytes: Buffer): number {
  if (bytes.length < HEAD) return 0
  const kind = bytes.readUInt8(0) & 0x7f
  return kind === 1 || kind === 35 ? HEAD + bytes.readUInt32LE(4) * 4 : HEAD
}

/** Walks over vendor and pixel formats to the screens, and over their depths to the wanted one. */
function rootOf(setup: Buffer, screen: number): number {
  const count = setup.readUInt8(28)
  let at = 40 + padded(setup.readUInt16LE(24)) + setup.readUInt8(29) * 8
  for (let index = 0; index < Math.min(screen, count - 1); index += 1) {
    const depths = setup.readUInt8(at + 39)
    at += 40
    for (let depth = 0; depth < depths; depth += 1) at += 8 + setup.readUInt16LE(at + 2) * 24
  }
  return setup.readUInt32LE(at)
}

function padded(length: number): number {
  return (length + 3) & ~3
}
