// SPDX-License-Identifier: GPL-2.0-or-later
import { lstatSync, unlinkSync } from 'node:fs'
import type { FdListener, FdSocket } from './api.ts'
import { plainText } from './argument.ts'
import { type FdHandle, native } from './bindings.ts'
import { NativeFdSocket } from './fd-socket.ts'
import { errorCode } from './native-error.ts'
import { Readiness, readable } from './readiness.ts'

/** Device and inode of a socket file; undefined when there is none at the path. */
function socketFile(path: string): string | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return found?.isSocket() ? `${found.dev}:${found.ino}` : undefined
}

/** True for a socket file that nobody listens on any more. */
function isStale(path: string): boolean {
  if (socketFile(path) === undefined) return false
  try {
    const fd = native().socketConnect(path, false)
    if (fd) native().fdClose(fd)
    return false
  } catch (error) {
    return errorCode(error) === 'ECONNREFUSED'
  }
}

function bind(path: string): FdHandle {
  try {
    return native().socketListen(path)
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE' || !isStale(path)) throw error
    unlinkSync(path)
    return native().socketListen(path)
  }
}

class NativeFdListener implements FdListener {
  readonly path: string
  #fd: FdHandle | undefined
  readonly #file: string | undefined
  readonly #readiness: Readiness<NativeFdListener>
  #accepting: PromiseWithResolvers<FdSocket | undefined> | undefined

  constructor(path: string, fd: FdHandle) {
    this.path = path
    this.#file = socketFile(path)
    this.#readiness = new Readiness<NativeFdListener>(this, fd, (listener) => listener.#ready())
    this.#fd = fd
  }

  async accept(): Promise<FdSocket | undefined> {
    if (!this.#fd) return undefined
    if (this.#accepting) throw new Error('another accept is waiting')
    this.#accepting = Promise.withResolvers()
    this.#readiness.want(readable)
    return this.#accepting.promise
  }

  #ready(): void {
    const accepting = this.#accepting
    if (!accepting || !this.#fd) return
    try {
      const fd = native().socketAccept(this.#fd)
      if (!fd) return
      accepting.resolve(new NativeFdSocket(fd))
    } catch (error) {
      accepting.reject(error)
    }
    this.#accepting = undefined
    this.#readiness.want(0)
  }

  [Symbol.dispose](): void {
    if (!this.#fd) return
    this.#readiness[Symbol.dispose]()
    native().fdClose(this.#fd)
    this.#fd = undefined
    // Only our own file: another listener may have replaced it since.
    if (this.#file !== undefined && socketFile(this.path) === this.#file) unlinkSync(this.path)
    this.#accepting?.resolve(undefined)
    this.#accepting = undefined
  }
}

/** See NativeShim.listen. The socket file goes with the listener. */
export function listen(path: string): FdListener {
  return new NativeFdListener(plainText('path', path), bind(path))
}
