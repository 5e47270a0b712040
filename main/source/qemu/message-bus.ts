// SPDX-License-Identifier: GPL-2.0-or-later
import type { FdSocket } from '../../../native-shim/api.ts'
import {
  type Answer,
  BUS,
  BusConnection,
  BusError,
  type BusHandlers,
  type BusPeer,
  type Call,
  type IncomingCall,
} from './bus.ts'
import type { BusMessage } from './message.ts'

/** `:1.42`: given by the bus to one connection, and never again to another. */
const uniqueName = /^:[\w.-]{1,250}$/
/** Nobody looks through a longer list. */
const MAX_OWNERS = 64

/** A connection to a D-Bus daemon. */
export class MessageBus implements Disposable {
  readonly #connection: BusConnection
  readonly #relay: Relay

  private constructor(connection: BusConnection, relay: Relay) {
    this.#connection = connection
    this.#relay = relay
  }

  /**
   * Takes the socket over.
   *
   * @throws BusError `closed` when the bus does not want this user; SyntaxError, NativeError
   */
  static async open(socket: FdSocket, patienceMs?: number): Promise<MessageBus> {
    const relay = new Relay()
    using owned = new DisposableStack()
    const connection = owned.use(await BusConnection.open(socket, relay, patienceMs))
    const bus = new MessageBus(connection, relay)
    await bus.#ask('Hello', '', [], patienceMs)
    owned.move()
    return bus
  }

  /**
   * The unique names of whoever has a well-known name or waits for it, the first in line first.
   *
   * @throws BusError
   */
  async owners(name: string, patienceMs?: number): Promise<readonly string[]> {
    try {
      const { signature, body } = await this.#ask('ListQueuedOwners', 's', [name], patienceMs)
      const names = signature === 'as' ? (body[0] as readonly string[]) : []
      return names.filter((one) => uniqueName.test(one)).slice(0, MAX_OWNERS)
    } catch (error) {
      if (error instanceof BusError && error.code.endsWith('.NameHasNoOwner')) return []
      throw error
    }
  }

  /** The process behind a unique name; 0 when the bus cannot tell. */
  async processOf(owner: string): Promise<number> {
    const asked = this.#ask('GetConnectionUnixProcessID', 's', [owner])
    const { signature, body } = await asked.catch((error: unknown) => {
      if (error instanceof BusError) return { signature: '', body: [] }
      throw error
    })
    return signature === 'u' ? Number(body[0]) : 0
  }

  /** Who has a unique name, for questions; the bus stays the caller's. */
  at(owner: string): BusPeer {
    return new NamedPeer(this.#connection, owner)
  }

  /**
   * The same with what he calls and signals, and the news of his end. Takes the bus over.
   *
   * @throws BusError
   */
  async follow(owner: string, handlers: BusHandlers): Promise<BusPeer> {
    if (!uniqueName.test(owner)) throw new RangeError(`${owner} is no unique name`)
    this.#relay.follow(owner, this.#connection, handlers)
    const gone = `type='signal',sender='${BUS}',interface='${BUS}',member='NameOwnerChanged'`
    for (const rule of [`${gone},arg0='${owner}'`, `type='signal',sender='${owner}'`]) {
      await this.#ask('AddMatch', 's', [rule])
    }
    return this.at(owner)
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]()
  }

  #ask(member: string, signature: string, body: readonly string[], ms?: number): Promise<Answer> {
    const path = '/org/freedesktop/DBus'
    const call = { destination: BUS, path, interface: BUS, member, signature, body }
    return this.#connection.call(call, ms)
  }
}

/** Passes on what comes from the one who is followed, and from nobody else. */
class Relay implements BusHandlers {
  #owner = ''
  #connection: BusConnection | undefined
  #handlers: BusHandlers | undefined

  follow(owner: string, connection: BusConnection, handlers: BusHandlers): void {
    this.#owner = owner
    this.#connection = connection
    this.#handlers = handlers
  }

  onCall = (call: IncomingCall): void => {
    const { sender } = call.message
    if (sender === this.#owner && this.#handlers?.onCall) this.#handlers.onCall(call)
    else call.refuse(`${BUS}.Error.AccessDenied`, 'this is for the VM alone')
  }

  onSignal = (signal: BusMessage): void => {
    if (signal.sender === BUS && isLeaving(signal, this.#owner)) {
      this.#connection?.[Symbol.dispose]()
      this.onEnd('it left the bus')
    } else if (signal.sender === this.#owner) this.#handlers?.onSignal?.(signal)
  }

  onEnd = (why: string): void => this.#handlers?.onEnd(why)
}

function isLeaving({ interface: owner, member, signature, body }: BusMessage, who: string) {
  const isNews = owner === BUS && member === 'NameOwnerChanged' && signature === 'sss'
  return isNews && body[0] === who && body[2] === ''
}

/** Somebody on a bus, by his unique name. Who calls him, the bus tells. */
class NamedPeer implements BusPeer {
  readonly #connection: BusConnection
  readonly #destination: string

  constructor(connection: BusConnection, destination: string) {
    this.#connection = connection
    this.#destination = destination
  }

  get isEnded(): boolean {
    return this.#connection.isEnded
  }

  call(call: Call, patienceMs?: number): Promise<Answer> {
    return this.#connection.call(this.#addressed(call), patienceMs)
  }

  tell(call: Call): boolean {
    return this.#connection.tell(this.#addressed(call))
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]()
  }

  #addressed({ sender: _, ...call }: Call): Call {
    return { ...call, destination: this.#destination }
  }
}
