// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import { fail, ok, type Result } from '../../core/result.ts'
import type { Fd, FdSocket, NativeShim } from '../../native-shim/api.ts'
import { isNativeError } from '../source/native-failure.ts'
import type { GpuImage } from './gpu-image.ts'
import {
  type GpuOperation,
  type GpuRefusal,
  HEADER_BYTES,
  readHeader,
  readWords,
  requestBytes,
} from './gpu-wire.ts'

/** Why a request came to nothing. `ended`: the process is gone, or was ended because it hung or lied. */
export type GpuTrouble = {
  readonly kind: GpuRefusal | 'ended'
  /** In words, without the device's name. */
  readonly why: string
}

export type GpuRequest = {
  readonly operation: GpuOperation
  readonly image?: GpuImage
  /** What is read or drawn into, or filled with, and the bytes from row to row of what is drawn into. */
  readonly target?: Fd
  readonly targetStride?: number
}

/** Descriptors are the taker's. */
export type GpuAnswer = { readonly payload: Uint8Array; readonly fds: readonly Fd[] }

/** Between the end of a connection and the news of how the process ended, ms. */
const LAST_WORD_MS = 1000
/** So much is kept of what a driver complains about. */
const MOST_WORDS = 2000

/**
 * One process that draws with one device. Asked one thing at a time; whatever it does wrong ends it, and
 * then it answers nothing any more.
 */
export class GpuChild implements Disposable {
  readonly #socket: FdSocket
  readonly #process: ChildProcess
  readonly #ended = Promise.withResolvers<string>()
  #complaints = ''
  #serial = 0
  #isAsked = false
  #isOver = false

  /**
   * @param node a DRM device file; undefined: software
   * @throws NativeError when descriptors or processes ran out
   */
  constructor(shim: NativeShim, program: string, node: string | undefined) {
    using owned = new DisposableStack()
    const [ours, theirs] = shim.socketEnds()
    owned.use(theirs)
    this.#socket = shim.adoptSocket(ours)
    using failed = new DisposableStack()
    failed.use(this.#socket)
    const software = node === undefined ? { LIBGL_ALWAYS_SOFTWARE: '1' } : {}
    this.#process = spawn(program, node === undefined ? [] : [node], {
      stdio: ['ignore', 'ignore', 'pipe', theirs.number],
      env: { ...process.env, ...software },
    })
    this.#process.once('error', (error) => {
      this.#ended.resolve(`its process could not be started (${error.message})`)
    })
    this.#process.once('exit', (code, signal) => {
      const how = signal ? `was ended by ${signal}` : `ended with status ${code}`
      this.#ended.resolve(`its process ${how}`)
    })
    this.#listenToComplaints()
    // It must not keep anybody waiting: who waits for an answer holds the socket.
    this.#process.unref()
    failed.move()
  }

  /** @param patienceMs how long the answer may take */
  async ask(request: GpuRequest, patienceMs: number): Promise<Result<GpuAnswer, GpuTrouble>> {
    if (this.#isAsked) throw new Error('it is asked one thing at a time')
    if (this.#isOver) return fail({ kind: 'ended', why: 'its process was ended' })
    this.#isAsked = true
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.#process.kill('SIGKILL')
    }, patienceMs)
    try {
      return await this.#exchange(request)
    } catch (error) {
      if (!(error instanceof SyntaxError || isNativeError(error))) throw error
      const seconds = Math.round(patienceMs / 100) / 10
      const why = isLate ? `it did not answer in ${seconds} s` : await this.#howItEnded(error)
      this[Symbol.dispose]()
      return fail({ kind: 'ended', why })
    } finally {
      clearTimeout(timer)
      this.#isAsked = false
    }
  }

  /** Ends the process; a request under way comes to nothing. */
  [Symbol.dispose](): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#socket[Symbol.dispose]()
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    // Until it is reaped, so that it does not stay behind as a zombie of a thread that ended.
    this.#process.ref()
    this.#process.kill('SIGKILL')
  }

  async #exchange(request: GpuRequest): Promise<Result<GpuAnswer, GpuTrouble>> {
    const { operation, image, target, targetStride } = request
    this.#serial = (this.#serial + 1) % 2 ** 32
    const bytes = requestBytes(this.#serial, operation, image, targetStride)
    const given = [...(image?.memory.map(({ fd }) => fd) ?? []), ...(target ? [target] : [])]
    await this.#socket.send(bytes, given)
    using owned = new DisposableStack()
    const fds: Fd[] = []
    const received = await this.#receive(fds, owned)
    const { outcome, length } = readHeader(received, this.#serial)
    let payload = received.subarray(HEADER_BYTES)
    while (payload.length < length) payload = joined(payload, await this.#next(fds, owned))
    if (payload.length > length) throw new SyntaxError('its answer is too long')
    if (outcome !== 'done') return fail({ kind: outcome, why: readWords(payload) })
    const gives = operation === 'convert' || operation === 'fill'
    if (fds.length !== (gives ? 1 : 0)) {
      throw new SyntaxError(`its answer came with ${fds.length} descriptors`)
    }
    owned.move()
    return ok({ payload, fds })
  }

  /** At least a header. */
  async #receive(fds: Fd[], owned: DisposableStack): Promise<Uint8Array> {
    let received = await this.#next(fds, owned)
    while (received.length < HEADER_BYTES) received = joined(received, await this.#next(fds, owned))
    return received
  }

  async #next(fds: Fd[], owned: DisposableStack): Promise<Uint8Array> {
    const message = await this.#socket.receive()
    if (!message) throw new SyntaxError('it hung up')
    for (const fd of message.fds) fds.push(owned.use(fd))
    return message.bytes
  }

  async #howItEnded(error: Error): Promise<string> {
    if (error instanceof SyntaxError && error.message !== 'it hung up') return error.message
    const timer = Promise.withResolvers<string>()
    const cancel = setTimeout(() => timer.resolve('it hung up'), LAST_WORD_MS)
    const how = await Promise.race([this.#ended.promise, timer.promise])
    clearTimeout(cancel)
    const complaint = readWords(Buffer.from(this.#complaints.trim().split('\n').at(-1) ?? ''))
    return complaint === '' ? how : `${how}, after saying: ${complaint}`
  }

  #listenToComplaints(): void {
    const { stderr } = this.#process
    if (!stderr) return
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-MOST_WORDS)
    })
    stderr.on('error', () => {})
    if ('unref' in stderr && typeof stderr.unref === 'function') stderr.unref()
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}
