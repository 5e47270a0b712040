// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fd, FdSocket } from '../../../native-shim/api.ts'
import { isNativeError } from '../native-failure.ts'
import { authenticate } from './bus-handshake.ts'
import { type BusMessage, MessageParser, type ReceivedMessage, writeMessage } from './message.ts'
import type { WireValue } from './wire.ts'

/** What a method call brings back. */
export type Answer = { readonly signature: string; readonly body: readonly WireValue[] }

/** The other side answered with an error, or not at all. */
export class BusError extends Error {
  /** `org.freedesktop.DBus.Error.UnknownMethod` */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'BusError'
    this.code = code
  }
}

/** A method call to us. `answer` and `refuse` do nothing for callers that want no answer. */
export type IncomingCall = {
  readonly message: BusMessage
  /** The descriptors that came along. Closed after the handler returned, unless it takes them out. */
  readonly fds: (Fd | undefined)[]
  answer(signature?: string, body?: readonly WireValue[]): void
  refuse(code: string, text: string): void
}

export type Call = {
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly signature?: string
  readonly body?: readonly WireValue[]
  readonly fds?: readonly Fd[]
  /** On a bus: the bus itself, or the unique name of who is to answer; nobody else can. */
  readonly destination?: string
  /** A unique name to go by, where there is no bus to give one. */
  readonly sender?: string
}

export type BusHandlers = {
  readonly onCall?: (call: IncomingCall) => void
  readonly onSignal?: (signal: BusMessage) => void
  /** Once, when nothing more will come: the other side hung up or spoke no D-Bus. Not after dispose. */
  readonly onEnd: (why: string) => void
}

const ANSWER_MS = 5000
const MAX_WAITING = 4096

/** Somebody on the other side whose methods can be called. Dispose ends the line to him. */
export interface BusPeer extends Disposable {
  readonly isEnded: boolean
  /**
   * Calls a method and waits for the answer, whose descriptors are closed.
   *
   * @throws BusError when it was refused, took too long, or the line broke
   */
  call(call: Call, patienceMs?: number): Promise<Answer>
  /** Calls a method and does not want to know. False when so much waits already that it was left out. */
  tell(call: Call): boolean
}

/** The name of a bus itself, as a destination and as a sender. */
export const BUS = 'org.freedesktop.DBus'

type Waiting = PromiseWithResolvers<ReceivedMessage> & { readonly from: string | undefined }

/** D-Bus over a socket: to QEMU without a bus between, where there are no names, or to a bus. */
export class BusConnection implements BusPeer {
  readonly #socket: FdSocket
  readonly #handlers: BusHandlers
  readonly #parser = new MessageParser()
  readonly #answers = new Map<number, Waiting>()
  #serial = 0
  #unsent = 0
  #isEnded = false

  private constructor(socket: FdSocket, handlers: BusHandlers) {
    this.#socket = socket
    this.#handlers = handlers
  }

