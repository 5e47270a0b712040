// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fd, FdMessage, FdSocket } from '../../native-shim/api.ts'

/** A socket whose owner dies after so many bytes that it sent. */
export class CutSocket implements FdSocket {
  readonly #socket: FdSocket
  #left: number

  constructor(socket: FdSocket, bytes: number) {
    this.#socket = socket
    this.#left = bytes
    if (bytes === 0) socket[Symbol.dispose]()
  }

  get isCut(): boolean {
    return this.#left === 0
  }

  async send(bytes: Uint8Array, fds: readonly Fd[] = []): Promise<void> {
    const part = bytes.subarray(0, this.#left)
    this.#left -= part.length
    await this.#socket.send(part, fds)
    if (this.#left === 0) this.#socket[Symbol.dispose]()
  }

  receive(place?: Uint8Array): Promise<FdMessage | undefined> {
    return this.#socket.receive(place)
  }

  peer(): { readonly uid: number; readonly gid: number; readonly pid: number } {
    return this.#socket.peer()
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }
}
