// SPDX-License-Identifier: GPL-2.0-or-later
import { BusConnection } from '../../main/source/qemu/bus.ts'
import { CLIPBOARD, CLIPBOARD_PATH } from '../../main/source/qemu/clipboard.ts'
import { TEXT_MIME } from '../../main/source/qemu/clipboard-text.ts'
import type { BusMessage } from '../../main/source/qemu/message.ts'
import type { WireValue } from '../../main/source/qemu/wire.ts'
import { shim } from '../../native-shim/index.ts'
import { FakePeer } from './fake-qemu.ts'

const PROPERTIES = 'org.freedesktop.DBus.Properties'

/** What a QEMU answers to `Request`: signature and body; undefined leaves it without an answer. */
export type HandedOver = { readonly signature: string; readonly body: readonly WireValue[] }

/** The clipboard of a QEMU on one end of a D-Bus line, as 7.2 behaves. */
export class FakeClipboard implements Disposable {
  /** Methods that it was called by, with their serial where they have one: `Grab 1`. */
  readonly calls: string[] = []
  /** Somebody is registered; true from the start when a viewer broke off before. */
  isRegistered = false
  /** Nobody may register, whatever is unregistered. */
  isTaken = false
  hasClipboard = true
  /** The highest serial that it let in. */
  serial = 0
  handOver: HandedOver | undefined = undefined
  /** Requests that wait for {@link handOverLate}. */
  readonly waiting: BusMessage[] = []
  readonly peer: FakePeer
  readonly #owned = new DisposableStack()

  private constructor(peer: FakePeer) {
    this.peer = this.#owned.use(peer)
    peer.path = CLIPBOARD_PATH
    peer.onCall = (message) => void this.#called(message)
  }

  /** With the other end of the line, as Scanout holds it. */
  static async open(
    onCall: (
      call: Parameters<NonNullable<Parameters<typeof BusConnection.open>[1]['onCall']>>[0],
    ) => void,
  ): Promise<{ readonly clipboard: FakeClipboard; readonly bus: BusConnection }> {
    const [ours, theirs] = shim.socketEnds()
    const clipboard = new FakeClipboard(new FakePeer(shim.adoptSocket(theirs)))
    const bus = await BusConnection.open(shim.adoptSocket(ours), { onCall, onEnd: () => {} })
    return { clipboard, bus }
  }

  /** The guest grabs a selection. */
  grab(serial: number, mimes: readonly string[] = [TEXT_MIME], selection = 0): Promise<BusMessage> {
    return this.peer.call(CLIPBOARD, 'Grab', 'uuas', [selection, serial, mimes])
  }

  /** The guest wants to paste. */
  request(selection = 0, mimes: readonly string[] = [TEXT_MIME]): Promise<BusMessage> {
    return this.peer.call(CLIPBOARD, 'Request', 'uas', [selection, mimes])
  }

  handOverLate(text: string): void {
    const message = this.waiting.shift()
    if (!message) throw new Error('nobody waits')
    this.peer.answer(message, 'say', [TEXT_MIME, Buffer.from(text)])
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  async #called(message: BusMessage): Promise<void> {
    const { member = '', body } = message
    if (member === 'GetAll') {
      if (this.hasClipboard) this.peer.answer(message, 'a{sv}', [[]])
      else this.peer.refuse(message, 'no such object')
      return
    }
    this.calls.push(member === 'Grab' ? `Grab ${body[1]}` : member)
    if (member === 'Register') await this.#register(message)
    else if (member === 'Request') this.#request(message)
    else {
      if (member === 'Unregister') this.isRegistered = false
      if (member === 'Release') this.serial = 0
      if (member === 'Grab' && Number(body[1]) >= this.serial) this.serial = Number(body[1])
      if (!message.noReply) this.peer.answer(message)
    }
  }

  /** QEMU reads the client's properties and tells it to count anew before it answers. */
  async #register(message: BusMessage): Promise<void> {
    if (this.isRegistered || this.isTaken) {
      this.peer.refuse(message, 'Clipboard peer already registered!')
      return
    }
    this.isRegistered = true
    await this.peer.call(PROPERTIES, 'GetAll', 's', [CLIPBOARD])
    this.peer.tell(CLIPBOARD, 'Register')
    this.peer.answer(message)
  }

  #request(message: BusMessage): void {
    if (this.handOver) this.peer.answer(message, this.handOver.signature, this.handOver.body)
    else this.waiting.push(message)
  }
}
