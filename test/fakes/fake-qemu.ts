// SPDX-License-Identifier: GPL-2.0-or-later

import { type BusMessage, MessageParser, writeMessage } from '../../main/source/qemu/message.ts'
import { Variant, type WireValue } from '../../main/source/qemu/wire.ts'
import type { Fd, FdListener, FdSocket } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import type { FakeSound } from './fake-sound.ts'

export const LISTENER = 'org.qemu.Display1.Listener'
export const MAP = `${LISTENER}.Unix.Map`
export const DMABUF2 = `${LISTENER}.Unix.ScanoutDMABUF2`

const BEGIN = 'BEGIN\r\n'

/** The connections to a QEMU, in the order in which they are made. */
export type FakeLine = 'monitor' | 'client' | 'listener'

/** What a test wants to be special about a QEMU. */
export type FakeQemuWish = {
  /** Answers `add_client` with this error. */
  readonly noDisplay?: string
  /** Says this instead of QMP's greeting. */
  readonly greeting?: string
  /** Says this instead of the D-Bus handshake's first answer. */
  readonly handshake?: string
  /** Hangs up after that. */
  readonly hangUp?: boolean
  /** Puts itself between this QEMU and one of its lines. */
  readonly wrap?: (line: FakeLine, socket: FdSocket) => FdSocket
  /** Called with every listener that was registered and asked what it can do. */
  readonly onListener?: (listener: FakePeer) => void
  readonly isAbsolute?: boolean
  /** Fingers that its consoles tell apart; without it their QEMU is older than that. */
  readonly touch?: number
  /** Methods of consoles that it refuses. */
  readonly refuses?: readonly string[]
  /** Its sound; without it QEMU plays elsewhere. */
  readonly sound?: FakeSound
}

/** The parts of QEMU that Scanout talks to: a monitor, and a D-Bus display without pictures of its own. */
export class FakeQemu implements AsyncDisposable {
  /** Methods that were called on consoles, in order. */
  readonly calls: { readonly member: string; readonly body: readonly WireValue[] }[] = []
  /** Listeners that came so far. */
  registrations = 0
  /** True while it hears calls and answers none, like a process that was stopped. */
  isStopped = false
  #unanswered: (() => void)[] = []
  readonly #listener: FdListener
  readonly #wish: FakeQemuWish
  readonly #owned = new DisposableStack()
  readonly #listening = Promise.withResolvers<FakePeer>()
  #client: FakePeer | undefined
  #handed: Fd | undefined

  constructor(path: string, wish: FakeQemuWish = {}) {
    this.#listener = shim.listen(path)
    this.#wish = wish
    void this.#serve()
  }

  /** The line to Scanout's listener, once it is registered and was asked what it can do. */
  get listener(): Promise<FakePeer> {
    return this.#listening.promise
  }

  /** The line to Scanout's client, for signals. */
  get client(): FakePeer {
    if (!this.#client) throw new Error('nobody is connected')
    return this.#client
  }

  /** Answers what it owes, the oldest first; all of it without a number. */
  answerHeld(count = Number.POSITIVE_INFINITY): void {
    for (const answer of this.#unanswered.splice(0, count)) answer()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener[Symbol.dispose]()
    this.#handed?.[Symbol.dispose]()
    this.#owned[Symbol.dispose]()
  }

  async #serve(): Promise<void> {
    for (;;) {
      const socket = await this.#listener.accept()
      if (!socket) return
      this.#owned.use(socket)
      void this.#monitor(this.#wrapped('monitor', socket)).catch(() => {})
    }
  }

  async #monitor(socket: FdSocket): Promise<void> {
    const say = (value: object) => socket.send(Buffer.from(`${JSON.stringify(value)}\r\n`))
    const { greeting } = this.#wish
    if (greeting !== undefined) await socket.send(Buffer.from(greeting))
    else await say({ QMP: { version: {}, capabilities: [] } })
    let text = ''
    for (let got = await socket.receive(); got; got = await socket.receive()) {
      for (const fd of got.fds) this.#handed = fd
      text += Buffer.from(got.bytes).toString()
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) await say(this.#command(JSON.parse(line)))
    }
  }

