// SPDX-License-Identifier: GPL-2.0-or-later
import { EventEmitter } from 'node:events'
import { Worker } from 'node:worker_threads'
import { assertNever } from '../../core/assert-never.ts'
import type { Failure } from '../../core/failure.ts'
import type { GuestRequest } from '../../core/guest-channel.ts'
import type { InputAccepts, InputEvent } from '../../core/input.ts'
import type { PixelNeed } from '../../core/plain-plane.ts'
import type { Capture, PlaneKind, PlaneStatus } from '../../core/plane.ts'
import type { CopySharing, Sharing } from '../../core/protocol.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { Fd } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import type { SourceReport, SourceRequest, WorkerStart } from './messages.ts'
import type {
  Address,
  SourceDescription,
  SourceEvents,
  SourceHandle,
  SourceInfo,
} from './source.ts'

/** A thread that does not let go within this time is ended, ms. */
const CLOSE_PATIENCE_MS = 2000

/** Starts the thread of a source: beside this file as TypeScript, or as built by scripts/build.mjs. */
function startWorker(address: Address): Worker {
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './source-worker.js'
  const start: WorkerStart = { address }
  return new Worker(new URL(file, import.meta.url), {
    name: `source ${address.scheme}`,
    workerData: start,
    execArgv: [],
  })
}

/**
 * Opens an address in a thread of its own. Resolves once the source is open and was read once.
 *
 * @param start makes the thread; tests give their own
 */
export async function openSourceHandle(
  address: Address,
  signal: AbortSignal,
  start: (address: Address) => Worker = startWorker,
): Promise<Result<SourceHandle, Failure>> {
  if (signal.aborted) return fail(cancelled(address, signal))
  const line = new WorkerLine(address, start(address))
  const opened = await line.opened(signal)
  if (opened.ok) return ok(new WorkerHandle(line, opened.value))
  await line.close()
  return opened
}

type Opened = Result<SourceInfo, Failure>

/** The road to one thread: what comes over it, and its end, whichever way that happens. */
class WorkerLine {
  readonly #address: Address
  readonly #worker: Worker
  readonly #emitter = new EventEmitter()
  readonly #opened = Promise.withResolvers<Opened>()
  readonly #exited = Promise.withResolvers<void>()
  readonly #captures = new Map<number, (result: Result<Capture, Failure>) => void>()
  readonly #descriptions = new Map<number, (description: SourceDescription | undefined) => void>()
  #calls = 0
  #isClosing = false
  #hasExited = false
  #statuses: readonly PlaneStatus[] | undefined
  #accepts: InputAccepts | undefined
  #gone: Failure | undefined

