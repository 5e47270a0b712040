// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as delay } from 'node:timers/promises'
import type { Fd, FdMessage, FdSocket } from './api.ts'
import { bytesOf, outOfRange, plainText, wrongType } from './argument.ts'
import { type FdHandle, native } from './bindings.ts'
import { NativeFd } from './fd.ts'
import { nativeError } from './native-error.ts'
import { Readiness, readable, writable } from './readiness.ts'

const maxDescriptors = 28

type Outgoing = {
  readonly bytes: Uint8Array
  sent: number
  /** Our own duplicates, closed once the kernel has taken them. */
  fds: FdHandle[]
  readonly settled: PromiseWithResolvers<void>
}

/** Who waits for bytes, and where they are to go. */
type Incoming = PromiseWithResolvers<FdMessage | undefined> & {
  readonly place: Uint8Array | undefined
  filled: number
}

function closeAll(fds: readonly FdHandle[]): void {
  for (const fd of fds) native().fdClose(fd)
}

function handlesOf(fds: readonly Fd[]): FdHandle[] {
  if (!Array.isArray(fds)) throw wrongType('fds', 'an array', fds)
  if (fds.length > maxDescriptors) {
    throw outOfRange('fds.length', `at most ${maxDescriptors}`, fds.length)
  }
  return fds.map((fd, i) => NativeFd.handleOf(`fds[${i}]`, fd))
}

/** All duplicates or, when one cannot be made, none. */
function duplicates(handles: readonly FdHandle[]): FdHandle[] {
  const made: FdHandle[] = []
  try {
    for (const handle of handles) made.push(native().fdDup(handle))
    return made
  } catch (error) {
    closeAll(made)
    throw error
  }
}

type Taken = { readonly bytes: Uint8Array; readonly fds: readonly FdHandle[] }

/** Puts what is there into its place; undefined while more is to come. */
function fill(socket: FdHandle, incoming: Incoming, place: Uint8Array): Taken | undefined {
  const received = native().socketReceiveInto(socket, place, incoming.filled)
  if (!received) return undefined
  const { length, fds } = received
  incoming.filled += length
  const isWhole = length === 0 || fds.length > 0 || incoming.filled === place.length
  return isWhole ? { bytes: place.subarray(0, incoming.filled), fds } : undefined
}

/** {@link FdSocket} over a non-blocking unix stream socket. */
export class NativeFdSocket implements FdSocket {
  #fd: FdHandle | undefined
  readonly #readiness: Readiness<NativeFdSocket>
  #outgoing: Outgoing[] = []
  #receiving: Incoming | undefined

  constructor(fd: FdHandle) {
    this.#readiness = new Readiness<NativeFdSocket>(this, fd, (socket) => socket.#ready())
    this.#fd = fd
  }

  #open(): FdHandle {
    if (!this.#fd) throw new Error('socket is disposed')
    return this.#fd
  }

  async send(bytes: Uint8Array, fds: readonly Fd[] = []): Promise<void> {
    this.#open()
    bytesOf('bytes', bytes)
    const handles = handlesOf(fds)
    if (bytes.length === 0) {
      // The kernel carries descriptors only along with a byte.
      if (handles.length > 0) throw outOfRange('bytes', 'non-empty when fds go along', '')
      return
    }
    const outgoing = {
      bytes: bytes.slice(),
      sent: 0,
      fds: duplicates(handles),
      settled: Promise.withResolvers<void>(),
    }
    this.#outgoing.push(outgoing)
    if (this.#outgoing.length === 1) this.#flush()
    this.#want()
    return outgoing.settled.promise
  }

  async receive(place?: Uint8Array): Promise<FdMessage | undefined> {
    this.#open()
    if (place !== undefined && bytesOf('place', place).length === 0) {
      throw outOfRange('place.length', 'at least 1', 0)
    }
    if (this.#receiving) throw new Error('another receive is waiting')
    // Always by way of the event loop: a peer that never pauses must not keep others from running.
    this.#receiving = { ...Promise.withResolvers(), place, filled: 0 }
    this.#want()
    return this.#receiving.promise
  }

  peer(): { readonly uid: number; readonly gid: number; readonly pid: number } {
    return native().socketPeer(this.#open())
  }

  #want(): void {
    if (!this.#fd) return
    const reading = this.#receiving ? readable : 0
    this.#readiness.want(reading | (this.#outgoing.length > 0 ? writable : 0))
  }

  #ready(): void {
    this.#flush()
    this.#take()
    this.#want()
  }

  #take(): void {
    const receiving = this.#receiving
    if (!receiving || !this.#fd) return
    try {
      const { place } = receiving
      const message = place ? fill(this.#fd, receiving, place) : native().socketReceive(this.#fd)
      if (!message) return
      this.#receiving = undefined
      const { bytes, fds } = message
      receiving.resolve(
        bytes.length === 0 ? undefined : { bytes, fds: fds.map((fd) => new NativeFd(fd)) },
      )
    } catch (error) {
      this.#receiving = undefined
      receiving.reject(error)
    }
  }

  #flush(): void {
    for (let next = this.#outgoing[0]; next && this.#fd; next = this.#outgoing[0]) {
      try {
        const sent = native().socketSend(this.#fd, next.bytes, next.sent, next.fds)
        if (sent === undefined) return
        next.sent += sent
      } catch (error) {
        this.#failOutgoing(error)
        return
      }
      closeAll(next.fds)
      next.fds = []
      if (next.sent < next.bytes.length) continue
      this.#outgoing.shift()
      next.settled.resolve()
    }
  }

  #failOutgoing(error: unknown): void {
    const failed = this.#outgoing
    this.#outgoing = []
    for (const outgoing of failed) {
      closeAll(outgoing.fds)
      outgoing.settled.reject(error)
    }
  }

  [Symbol.dispose](): void {
    if (!this.#fd) return
    this.#readiness[Symbol.dispose]()
    native().fdClose(this.#fd)
    this.#fd = undefined
    this.#failOutgoing(nativeError('ECANCELED', 'sendmsg', 'socket was disposed'))
    this.#receiving?.reject(nativeError('ECANCELED', 'recvmsg', 'socket was disposed'))
    this.#receiving = undefined
  }
}

export function socketPair(): readonly [FdSocket, FdSocket] {
  const [first, second] = native().socketPair()
  return [new NativeFdSocket(first), new NativeFdSocket(second)]
}

export function socketEnds(): readonly [Fd, Fd] {
  const [first, second] = native().socketPair()
  return [new NativeFd(first), new NativeFd(second)]
}

export function adoptSocket(fd: Fd): FdSocket {
  return new NativeFdSocket(NativeFd.take(fd))
}

const retryMs = 10
const patienceMs = 5000

/** Connects; while the listener's backlog is full it tries again, for up to five seconds (EAGAIN). */
export async function connect(path: string): Promise<FdSocket> {
  const isAbstract = typeof path === 'string' && path.startsWith('\0')
  const name = plainText('path', isAbstract ? path.slice(1) : path)
  for (let waited = 0; waited < patienceMs; waited += retryMs) {
    const fd = native().socketConnect(name, isAbstract)
    if (fd) return new NativeFdSocket(fd)
    await delay(retryMs)
  }
  throw nativeError('EAGAIN', 'connect', `${name} accepts no connection`)
}
