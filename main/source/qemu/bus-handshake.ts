// SPDX-License-Identifier: GPL-2.0-or-later
import type { FdSocket } from '../../../native-shim/api.ts'

const HANDSHAKE_MS = 5000
const MAX_LINE = 4096

/** The other side does not let this user in. */
export class RejectedError extends SyntaxError {}

/**
 * The client's side of the handshake that comes before D-Bus messages: as this process's user, with
 * descriptors (specification 0.43, "Authentication Protocol").
 *
 * @returns what came behind it
 * @throws SyntaxError when the other side speaks no D-Bus; RejectedError; NativeError
 */
export async function authenticate(
  socket: FdSocket,
  patienceMs = HANDSHAKE_MS,
): Promise<Uint8Array> {
  const lines = new LineReader(socket)
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    socket[Symbol.dispose]()
  }, patienceMs)
  try {
    await socket.send(Buffer.from(`\0AUTH EXTERNAL ${uid}\r\n`))
    await lines.expect('OK ')
    await socket.send(Buffer.from('NEGOTIATE_UNIX_FD\r\n'))
    await lines.expect('AGREE_UNIX_FD')
    await socket.send(Buffer.from('BEGIN\r\n'))
    return lines.rest
  } catch (error) {
    if (!isLate) throw error
    throw new SyntaxError(`the D-Bus handshake took longer than ${patienceMs} ms`)
  } finally {
    clearTimeout(timer)
  }
}

/** The lines of the handshake. */
class LineReader {
  readonly #socket: FdSocket
  #bytes: Uint8Array = new Uint8Array(0)

  constructor(socket: FdSocket) {
    this.#socket = socket
  }

  /** What came behind the last line. */
  get rest(): Uint8Array {
    return this.#bytes
  }

  /** The next line must begin like this. */
  async expect(start: string): Promise<void> {
    for (let end = -1; ; ) {
      end = this.#bytes.indexOf(10)
      if (end >= 0) {
        const line = Buffer.from(this.#bytes.subarray(0, end)).toString('latin1').trimEnd()
        this.#bytes = this.#bytes.subarray(end + 1)
        if (line.startsWith(start)) return
        const text = `it answered ${JSON.stringify(line.slice(0, 80))}`
        throw line.startsWith('REJECTED') ? new RejectedError(text) : new SyntaxError(text)
      }
      if (this.#bytes.length > MAX_LINE) throw new SyntaxError('what came is no D-Bus handshake')
      const received = await this.#socket.receive()
      if (!received) throw new SyntaxError('it hung up during the handshake')
      for (const fd of received.fds) fd[Symbol.dispose]()
      if (received.fds.length > 0) throw new SyntaxError('descriptors came during the handshake')
      this.#bytes = Buffer.concat([this.#bytes, received.bytes])
    }
  }
}