  constructor(address: Address, worker: Worker) {
    this.#address = address
    this.#worker = worker
    worker.on('message', (report: SourceReport) => this.#receive(report))
    worker.on('error', (error) => this.#crash(error))
    worker.on('exit', () => this.#exit())
  }

  async opened(signal: AbortSignal): Promise<Opened> {
    const abort = () => this.#opened.resolve(fail(cancelled(this.#address, signal)))
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await this.#opened.promise
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  get statuses(): readonly PlaneStatus[] {
    return this.#statuses ?? []
  }

  /** Listens from now on; what already holds (statuses, the end) is told once more. */
  on<N extends keyof SourceEvents>(
    name: N,
    listener: (...args: SourceEvents[N]) => void,
  ): () => void {
    const deliver = listener as (...args: readonly unknown[]) => void
    this.#emitter.on(name, deliver)
    const undo = () => this.#emitter.off(name, deliver)
    const known = this.#known(name)
    if (known !== undefined) {
      queueMicrotask(() => {
        if (this.#emitter.listeners(name).includes(deliver)) deliver(known)
      })
    }
    return undo
  }

  #known(name: keyof SourceEvents): unknown {
    if (name === 'planes') return this.#statuses
    if (name === 'input') return this.#accepts
    return name === 'gone' ? this.#gone : undefined
  }

  send(request: SourceRequest, transfer: readonly ArrayBuffer[] = []): void {
    if (!this.#isClosing && !this.#hasExited) this.#worker.postMessage(request, [...transfer])
  }

  /** The descriptor travels as a number, and is closed here when nobody takes it. */
  sendFile(fd: Fd | undefined): void {
    if (this.#isClosing || this.#hasExited) fd?.[Symbol.dispose]()
    else this.send({ kind: 'file', fd: fd?.release() })
  }

  capture(only: PlaneKind | undefined): Promise<Result<Capture, Failure>> {
    const isOver = this.#gone || this.#isClosing || this.#hasExited
    if (isOver) return Promise.resolve(fail(this.#end()))
    const call = ++this.#calls
    const answer = Promise.withResolvers<Result<Capture, Failure>>()
    this.#captures.set(call, answer.resolve)
    this.send({ kind: 'capture', call, only })
    return answer.promise
  }

  /** Undefined once the thread has ended. */
  describe(): Promise<SourceDescription | undefined> {
    if (this.#isClosing || this.#hasExited) return Promise.resolve(undefined)
    const call = ++this.#calls
    const answer = Promise.withResolvers<SourceDescription | undefined>()
    this.#descriptions.set(call, answer.resolve)
    this.send({ kind: 'describe', call })
    return answer.promise
  }

  /** Asks the thread to let go, hears it out, and ends it if it does not. Harmless when repeated. */
  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.send({ kind: 'close' })
      this.#isClosing = true
      this.#emitter.removeAllListeners()
    }
    if (this.#hasExited) return
    const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_PATIENCE_MS)
    await this.#exited.promise
    clearTimeout(timer)
  }

  #receive(report: SourceReport): void {
    switch (report.kind) {
      case 'opened':
        this.#opened.resolve(ok(report.info))
        break
      case 'not-opened':
        this.#opened.resolve(fail(report.failure))
        break
      case 'planes':
        this.#statuses = report.statuses
        this.#emitter.emit('planes', report.statuses)
        break
      case 'frame':
        this.#emitter.emit('frame', report.frame, report.payload, report.filed)
        break
      case 'memory': {
        const memfd = shim.adoptFd(report.fd)
        const { surface, image, size } = report
        const isHeard = this.#emitter.emit('surface-memory', surface, image, memfd, size)
        if (!isHeard) memfd[Symbol.dispose]()
        break
      }
      case 'texture': {
        const dmabufs = report.fds.map((fd) => shim.adoptFd(fd))
        const { surface, plane } = report
        const isHeard = this.#emitter.emit('surface-texture', surface, plane, dmabufs)
        if (!isHeard) for (const fd of dmabufs) fd[Symbol.dispose]()
        break
      }
      case 'input':
        this.#accepts = report.accepts
        this.#emitter.emit('input', report.accepts)
        break
      case 'news':
        this.#emitter.emit('news', report.news)
        break
      case 'gone':
        this.#finish(report.failure)
        break
      case 'captured':
        this.#captures.get(report.call)?.(report.result)
        this.#captures.delete(report.call)
        break
      case 'described':
        this.#descriptions.get(report.call)?.(report.description)
        this.#descriptions.delete(report.call)
        break
      case 'closed':
        break
      default:
        assertNever(report)
    }
  }

  #crash(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error)
    this.#finish({
      code: 'source-crashed',
      what: `the source ${this.#address.text} stopped working`,
      why: `its thread ended with an error (${why})`,
      remedy: 'Open it again, and report this',
    })
  }

  #finish(failure: Failure): void {
    if (this.#gone) return
    this.#gone = failure
    this.#opened.resolve(fail(failure))
    this.#emitter.emit('gone', failure)
  }

  #exit(): void {
    this.#hasExited = true
    if (!this.#isClosing) {
      this.#finish({
        code: 'source-crashed',
        what: `the source ${this.#address.text} stopped working`,
        why: 'its thread ended by itself',
        remedy: 'Open it again, and report this',
      })
    }
    const failure = this.#end()
    this.#opened.resolve(fail(failure))
    for (const answer of this.#captures.values()) answer(fail(failure))
    for (const answer of this.#descriptions.values()) answer(undefined)
    this.#captures.clear()
    this.#descriptions.clear()
    this.#exited.resolve()
  }

  #end(): Failure {
    return (
      this.#gone ?? {
        code: 'closed',
        what: `cannot read ${this.#address.text}`,
        why: 'the source was closed',
        remedy: 'Open it again',
      }
    )
  }
}

class WorkerHandle implements SourceHandle {
  readonly info: SourceInfo
  readonly #line: WorkerLine

  constructor(line: WorkerLine, info: SourceInfo) {
    this.#line = line
    this.info = info
  }

  on<N extends keyof SourceEvents>(
    name: N,
    listener: (...args: SourceEvents[N]) => void,
  ): () => void {
    return this.#line.on(name, listener)
  }

  watch(sharing: Sharing, copying: CopySharing = 'stream'): void {
    this.#line.send({ kind: 'watch', sharing, copying })
  }

  refuseTexture(layout: string): void {
    this.#line.send({ kind: 'refuse-texture', layout })
  }

  needPixels(pixels: PixelNeed): void {
    this.#line.send({ kind: 'pixels', pixels })
  }

  pace(hz: number): void {
    this.#line.send({ kind: 'pace', hz })
  }

  presented(seq: number): void {
    this.#line.send({ kind: 'presented', seq })
  }

  resend(): void {
    this.#line.send({ kind: 'resend' })
  }

  setVisible(visible: boolean): void {
    this.#line.send({ kind: 'visible', visible })
  }

  input(events: readonly InputEvent[]): void {
    this.#line.send({ kind: 'input', events })
  }

  request(request: GuestRequest): void {
    this.#line.send({ kind: 'request', request })
  }

  shareFile(fd: Fd | undefined): void {
    this.#line.sendFile(fd)
  }

  recycle({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (buffer.byteLength > 0) this.#line.send({ kind: 'recycle', buffer }, [buffer])
  }

  capture(only?: PlaneKind): Promise<Result<Capture, Failure>> {
    return this.#line.capture(only)
  }

  async describe(): Promise<SourceDescription> {
    const description = await this.#line.describe()
    return (
      description ?? {
        info: this.info,
        statuses: this.#line.statuses,
        surfaces: [],
        refreshes: 0,
        frames: 0,
        queryErrors: 0,
      }
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#line.close()
  }
}

function cancelled(address: Address, signal: AbortSignal): Failure {
  const what = `cannot open ${address.text}`
  const isLate = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
  return isLate
    ? {
        code: 'late',
        what,
        why: 'it did not answer in time',
        remedy: 'Try again when it is less busy',
      }
    : { code: 'cancelled', what, why: 'it was called off', remedy: 'Open it again' }
}
