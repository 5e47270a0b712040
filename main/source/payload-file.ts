// SPDX-License-Identifier: GPL-2.0-or-later
import { ftruncateSync } from 'node:fs'
import { FILE_PAGE } from '../../core/frame-file.ts'
import type { Fd, Mapping, NativeShim } from '../../native-shim/api.ts'
import { FileRing } from './file-ring.ts'

/** The file grows in these steps, bytes. */
const STEP = 2 ** 20

/** Where a payload goes, and where in the file that is. */
export type PayloadPlace = { readonly mapping: Mapping; readonly at: number }

/** The file of core/frame-file.ts, mapped: frames are packed right where the page reads them. */
export class PayloadFile implements Disposable {
  readonly #shim: NativeShim
  readonly #fd: Fd
  readonly #ring = new FileRing(FILE_PAGE)
  #mapping: Mapping | undefined

  /** Takes the descriptor over. */
  constructor(shim: NativeShim, fd: Fd) {
    this.#shim = shim
    this.#fd = fd
  }

  /**
   * Room for so many bytes, beside what the page may still read.
   *
   * @throws NativeError or the file system's error when there is none
   */
  place(bytes: number): PayloadPlace {
    const at = this.#ring.place(bytes)
    if (!this.#mapping || at + bytes > this.#mapping.size) this.#grow(at + bytes)
    if (!this.#mapping) throw new Error('the file was not mapped')
    return { mapping: this.#mapping, at }
  }

  [Symbol.dispose](): void {
    this.#mapping?.[Symbol.dispose]()
    this.#fd[Symbol.dispose]()
  }

  #grow(least: number): void {
    const size = Math.ceil(least / STEP) * STEP
    ftruncateSync(this.#fd.number, size)
    this.#mapping?.[Symbol.dispose]()
    this.#mapping = undefined
    this.#mapping = this.#shim.map(this.#fd, 0, size, true)
  }
}
