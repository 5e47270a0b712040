// SPDX-License-Identifier: GPL-2.0-or-later
import { BUS } from '../../main/source/qemu/bus.ts'
import { type BusMessage, writeMessage } from '../../main/source/qemu/message.ts'
import { Variant, type WireValue } from '../../main/source/qemu/wire.ts'
import type { FdListener, FdSocket } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { FakePeer } from './fake-qemu.ts'

/** The QEMU on the bus, and somebody else. */
export const VM = ':1.7'
export const STRANGER = ':1.66'

/** What a test wants to be special about a bus. */
export type FakeBusWish = {
  /** Said instead of the handshake's first answer. */
  readonly handshake?: string
  /** Hangs up when it is greeted. */
  readonly isShut?: boolean
  /** Who asked for `org.qemu`; the VM alone unless told otherwise. */
  readonly owners?: readonly string[]
  /** The answer about who asked for it, whatever it is. */
  readonly ownersAnswer?: Pick<BusMessage, 'signature' | 'body'>
  /** Says nothing to whatever is for the VM. */
  readonly isVmSilent?: boolean
}

/** A bus for one client, which can lie as no bus does. */
export class FakeBus implements AsyncDisposable {
  /** What the client called, in order. */
  readonly calls: BusMessage[] = []
  /** Its answers to calls of others, in order. */
  readonly answers: BusMessage[] = []
  readonly #listener: FdListener
  readonly #wish: FakeBusWish
  readonly #owned = new DisposableStack()
  #peer: FakePeer | undefined
  #serial = 0

  constructor(path: string, wish: FakeBusWish = {}) {
    this.#listener = shim.listen(path)
    this.#wish = wish
    void this.#serve()
  }

  /** Sends the client a message, from whom one likes; from nobody when that is empty. */
  say(message: Partial<BusMessage> & Pick<BusMessage, 'type' | 'sender'>): void {
    this.#serial += 1
    const empty = { serial: this.#serial, noReply: false, signature: '', body: [] }
    const bytes = writeMessage({ ...empty, ...message } as BusMessage, 0)
    this.#peer?.socket.send(bytes).catch(() => {})
  }

  /** The bus tells that a name has another owner now. */
  tellOwner(name: string, owner: string, sender: string = BUS): void {
    const head = { type: 'signal', path: '/org/freedesktop/DBus', interface: BUS } as const
    const body = [name, name, owner]
    this.say({ ...head, sender, member: 'NameOwnerChanged', signature: 'sss', body })
  }

  hangUp(): void {
    this.#peer?.[Symbol.dispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener[Symbol.dispose]()
    this.#owned[Symbol.dispose]()
  }

  async #serve(): Promise<void> {
    for (let socket = await this.#listener.accept(); socket; ) {
      this.#accept(socket)
      socket = await this.#listener.accept()
    }
  }

  #accept(socket: FdSocket): void {
    const { handshake } = this.#wish
    const peer = this.#owned.use(new FakePeer(socket, handshake))
    this.#peer = peer
    peer.onCall = (message) => this.#called(message)
    peer.onAnswer = (message) => this.answers.push(message)
  }

  #called(message: BusMessage): void {
    this.calls.push(message)
    const { destination, member, serial } = message
    const reply = (signature = '', body: readonly WireValue[] = [], sender: string = BUS) =>
      this.say({ type: 'reply', sender, replySerial: serial, signature, body })
    const { isShut, owners = [VM], ownersAnswer, isVmSilent } = this.#wish
    if (destination !== BUS) {
      const name = [['Name', new Variant('s', `vm of ${destination}`)]]
      if (member === 'GetAll' && !isVmSilent) reply('a{sv}', [name], destination)
    } else if (member === 'Hello') {
      if (isShut) this.hangUp()
      else reply('s', [':1.99'])
    } else if (member === 'ListQueuedOwners') {
      if (ownersAnswer) reply(ownersAnswer.signature, ownersAnswer.body)
      else if (owners.length > 0) reply('as', [owners])
      else this.#nobody(message)
    } else if (member === 'GetConnectionUnixProcessID') reply('u', [4711])
    else reply()
  }

  #nobody({ serial }: BusMessage): void {
    const error = `${BUS}.Error.NameHasNoOwner`
    const text = { signature: 's', body: ['nobody has it'] }
    this.say({ type: 'error', sender: BUS, error, replySerial: serial, ...text })
  }
}
