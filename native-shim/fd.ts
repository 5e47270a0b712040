// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fd } from './api.ts'
import { wrongType } from './argument.ts'
import { type FdHandle, native } from './bindings.ts'

/** {@link Fd} over a native handle, which closes the descriptor itself if it is forgotten. */
export class NativeFd implements Fd {
  #handle: FdHandle | undefined

  constructor(handle: FdHandle) {
    this.#handle = handle
  }

  /** @internal The native side of an fd given as an argument. */
  static handleOf(name: string, fd: unknown): FdHandle {
    if (typeof fd !== 'object' || fd === null || !(#handle in fd))
      throw wrongType(name, 'an Fd', fd)
    return (fd as NativeFd).#open()
  }

  /** @internal Moves the descriptor out of an fd, which is given away then. */
  static take(fd: Fd): FdHandle {
    const handle = NativeFd.handleOf('fd', fd)
    ;(fd as NativeFd).#handle = undefined
    return handle
  }

  #open(): FdHandle {
    if (!this.#handle) throw new Error('descriptor is closed or given away')
    return this.#handle
  }

  get number(): number {
    return native().fdNumber(this.#open())
  }

  dup(): Fd {
    return new NativeFd(native().fdDup(this.#open()))
  }

  release(): number {
    const number = native().fdRelease(this.#open())
    this.#handle = undefined
    return number
  }

  size(): number {
    return native().fdSize(this.#open())
  }

  link(): string {
    return native().fdLink(this.#open())
  }

  identity(): string {
    return native().fdIdentity(this.#open())
  }

  [Symbol.dispose](): void {
    if (!this.#handle) return
    native().fdClose(this.#handle)
    this.#handle = undefined
  }
}
