// SPDX-License-Identifier: GPL-2.0-or-later
import type { Writable } from 'node:stream'
import { IN_FILE } from '../../core/frame-file.ts'
import type { FrameMessage } from '../../core/protocol.ts'
import { toWire } from '../../core/wire.ts'

/** Smaller payloads travel with their header. */
const LEAST_FILED = 4096

/** Takes payloads, and says where they are; undefined when it cannot. */
export type PayloadFile = Disposable & { write(payload: Uint8Array): number | undefined }

/**
 * A frame's own bytes on the endless response: u32 LE length of the header, u32 LE length of the
 * payload, then the header, {@link FrameMessage} as JSON of core/wire.ts. The payload follows it.
 *
 * @param place where the payload is in the file that the page shares, instead (core/frame-file.ts)
 */
export function frameHead(frame: FrameMessage, payloadBytes: number, place?: number): Uint8Array {
  const json = Buffer.from(toWire(frame), 'utf8')
  const start = place === undefined ? 8 : 16
  const head = Buffer.allocUnsafe(start + json.length)
  head.writeUInt32LE(json.length, 0)
  head.writeUInt32LE((place === undefined ? payloadBytes : payloadBytes | IN_FILE) >>> 0, 4)
  if (place !== undefined) head.writeBigUInt64LE(BigInt(place), 8)
  json.copy(head, start)
  return head
}

/**
 * Frames over one byte stream that never ends. It holds no queue: a source has at most two frames
 * under way, and each payload goes back to it once the kernel has the bytes.
 */
export class FrameStream {
  readonly #out: Writable
  readonly #file: PayloadFile | undefined
  readonly #pending = new Set<(left: boolean) => void>()

  /** @param file where large payloads go; closed with the stream */
  constructor(out: Writable, file?: PayloadFile) {
    this.#out = out
    this.#file = file
    out.once('close', () => {
      this.#drop()
      file?.[Symbol.dispose]()
    })
    out.once('error', () => this.#drop())
  }

  /** Resolves when the payload may be reused: true when its bytes left, false when the reader is gone. */
  write(frame: FrameMessage, payload: Uint8Array): Promise<boolean> {
    if (this.#out.destroyed || this.#out.writableEnded) return Promise.resolve(false)
    return new Promise((resolve) => {
      const settle = (left: boolean): void => {
        this.#pending.delete(settle)
        resolve(left)
      }
      this.#pending.add(settle)
      const isLarge = payload.byteLength >= LEAST_FILED
      const place = isLarge ? this.#file?.write(payload) : undefined
      const done = (error?: Error | null): void => settle(!error)
      this.#out.cork()
      const head = frameHead(frame, payload.byteLength, place)
      if (payload.byteLength === 0 || place !== undefined) this.#out.write(head, done)
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
