// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connectLate } from './late-socket.ts'
import { RELAY_READY } from './serial-relay.ts'

// The clipboard part of the SPICE agent protocol (spice-protocol's spice/vd_agent.h), as an agent in
// the guest speaks it.

const PORT = 1
const PROTOCOL = 1
const CHUNK_HEADER = 8
const MESSAGE_HEADER = 20
const MAX_CHUNK = 2048
const CLIPBOARD = 4
const ANNOUNCE = 6
const GRAB = 7
const REQUEST = 8
const RELEASE = 9
const UTF8_TEXT = 1
const names: Readonly<Record<number, string>> = {
  [ANNOUNCE]: 'capabilities',
  [REQUEST]: 'request',
  [RELEASE]: 'release',
}
/** On demand, with selections, no release before a grab, and with serials. */
const CAPABILITIES = (1 << 5) | (1 << 6) | (1 << 16) | (1 << 17)

const words = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, at * 4)
  return bytes
}

/** A guest's agent, whose clipboard a test fills and reads. */
export class GuestAgent implements Disposable {
  /** What QEMU said, in order: `capabilities`, `grab 3`, `request`, `release`. */
  readonly heard: string[] = []
  /** Texts that it handed over. */
  readonly texts: string[] = []
  readonly #socket: Socket
  #text: Buffer = Buffer.alloc(0)
  #bytes: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('data', (bytes: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes])
      while (this.#next()) {}
    })
  }

  /**
   * Waits until the guest is there.
   *
   * @param path of the socket behind the second line of a {@link serialRelayDisk}
   */
  static async open(path: string): Promise<GuestAgent> {
    const socket = await connectLate(path)
    const [first] = (await once(socket, 'data')) as [Buffer]
    if (first[0] !== RELAY_READY) throw new Error(`the relay said ${first.toString('hex')}`)
    return new GuestAgent(socket)
  }

  /** Makes itself known; QEMU then tells it what it can. */
  announce(): void {
    const wantsAnswer = 1
    this.#send(ANNOUNCE, words(wantsAnswer, CAPABILITIES))
  }

  /** Somebody in the guest copied this. */
  copy(text: string | Uint8Array, serial: number, selection = 0): void {
    this.#text = Buffer.from(text as string)
    this.#send(GRAB, words(selection, serial, UTF8_TEXT))
  }

  /** Somebody in the guest pastes. */
  paste(): void {
    this.#send(REQUEST, words(0, UTF8_TEXT))
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  #send(type: number, data: Buffer): void {
    const size = MESSAGE_HEADER + data.length
    this.#socket.write(Buffer.concat([words(PORT, size, PROTOCOL, type, 0, 0, data.length), data]))
  }

  /** False when the next message is not here yet. */
  #next(): boolean {
    this.#skip()
    if (this.#bytes.length < CHUNK_HEADER + MESSAGE_HEADER) return false
    const size = this.#bytes.readUInt32LE(4)
    if (this.#bytes.length < CHUNK_HEADER + size) return false
    const message = this.#bytes.subarray(CHUNK_HEADER, CHUNK_HEADER + size)
    this.#bytes = this.#bytes.subarray(CHUNK_HEADER + size)
    this.#take(message.readUInt32LE(4), message.subarray(MESSAGE_HEADER))
    return true
  }

  /** A newer QEMU speaks before the guest runs, which loses a part of it: goes on to the next message. */
  #skip(): void {
    const isBegin = () =>
      this.#bytes.readUInt32LE(0) === PORT &&
      this.#bytes.readUInt32LE(4) <= MAX_CHUNK &&
      this.#bytes.readUInt32LE(CHUNK_HEADER) === PROTOCOL
    while (this.#bytes.length >= CHUNK_HEADER + MESSAGE_HEADER && !isBegin())
      this.#bytes = this.#bytes.subarray(1)
  }

  #take(type: number, data: Buffer): void {
    if (type === CLIPBOARD) this.texts.push(data.subarray(8).toString())
    else if (type === GRAB) this.heard.push(`grab ${data.readUInt32LE(4)}`)
    else this.heard.push(names[type] ?? `message ${type}`)
    if (type === REQUEST) this.#send(CLIPBOARD, Buffer.concat([words(0, UTF8_TEXT), this.#text]))
  }
}
