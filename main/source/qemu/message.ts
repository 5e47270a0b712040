// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fd } from '../../../native-shim/api.ts'
import { MAX_MESSAGE, Variant, type WireValue } from './wire.ts'
import { WireReader } from './wire-reader.ts'
import { WireWriter } from './wire-writer.ts'

// D-Bus messages: header and body (specification 0.43, "Message Format").

export const messageTypes = ['call', 'reply', 'error', 'signal'] as const
export type MessageType = (typeof messageTypes)[number]

/** Names of interfaces, members and errors are only compared, never used as anything else. */
export type BusMessage = {
  readonly type: MessageType
  readonly serial: number
  /** The sender does not want an answer. */
  readonly noReply: boolean
  readonly path?: string
  readonly interface?: string
  readonly member?: string
  readonly error?: string
  readonly replySerial?: number
  /** Who says so; a bus fills in the truth, and without a bus nobody checks it. */
  readonly sender?: string
  /** On a bus: whom it is for. */
  readonly destination?: string
  readonly signature: string
  readonly body: readonly WireValue[]
}

/** A message with the descriptors that came along; whoever has it closes them. */
export type ReceivedMessage = { readonly message: BusMessage; readonly fds: readonly Fd[] }

const NO_REPLY_EXPECTED = 1
const PROTOCOL = 1
/** Longest header that anybody needs; the specification would allow 64 MiB of it. */
const MAX_HEADER = 65536
/** From here on a message is worth a place of its own, bytes. */
const LARGE = 65536
/** Most descriptors of a message: SCM_MAX_FD would be 253, and QEMU sends at most four. */
const MAX_FDS = 16

/** Codes of the header fields, and their types. */
const fieldRows = [
  { code: 1, name: 'path', signature: 'o' },
  { code: 2, name: 'interface', signature: 's' },
  { code: 3, name: 'member', signature: 's' },
  { code: 4, name: 'error', signature: 's' },
  { code: 5, name: 'replySerial', signature: 'u' },
  { code: 6, name: 'destination', signature: 's' },
  { code: 7, name: 'sender', signature: 's' },
  { code: 8, name: 'signature', signature: 'g' },
  { code: 9, name: 'fds', signature: 'u' },
] as const

type Fields = Partial<Record<(typeof fieldRows)[number]['name'], WireValue>>

/** Fields without which a message of a type means nothing. */
const required: Readonly<Record<MessageType, readonly (keyof Fields)[]>> = {
  call: ['path', 'member'],
  reply: ['replySerial'],
  error: ['error', 'replySerial'],
  signal: ['path', 'interface', 'member'],
}

/** The bytes of a message. Names must be well-formed already. */
export function writeMessage(message: BusMessage, fds: number): Uint8Array {
  const writer = new WireWriter()
  const type = messageTypes.indexOf(message.type) + 1
  const flags = message.noReply ? NO_REPLY_EXPECTED : 0
  const body = new WireWriter()
  body.write(message.signature, message.body)
  writer.write('yyyyuu', [0x6c, type, flags, PROTOCOL, body.length, message.serial])
  const values: Fields = { ...pick(message), ...(fds > 0 ? { fds } : {}) }
  const fields = fieldRows.flatMap(({ code, name, signature }) => {
    const value = values[name]
    return value === undefined || value === '' ? [] : [[code, new Variant(signature, value)]]
  })
  writer.write('a(yv)', [fields])
  writer.alignTo8()
  return Buffer.concat([writer.bytes(), body.bytes()])
}

