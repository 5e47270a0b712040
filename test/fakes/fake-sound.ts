// SPDX-License-Identifier: GPL-2.0-or-later
import type { BusMessage } from '../../main/source/qemu/message.ts'
import { AUDIO_PATH, OUT_LISTENER, OUT_LISTENER_PATH } from '../../main/source/qemu/sound-calls.ts'
import type { Fd } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { FakePeer } from './fake-qemu.ts'

const ALREADY = '`p2p` is already registered!'

/** The sound of a fake QEMU: one listener at a time, as QEMU has it of one viewer. */
export class FakeSound implements Disposable {
  /** Names that listeners came by; undefined for none, which ends a QEMU 7.2. */
  readonly senders: (string | undefined)[] = []
  /** What it was asked when a listener came. */
  readonly asked: BusMessage[] = []
  /** Refuses so many listeners first. */
  refusals = 0
  #listener = Promise.withResolvers<FakePeer>()
  readonly #peers: FakePeer[] = []

  /** The line to the newest listener, or the next one after {@link forget}. */
  get listener(): Promise<FakePeer> {
    return this.#listener.promise
  }

  forget(): void {
    this.#listener = Promise.withResolvers()
  }

  /** Serves a call on the audio object; false when it is of another. */
  called(peer: FakePeer, message: BusMessage, fds: readonly Fd[]): boolean {
    if (message.path !== AUDIO_PATH) return false
    if (message.member === 'GetAll') peer.answer(message, 'a{sv}', [[]])
    else if (message.member === 'RegisterOutListener') void this.#register(peer, message, fds)
    else peer.refuse(message, 'is not supported')
    return true
  }

  [Symbol.dispose](): void {
    for (const peer of this.#peers) peer[Symbol.dispose]()
  }

  async #register(peer: FakePeer, message: BusMessage, fds: readonly Fd[]): Promise<void> {
    const [end] = fds
    if (!end) throw new Error('no descriptor came')
    this.senders.push(message.sender)
    if (this.refusals > 0) {
      this.refusals -= 1
      end[Symbol.dispose]()
      peer.refuse(message, ALREADY)
      return
    }
    peer.answer(message)
    const listener = new FakePeer(shim.adoptSocket(end))
    listener.path = OUT_LISTENER_PATH
    this.#peers.push(listener)
    await listener.authenticated
    const properties = 'org.freedesktop.DBus.Properties'
    this.asked.push(await listener.call(properties, 'GetAll', 's', [OUT_LISTENER]))
    this.#listener.resolve(listener)
  }
}
