// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { deflateSync, inflateSync } from 'node:zlib'
import { connectLate } from './late-socket.ts'

// RFB 3.8 (RFC 6143) as far as a clipboard needs it, and the Extended Clipboard pseudo-encoding.

const SET_ENCODINGS = 2
const CUT_TEXT = 6
const SERVER_CUT_TEXT = 3
const EXTENDED_CLIPBOARD = 0xc0a1e5ce
const NO_SECURITY = 1
const TEXT = 1
const CAPABILITIES = 1 << 24
const REQUEST = 1 << 25
const NOTIFY = 1 << 27
const PROVIDE = 1 << 28

/** The clipboard of a VNC viewer: to QEMU a peer like a guest's agent. */
export class VncClipboard implements Disposable {
  /** Texts that came, newest last. */
  readonly heard: string[] = []
  /** How often it was told that somebody else has a text. */
  offers = 0
  readonly #socket: Socket
  readonly #known = Promise.withResolvers<void>()
  #text = ''
  #bytes = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** @param path of the socket behind QEMU's `-vnc unix:` */
  static async open(path: string): Promise<VncClipboard> {
    const socket = await connectLate(path)
    const vnc = new VncClipboard(socket)
    const version = await vnc.#take(12)
    socket.write(version)
    const [kinds = 0] = await vnc.#take(1)
    await vnc.#take(kinds)
    socket.write(Buffer.from([NO_SECURITY]))
    await vnc.#take(4)
    const shared = 1
    socket.write(Buffer.from([shared]))
    const screen = await vnc.#take(24)
    await vnc.#take(screen.readUInt32BE(20))
    const encodings = Buffer.from([SET_ENCODINGS, 0, 0, 1, 0, 0, 0, 0])
    encodings.writeUInt32BE(EXTENDED_CLIPBOARD, 4)
    socket.write(encodings)
    void vnc.#listen()
    await vnc.#known.promise
    return vnc
  }

  /** Says that it has this text; handed over when it is asked for. */
  offer(text: string): void {
    this.#text = text
    this.#send(NOTIFY | TEXT)
  }

  /** Asks for the text that somebody else has. */
  request(): void {
    this.#send(REQUEST | TEXT)
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  #send(flags: number, body: Uint8Array = new Uint8Array()): void {
    const head = Buffer.alloc(12)
    head[0] = CUT_TEXT
    head.writeInt32BE(-(4 + body.length), 4)
    head.writeInt32BE(flags | 0, 8)
    this.#socket.write(Buffer.concat([head, body]))
  }

  #provide(): void {
    const text = Buffer.from(`${this.#text}\0`)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(text.length)
    this.#send(PROVIDE | TEXT, deflateSync(Buffer.concat([length, text])))
  }

  async #listen(): Promise<void> {
    try {
      for (;;) await this.#message()
    } catch (error) {
      if (!this.#socket.destroyed) throw error
    }
  }

  async #message(): Promise<void> {
    const [kind] = await this.#take(1)
    if (kind !== SERVER_CUT_TEXT) throw new Error(`RFB message ${kind}`)
    const length = (await this.#take(7)).readInt32BE(3)
    const body = await this.#take(Math.abs(length))
    const flags = body.readUInt32BE(0)
    if (flags & CAPABILITIES) {
      this.#known.resolve()
      return
    }
    if (flags & REQUEST) this.#provide()
    if (flags & NOTIFY && flags & TEXT) this.offers += 1
    if (flags & PROVIDE) {
      const plain = inflateSync(body.subarray(4))
      this.heard.push(plain.subarray(4, 4 + plain.readUInt32BE(0)).toString())
    }
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#bytes.length < length) {
      const [more] = (await once(this.#socket, 'data')) as [Buffer]
      this.#bytes = Buffer.concat([this.#bytes, more])
    }
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }
}