  #adopt(line: FakeLine, fd: Fd): FdSocket {
    return this.#wrapped(line, shim.adoptSocket(fd))
  }

  #wrapped(line: FakeLine, socket: FdSocket): FdSocket {
    return this.#wish.wrap?.(line, socket) ?? socket
  }

  #command({ execute, id }: { execute: string; id: number }): object {
    if (execute === 'query-name') return { return: { name: 'fake' }, id }
    if (execute === 'add_client') {
      const { noDisplay } = this.#wish
      if (noDisplay !== undefined) return { error: { class: 'GenericError', desc: noDisplay }, id }
      void this.#display()
    }
    return { return: {}, id }
  }

  async #display(): Promise<void> {
    const fd = this.#handed
    if (!fd) throw new Error('add_client without a descriptor')
    this.#handed = undefined
    const { handshake, hangUp } = this.#wish
    const peer = this.#owned.use(new FakePeer(this.#adopt('client', fd), handshake, hangUp))
    this.#client = peer
    peer.onCall = (message, fds) => void this.#called(peer, message, fds)
    await peer.authenticated
  }

  async #called(peer: FakePeer, message: BusMessage, fds: readonly Fd[]): Promise<void> {
    const { member = '', path = '', body } = message
    if (this.#wish.sound?.called(peer, message, fds)) return
    if (path.endsWith('/Audio')) {
      peer.refuse(message, `Object does not exist at path “${path}”`)
    } else if (String(body[0]).endsWith('.MultiTouch') && this.#wish.touch === undefined) {
      peer.refuse(message, `No such interface “${body[0]}”`)
    } else if (member === 'GetAll') {
      const properties = this.#properties(path, String(body[0]))
      peer.answer(message, 'a{sv}', [Object.entries(properties)])
    } else if (member === 'RegisterListener') {
      const [end] = fds
      if (!end) throw new Error('no descriptor came')
      peer.answer(message)
      this.registrations += 1
      const listener = this.#owned.use(new FakePeer(this.#adopt('listener', end)))
      await listener.authenticated
      await listener.call('org.freedesktop.DBus.Properties', 'GetAll', 's', [LISTENER])
      this.#listening.resolve(listener)
      this.#wish.onListener?.(listener)
    } else {
      this.calls.push({ member, body })
      const isRefused = this.#wish.refuses?.includes(member)
      const reply = () =>
        isRefused ? peer.refuse(message, 'is not supported') : peer.answer(message)
      if (message.noReply) return
      if (this.isStopped) this.#unanswered.push(reply)
      else reply()
    }
  }

  #properties(path: string, owner: string): Readonly<Record<string, Variant>> {
    if (owner.endsWith('.VM')) return { ConsoleIDs: new Variant('au', [0, 1]) }
    if (owner.endsWith('.Mouse')) {
      return { IsAbsolute: new Variant('b', this.#wish.isAbsolute ?? true) }
    }
    if (owner.endsWith('.MultiTouch')) return { MaxSlots: new Variant('i', this.#wish.touch ?? 0) }
    const isFirst = path.endsWith('_0')
    return {
      Label: new Variant('s', isFirst ? 'vga' : 'vc0'),
      Type: new Variant('s', isFirst ? 'Graphic' : 'Text'),
    }
  }
}

/** QEMU's end of a D-Bus line: the side that lets the other one in. */
export class FakePeer implements Disposable {
  onCall: (message: BusMessage, fds: readonly Fd[]) => void = () => {}
  /** Hears answers that nobody waits for. */
  onAnswer: (message: BusMessage) => void = () => {}
  /** Of the object that it calls. */
  path = '/org/qemu/Display1/Listener'
  readonly socket: FdSocket
  readonly #hangUp: boolean
  readonly #handshake: string | undefined
  readonly #authenticated = Promise.withResolvers<void>()
  readonly #closed = Promise.withResolvers<void>()
  readonly #parser = new MessageParser()
  readonly #answers = new Map<number, (message: BusMessage) => void>()
  #serial = 0

  constructor(socket: FdSocket, handshake?: string, hangUp = false) {
    this.socket = socket
    this.#hangUp = hangUp
    this.#handshake = handshake
    this.#listen()
      .catch(() => {})
      .finally(() => this.#closed.resolve())
  }

  get authenticated(): Promise<void> {
    return this.#authenticated.promise
  }

  /** Resolves when the other side hung up. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /** Calls the listener and waits for its answer. */
  call(
    owner: string,
    member: string,
    signature = '',
    body: readonly WireValue[] = [],
    fds: readonly Fd[] = [],
  ): Promise<BusMessage> {
    const answered = Promise.withResolvers<BusMessage>()
    this.#answers.set(this.#serial + 1, answered.resolve)
    this.#send({ interface: owner, member, signature, body }, false, fds)
    return answered.promise
  }

  /** Calls the listener and does not want to know. */
  tell(owner: string, member: string, signature = '', body: readonly WireValue[] = []): void {
    this.#send({ interface: owner, member, signature, body }, true, [])
  }

  signal(path: string, owner: string, member: string, signature: string, body: WireValue[]): void {
    this.#serial += 1
    const message = { type: 'signal', serial: this.#serial, noReply: true } as const
    const bytes = writeMessage({ ...message, path, interface: owner, member, signature, body }, 0)
    this.socket.send(bytes).catch(() => {})
  }

  answer(message: BusMessage, signature = '', body: readonly WireValue[] = []): void {
    this.#reply({ type: 'reply', signature, body }, message)
  }

  refuse(message: BusMessage, text: string): void {
    const error = 'org.qemu.Display1.Error.Unsupported'
    this.#reply({ type: 'error', error, signature: 's', body: [text] }, message)
  }

  #reply(
    reply: Pick<BusMessage, 'type' | 'error' | 'signature' | 'body'>,
    { serial }: BusMessage,
  ): void {
    this.#serial += 1
    const head = { serial: this.#serial, noReply: true, replySerial: serial } as const
    this.socket.send(writeMessage({ ...head, ...reply }, 0)).catch(() => {})
  }

  [Symbol.dispose](): void {
    this.#parser[Symbol.dispose]()
    this.socket[Symbol.dispose]()
  }

  #send(
    call: Pick<BusMessage, 'interface' | 'member' | 'signature' | 'body'>,
    noReply: boolean,
    fds: readonly Fd[],
  ): void {
    this.#serial += 1
    const head = { type: 'call', serial: this.#serial, noReply } as const
    const message = { ...head, path: this.path, ...call } as BusMessage
    this.socket.send(writeMessage(message, fds.length), fds).catch(() => {})
  }

  async #listen(): Promise<void> {
    let text = ''
    let isOpen = false
    const answers = [this.#handshake ?? 'OK 0123456789abcdef\r\n', 'AGREE_UNIX_FD\r\n']
    for (let got = await this.socket.receive(); got; got = await this.socket.receive()) {
      let { bytes } = got
      if (!isOpen) {
        text += Buffer.from(bytes).toString('latin1')
        const begin = text.indexOf(BEGIN)
        const answer = text.endsWith('\r\n') ? answers.shift() : undefined
        if (answer !== undefined) await this.socket.send(Buffer.from(answer))
        if (this.#hangUp) this.socket[Symbol.dispose]()
        if (this.#hangUp) return
        if (begin < 0) continue
        isOpen = true
        this.#authenticated.resolve()
        bytes = Buffer.from(text.slice(begin + BEGIN.length), 'latin1')
      }
      for (const { message, fds } of this.#parser.push(bytes, got.fds)) {
        const waiting = this.#answers.get(message.replySerial ?? 0)
        if (message.type === 'call') this.onCall(message, fds)
        else if (waiting) waiting(message)
        else this.onAnswer(message)
      }
    }
  }
}
