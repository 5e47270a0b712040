// SPDX-License-Identifier: GPL-2.0-or-later
import type { Writable } from 'node:stream'
import { type FilePlace, IN_FILE } from '../../core/frame-file.ts'
import type { FrameMessage } from '../../core/protocol.ts'
import { toWire } from '../../core/wire.ts'

/**
 * A frame's own bytes on the endless response: u32 LE length of the header, u32 LE length of the
 * payload, then the header, {@link FrameMessage} as JSON of core/wire.ts. The payload follows it.
 *
 * @param filed where the payload is in the file that the page shares, instead (core/frame-file.ts)
 */
export function frameHead(
  frame: FrameMessage,
  payloadBytes: number,
  filed?: FilePlace,
): Uint8Array {
  const json = Buffer.from(toWire(frame), 'utf8')
  const start = filed ? 16 : 8
  const head = Buffer.allocUnsafe(start + json.length)
  head.writeUInt32LE(json.length, 0)
  head.writeUInt32LE(filed ? filed.length + IN_FILE : payloadBytes, 4)
  if (filed) head.writeBigUInt64LE(BigInt(filed.at), 8)
  json.copy(head, start)
  return head
}

/**
 * Frames over one byte stream that never ends. It holds no queue: a source has at most two frames
 * under way, and each payload goes back to it once the kernel has the bytes.
 */
export class FrameStream {
  readonly #out: Writable
  readonly #pending = new Set<(left: boolean) => void>()

  constructor(out: Writable) {
    this.#out = out
    out.once('close', () => this.#drop())
    out.once('error', () => this.#drop())
  }

  /** Resolves when the payload may be reused: true when its bytes left, false when the reader is gone. */
  write(frame: FrameMessage, payload: Uint8Array, filed?: FilePlace): Promise<boolean> {
    if (this.#out.destroyed || this.#out.writableEnded) return Promise.resolve(false)
    return new Promise((resolve) => {
      const settle = (left: boolean): void => {
        this.#pending.delete(settle)
        resolve(left)
      }
      this.#pending.add(settle)
      const done = (error?: Error | null): void => settle(!error)
      this.#out.cork()
      const head = frameHead(frame, payload.byteLength, filed)
      if (payload.byteLength === 0) this.#out.write(head, done)
      else {
        this.#out.write(head)
        this.#out.write(payload, done)
      }
      this.#out.uncork()
    })
  }

  #drop(): void {
    for (const settle of [...this.#pending]) settle(false)
  }
}
