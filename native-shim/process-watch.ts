// SPDX-License-Identifier: GPL-2.0-or-later
import type { ProcessWatch } from './api.ts'
import { whole } from './argument.ts'
import { type FdHandle, native } from './bindings.ts'
import { Readiness, readable } from './readiness.ts'

const maxPid = 2 ** 22

export function checkedPid(pid: number): number {
  return whole('pid', pid, 1, maxPid)
}

class NativeProcessWatch implements ProcessWatch {
  readonly pid: number
  readonly ended: Promise<boolean>
  #fd: FdHandle | undefined
  readonly #readiness: Readiness<NativeProcessWatch>
  readonly #settle: (ended: boolean) => void

  constructor(pid: number, fd: FdHandle) {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.pid = pid
    this.ended = promise
    this.#settle = resolve
    this.#readiness = new Readiness<NativeProcessWatch>(
      this,
      fd,
      (watch) => watch.#finish(true),
      true,
    )
    this.#fd = fd
    this.#readiness.want(readable)
  }

  #finish(ended: boolean): void {
    if (!this.#fd) return
    this.#readiness[Symbol.dispose]()
    native().fdClose(this.#fd)
    this.#fd = undefined
    this.#settle(ended)
  }

  [Symbol.dispose](): void {
    this.#finish(false)
  }
}

/**
 * See NativeShim.watchProcess. A watch does not keep the event loop alive. Throws ESRCH.
 */
export function watchProcess(pid: number): ProcessWatch {
  return new NativeProcessWatch(pid, native().pidfdOpen(checkedPid(pid)))
}