  /**
   * Authenticates as this process's user, with descriptors, and begins to listen. Takes the socket over.
   *
   * @throws SyntaxError when the other side does not let us in or speaks no D-Bus; NativeError
   */
  static async open(
    socket: FdSocket,
    handlers: BusHandlers,
    patienceMs?: number,
  ): Promise<BusConnection> {
    using owned = new DisposableStack()
    owned.use(socket)
    const rest = await authenticate(socket, patienceMs)
    const peer = new BusConnection(socket, handlers)
    owned.move()
    void peer.#listen(rest)
    return peer
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  async call(call: Call, patienceMs = ANSWER_MS): Promise<Answer> {
    const serial = this.#nextSerial()
    const waiting = { ...Promise.withResolvers<ReceivedMessage>(), from: call.destination }
    const timer = setTimeout(
      () => waiting.reject(new BusError('timeout', `no answer in ${patienceMs} ms`)),
      patienceMs,
    )
    this.#answers.set(serial, waiting)
    try {
      this.#send({ type: 'call', serial, noReply: false, ...plain(call) }, call.fds)
      const { message, fds } = await waiting.promise
      for (const fd of fds) fd[Symbol.dispose]()
      if (message.type === 'error') {
        const [text] = message.body
        throw new BusError(message.error ?? '', typeof text === 'string' ? text : '')
      }
      return { signature: message.signature, body: message.body }
    } finally {
      clearTimeout(timer)
      this.#answers.delete(serial)
    }
  }

  tell(call: Call): boolean {
    if (this.#unsent > MAX_WAITING) return false
    this.#send({ type: 'call', serial: this.#nextSerial(), noReply: true, ...plain(call) })
    return true
  }

  [Symbol.dispose](): void {
    if (this.#isEnded) return
    this.#close('it was closed')
  }

  #nextSerial(): number {
    this.#serial = this.#serial >= 0xffff_fffe ? 1 : this.#serial + 1
    return this.#serial
  }

  #send(message: BusMessage, fds: readonly Fd[] = []): void {
    if (this.#isEnded) throw new BusError('closed', 'the connection has ended')
    this.#unsent += 1
    // That the line broke shows when we listen.
    this.#socket
      .send(writeMessage(message, fds.length), fds)
      .catch((error: unknown) => {
        if (!isNativeError(error)) throw error
      })
      .finally(() => {
        this.#unsent -= 1
      })
  }

  async #listen(first: Uint8Array): Promise<void> {
    try {
      this.#receive(this.#parser.push(first, []))
      while (!this.#isEnded) {
        const received = await this.#socket.receive(this.#parser.place)
        if (!received) break
        if (this.#isEnded) for (const fd of received.fds) fd[Symbol.dispose]()
        else this.#receive(this.#parser.push(received.bytes, received.fds))
      }
      this.#end('it hung up')
    } catch (error) {
      if (error instanceof SyntaxError) this.#end(error.message)
      else if (isNativeError(error)) this.#end(`${error.syscall} failed with ${error.code}`)
      else throw error
    }
  }

  #end(why: string): void {
    if (this.#isEnded) return
    this.#close(why)
    this.#handlers.onEnd(why)
  }

  #close(why: string): void {
    this.#isEnded = true
    this.#parser[Symbol.dispose]()
    this.#socket[Symbol.dispose]()
    for (const { reject } of this.#answers.values()) reject(new BusError('closed', why))
  }

  #receive(messages: readonly ReceivedMessage[]): void {
    for (const received of messages) {
      if (this.#isEnded) for (const fd of received.fds) fd[Symbol.dispose]()
      else this.#take(received)
    }
  }

  #take(received: ReceivedMessage): void {
    const { message } = received
    const fds: (Fd | undefined)[] = [...received.fds]
    const waiting = this.#answers.get(message.replySerial ?? 0)
    if (waiting && isAnswer(message, waiting.from)) {
      // One answer is all that anybody waits for; what else comes is let go of.
      this.#answers.delete(message.replySerial ?? 0)
      waiting.resolve(received)
      return
    }
    try {
      if (message.type === 'call') this.#handlers.onCall?.(this.#incoming(message, fds))
      if (message.type === 'signal') this.#handlers.onSignal?.(message)
    } finally {
      for (const fd of fds) fd?.[Symbol.dispose]()
    }
  }

  #incoming(message: BusMessage, fds: (Fd | undefined)[]): IncomingCall {
    const reply = (type: 'reply' | 'error', rest: Partial<BusMessage>) => {
      if (message.noReply || this.#isEnded) return
      if (this.#unsent > MAX_WAITING)
        throw new SyntaxError('it calls and does not hear the answers')
      const serial = this.#nextSerial()
      const empty = { noReply: true, signature: '', body: [], ...to(message.sender) }
      this.#send({ ...empty, type, serial, replySerial: message.serial, ...rest })
    }
    return {
      message,
      fds,
      answer: (signature = '', body = []) => reply('reply', { signature, body }),
      refuse: (code, text) => reply('error', { error: code, signature: 's', body: [text] }),
    }
  }
}

/** On a bus anybody may claim to answer; the bus tells truly who does, and speaks for who is gone. */
function isAnswer({ type, sender }: BusMessage, from: string | undefined): boolean {
  if (type !== 'reply' && type !== 'error') return false
  return from === undefined || sender === from || (type === 'error' && sender === BUS)
}

function plain({ path, interface: owner, member, signature = '', body = [], ...rest }: Call) {
  const { sender, destination } = rest
  const head = { path, interface: owner, member, signature, body }
  return { ...head, ...(sender && { sender }), ...to(destination) }
}

function to(destination: string | undefined): { readonly destination?: string } {
  return destination === undefined ? {} : { destination }
}
