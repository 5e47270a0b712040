// SPDX-License-Identifier: GPL-2.0-or-later
import { fromWire, toWire } from '../../../core/wire.ts'
import type { Fd, FdSocket } from '../../../native-shim/api.ts'
import { fdsOf, MAX_FDS, MAX_RECORD, type ProducerRecord, type ViewerRecord } from './protocol.ts'

/** Descriptors that may wait for their record: those of a few records that arrived together. */
const MAX_WAITING_FDS = 8 * MAX_FDS

/** A record as it came, not yet read, with its descriptors. The taker owns those. */
export type ReceivedRecord = { readonly value: unknown; readonly fds: readonly Fd[] }

/** Cuts a byte stream into records and gives each its descriptors. Owns what waits. */
export class RecordParser implements Disposable {
  #bytes = Buffer.alloc(0)
  #fds: Fd[] = []

  /**
   * Takes what a socket received; the records that are complete with it.
   *
   * @throws SyntaxError on anything that no honest peer sends; the parser is then of no further use
   */
  push(bytes: Uint8Array, fds: readonly Fd[]): readonly ReceivedRecord[] {
    this.#fds.push(...fds)
    if (this.#fds.length > MAX_WAITING_FDS) throw new SyntaxError('too many descriptors came')
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    const records: ReceivedRecord[] = []
    try {
      for (let record = this.#next(); record; record = this.#next()) records.push(record)
    } catch (error) {
      for (const record of records) closeAll(record.fds)
      throw error
    }
    return records
  }

  [Symbol.dispose](): void {
    closeAll(this.#fds)
    this.#fds = []
    this.#bytes = Buffer.alloc(0)
  }

  #next(): ReceivedRecord | undefined {
    if (this.#bytes.length < 4) return undefined
    const length = this.#bytes.readUInt32LE(0)
    if (length === 0 || length > MAX_RECORD) {
      throw new SyntaxError(
        `a record of ${length} bytes was announced, 1 to ${MAX_RECORD} are allowed`,
      )
    }
    if (this.#bytes.length < 4 + length) return undefined
    const text = new TextDecoder('utf-8', { fatal: true })
    let value: unknown
    try {
      value = fromWire(text.decode(this.#bytes.subarray(4, 4 + length)))
    } catch (error) {
      if (error instanceof TypeError) throw new SyntaxError('a record is not UTF-8')
      throw error
    }
    const count = fdsOf(value)
    if (count > this.#fds.length) {
      throw new SyntaxError(`a record counts ${count} descriptors, ${this.#fds.length} came`)
    }
    this.#bytes = this.#bytes.subarray(4 + length)
    return { value, fds: this.#fds.splice(0, count) }
  }
}

/**
 * Every record that comes over a socket until its end. The taker owns each record's descriptors;
 * those of records that it did not come to are closed.
 */
export async function* receiveRecords(
  socket: FdSocket,
  parser: RecordParser,
): AsyncGenerator<ReceivedRecord, void> {
  for (let message = await socket.receive(); message; message = await socket.receive()) {
    const waiting = [...parser.push(message.bytes, message.fds)]
    try {
      for (let record = waiting.shift(); record; record = waiting.shift()) yield record
    } finally {
      for (const { fds } of waiting) closeAll(fds)
    }
  }
}

/** Sends a record with its descriptors, which stay the caller's. */
export function sendRecord(
  socket: FdSocket,
  record: ProducerRecord | ViewerRecord,
  fds: readonly Fd[] = [],
): Promise<void> {
  const json = Buffer.from(toWire(record))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return socket.send(Buffer.concat([length, json]), fds)
}

export function closeAll(fds: readonly Fd[]): void {
  for (const fd of fds) fd[Symbol.dispose]()
}