function pick({
  path,
  interface: owner,
  member,
  error,
  replySerial,
  sender,
  destination,
  signature,
}: BusMessage): Fields {
  const names = { path, interface: owner, member, error, sender, destination }
  const all = { ...names, replySerial, signature }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** Whole length of the message whose first 16 bytes these are. */
function messageLength(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const order = view.getUint8(0)
  if (order !== 0x6c && order !== 0x42) throw new SyntaxError('what came is no D-Bus message')
  if (view.getUint8(3) !== PROTOCOL) throw new SyntaxError('another major version of D-Bus')
  const little = order === 0x6c
  const fields = view.getUint32(12, little)
  const body = view.getUint32(4, little)
  if (fields > MAX_HEADER) throw new SyntaxError(`a header of ${fields} bytes is too long`)
  const length = 16 + Math.ceil(fields / 8) * 8 + body
  if (length > MAX_MESSAGE) throw new SyntaxError(`a message of ${length} bytes is too long`)
  return length
}

/** @throws SyntaxError when the bytes are no message, or a message without what its type needs */
export function readMessage(bytes: Uint8Array): { message: BusMessage; fds: number } {
  const little = bytes[0] === 0x6c
  const header = new WireReader(bytes, little)
  const [, type, flags, , length, serial] = header.read('yyyyuu') as number[]
  const kind = messageTypes[(type ?? 0) - 1]
  const fields = readFields(header.read('a(yv)')[0] as readonly WireValue[])
  header.alignTo8()
  if (kind === undefined) throw new SyntaxError(`${type} is no type of message`)
  if (!serial) throw new SyntaxError('a message has serial 0')
  const missing = required[kind].find((name) => fields[name] === undefined)
  if (missing) throw new SyntaxError(`a ${kind} has no ${missing}`)
  const { fds = 0, signature = '', path, interface: owner, member, error, replySerial } = fields
  const { sender, destination } = fields
  if (Number(fds) > MAX_FDS) throw new SyntaxError(`${fds} descriptors are too many`)
  const body = new WireReader(bytes.subarray(header.position), little)
  const values = body.read(signature as string)
  if (body.position !== length) throw new SyntaxError('a body is longer than its signature says')
  const message = {
    type: kind,
    serial,
    noReply: ((flags ?? 0) & NO_REPLY_EXPECTED) !== 0,
    ...{ path, interface: owner, member, error, replySerial, sender, destination },
    signature,
    body: values,
  } as BusMessage
  return { message, fds: Number(fds) }
}

function readFields(list: readonly WireValue[]): Fields {
  const fields: Fields = {}
  for (const entry of list) {
    const [code, variant] = entry as readonly [number, Variant]
    const row = fieldRows.find((known) => known.code === code)
    // Fields of later versions are to be skipped.
    if (!row) continue
    if (variant.signature !== row.signature) throw new SyntaxError(`${row.name} has a wrong type`)
    fields[row.name] = variant.value
  }
  return fields
}

/**
 * Cuts a byte stream into messages. Descriptors wait in the order in which they came, and each message
 * takes as many as its header counts: they travel with its first byte, so they are there before its end.
 */
export class MessageParser implements Disposable {
  #pieces: Uint8Array[] = []
  #length = 0
  #needed = 16
  #fds: Fd[] = []
  /** Where a large message is put together; kept, because pictures come one after the other. */
  #large = new Uint8Array(0)
  #filled = 0

  /**
   * The messages that are complete now. Byte arrays in them are views, valid until the next push.
   *
   * @throws SyntaxError; nothing more can be read after that
   */
  push(bytes: Uint8Array, fds: readonly Fd[]): ReceivedMessage[] {
    this.#fds.push(...fds)
    if (this.#fds.length > MAX_FDS) throw new SyntaxError('descriptors came that no message counts')
    const messages: ReceivedMessage[] = []
    try {
      const rest = this.#fill(bytes)
      if (rest.length > 0) this.#pieces.push(rest)
      this.#length += rest.length
      if (this.#filled > 0 && this.#filled === this.#needed) {
        const whole = this.#large.subarray(0, this.#needed)
        this.#filled = 0
        this.#needed = 16
        messages.push(this.#claim(whole))
      }
      for (let next = this.#cut(); next; next = this.#cut()) messages.push(this.#claim(next))
      if (this.#length + this.#filled === 0 && this.#fds.length > 0) {
        throw new SyntaxError('descriptors came that no message counts')
      }
      return messages
    } catch (error) {
      for (const { fds: claimed } of messages) for (const fd of claimed) fd[Symbol.dispose]()
      throw error
    }
  }

  /** Where the rest of a large message belongs: what is received there need not be copied. */
  get place(): Uint8Array | undefined {
    if (this.#needed < LARGE) return undefined
    this.#fill(new Uint8Array(0))
    return this.#large.subarray(this.#filled, this.#needed)
  }

  [Symbol.dispose](): void {
    for (const fd of this.#fds) fd[Symbol.dispose]()
    this.#fds = []
    this.#pieces = []
    this.#length = 0
    this.#filled = 0
    this.#large = new Uint8Array(0)
  }

  /** Adds to a large message; gives what is not its own. */
  #fill(bytes: Uint8Array): Uint8Array {
    if (this.#needed < LARGE) return bytes
    if (this.#filled === 0) {
      if (this.#large.length < this.#needed) this.#large = new Uint8Array(this.#needed)
      for (const piece of this.#pieces) {
        this.#large.set(piece, this.#filled)
        this.#filled += piece.length
      }
      this.#pieces = []
      this.#length = 0
    }
    const own = bytes.subarray(0, this.#needed - this.#filled)
    if (own.buffer !== this.#large.buffer) this.#large.set(own, this.#filled)
    this.#filled += own.length
    return bytes.subarray(own.length)
  }

  /** The bytes of the next message, once they are all here. */
  #cut(): Uint8Array | undefined {
    while (this.#filled === 0 && this.#length >= this.#needed) {
      const all = this.#joined()
      const needed = messageLength(all)
      this.#needed = needed
      if (all.length < needed) return undefined
      const rest = all.subarray(needed)
      this.#pieces = rest.length > 0 ? [rest] : []
      this.#length = rest.length
      this.#needed = 16
      return all.subarray(0, needed)
    }
    return undefined
  }

  #joined(): Uint8Array {
    const [first] = this.#pieces
    if (this.#pieces.length === 1 && first) return first
    const all = Buffer.concat(this.#pieces)
    this.#pieces = [all]
    return all
  }

  #claim(bytes: Uint8Array): ReceivedMessage {
    const { message, fds } = readMessage(bytes)
    if (fds > this.#fds.length) throw new SyntaxError(`a message lacks its ${fds} descriptors`)
    return { message, fds: this.#fds.splice(0, fds) }
  }
}
