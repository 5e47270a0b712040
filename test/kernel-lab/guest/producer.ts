// SPDX-License-Identifier: GPL-2.0-or-later
import type { Plane } from '../../../core/plane.ts'
import { PROTOCOL } from '../../../main/source/planes/protocol.ts'
import { sendRecord } from '../../../main/source/planes/record-stream.ts'
import type { Fd, FdSocket } from '../../../native-shim/api.ts'

/** The pushing end of planes+unix, as short as the protocol allows. */
export class Producer {
  readonly #socket: FdSocket
  #lastId = 0

  /** @param socket stays the caller's */
  constructor(socket: FdSocket) {
    this.#socket = socket
  }

  async greet(): Promise<void> {
    await sendRecord(this.#socket, { type: 'hello', protocol: PROTOCOL, name: 'lab', pull: false })
  }

  /** Shows a plane whose memory lies in one buffer. */
  async show(plane: Plane, buffer: Fd): Promise<void> {
    this.#lastId += 1
    await sendRecord(this.#socket, { type: 'plane', id: this.#lastId, fds: 1, plane }, [buffer])
  }
}
