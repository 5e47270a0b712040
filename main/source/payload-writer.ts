// SPDX-License-Identifier: GPL-2.0-or-later
import type { FilePlace } from '../../core/frame-file.ts'
import type { Fd, Mapping, NativeShim, WordOrder } from '../../native-shim/api.ts'
import { log } from '../log.ts'
import { PayloadFile, type PayloadPlace } from './payload-file.ts'
import { PayloadPool } from './payload-pool.ts'

/** Smaller payloads travel with their frame. */
const LEAST_FILED = 4096

/** Bytes of one image that go into a payload. */
export type PayloadPart = {
  readonly mapping: Mapping
  readonly pitch: number
  /** x, y, width and height of each rectangle, bytes and rows. */
  readonly rects: Int32Array
  readonly order: WordOrder | undefined
}

/** The bytes of a frame: here, or in the file that the page shares. */
export type Payload = {
  readonly payload: Uint8Array<ArrayBuffer>
  readonly filed?: FilePlace
}

/** Packs what changed, rows tight, where its reader wants it. */
export class PayloadWriter implements Disposable {
  readonly #shim: NativeShim
  readonly #pool = new PayloadPool()
  #file: PayloadFile | undefined

  constructor(shim: NativeShim) {
    this.#shim = shim
  }

  /** Large payloads go there from now on; nowhere when undefined. The descriptor is taken over. */
  share(fd: Fd | undefined): void {
    this.#file?.[Symbol.dispose]()
    this.#file = fd && new PayloadFile(this.#shim, fd)
  }

  /** A payload came back. */
  recycle(buffer: ArrayBuffer): void {
    this.#pool.recycle(buffer)
  }

  /** @throws NativeError EFAULT when an image was taken away */
  pack(parts: readonly PayloadPart[]): Payload {
    const length = parts.reduce((sum, { rects }) => sum + rectBytes(rects), 0)
    const place = length >= LEAST_FILED ? this.#place(length) : undefined
    if (place && this.#packInto(parts, place.mapping, place.at)) {
      return { payload: new Uint8Array(0), filed: { at: place.at, length } }
    }
    if (length === 0) return { payload: new Uint8Array(0) }
    const target = this.#pool.take(length)
    this.#packAll(parts, target, 0)
    return { payload: target.subarray(0, length) }
  }

  [Symbol.dispose](): void {
    this.share(undefined)
  }

  #place(bytes: number): PayloadPlace | undefined {
    try {
      return this.#file?.place(bytes)
    } catch (error) {
      this.#giveUp(error)
      return undefined
    }
  }

  /** False when the file has no memory, or was cut: the page gets its bytes otherwise. */
  #packInto(parts: readonly PayloadPart[], target: Mapping, at: number): boolean {
    try {
      this.#packAll(parts, target, at)
      return true
    } catch (error) {
      this.#giveUp(error)
      return false
    }
  }

  #packAll(parts: readonly PayloadPart[], target: Mapping | Uint8Array, first: number): void {
    let at = first
    for (const { mapping, pitch, rects, order } of parts) {
      at += this.#shim.packRects(mapping, pitch, rects, target, at, order)
    }
  }

  #giveUp(error: unknown): void {
    log.info(`frames no longer go through a file: ${String(error)}`)
    this.share(undefined)
  }
}

function rectBytes(rects: Int32Array): number {
  let sum = 0
  for (let at = 0; at + 3 < rects.length; at += 4)
    sum += (rects[at + 2] ?? 0) * (rects[at + 3] ?? 0)
  return sum
}
