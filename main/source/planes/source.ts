// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../../core/assert-never.ts'
import { checkPlane } from '../../../core/check-plane.ts'
import type { Failure } from '../../../core/failure.ts'
import { type PlaneKind, planeKinds } from '../../../core/plane.ts'
import type { Fd, FdSocket, NativeShim } from '../../../native-shim/api.ts'
import { isNativeError, nativeFailure } from '../native-failure.ts'
import { PlaneCache } from '../plane-cache.ts'
import { type PushedPlane, readPushedPlane } from '../pushed-plane.ts'
import type { ReadBacks } from '../read-backs.ts'
import type { CachedSurface, PlaneReading, Source, SourceInfo } from '../source.ts'
import { StallGuard } from '../stall-guard.ts'
import { PlaneBuffers } from './plane-buffers.ts'
import { PROTOCOL, type ProducerRecord, readProducerRecord, type ViewerRecord } from './protocol.ts'
import { type ReceivedRecord, RecordParser, receiveRecords, sendRecord } from './record-stream.ts'

/** What the producer last said about one plane. */
type Told =
  | { readonly state: 'absent' | 'disabled' }
  | { readonly state: 'problem'; readonly failure: Failure }
  | { readonly state: 'shown'; readonly id: number }

/** How long a request may stay unanswered before the newest known state has to do, ms. */
const ANSWER_MS = 1000

/** Planes from a producer's socket (planes/protocol.ts). Everything that comes over it is hostile. */
export class PlanesSource implements Source {
  info: SourceInfo
  readonly queryErrors = 0
  readonly #shim: NativeShim
  readonly #socket: FdSocket
  readonly #parser = new RecordParser()
  readonly #stalls: StallGuard
  readonly #cache = new PlaneCache<PlaneBuffers>(undefined, ({ id }) => this.#letGo(id))
  readonly #told = new Map<PlaneKind, Told>()
  readonly #changed = new Set<PlaneKind>()
  readonly #hello = Promise.withResolvers<Failure | undefined>()
  readonly #waiting = new Set<() => void>()
  readonly #readBacks: ReadBacks | undefined
  #pull = false
  #serial = 0
  /** A request is under way; the answer to one came and was not looked at yet. */
  #isAsked = false
  #isAnswered = false
  #gone: Failure | undefined
  #isDisposed = false
  #wake: () => void = () => {}

  /**
   * Takes the socket over and begins to listen.
   *
   * @param readBacks reads what cannot be mapped; owned from here on
   */
  constructor(
    shim: NativeShim,
    socket: FdSocket,
    info: SourceInfo,
    now: () => number,
    readBacks?: ReadBacks,
  ) {
    this.#readBacks = readBacks
    if (readBacks) readBacks.onRead = () => this.#wake()
    this.#shim = shim
    this.#socket = socket
    this.info = info
    this.#stalls = new StallGuard(now)
    this.#send({ type: 'hello', protocol: PROTOCOL })
    void this.#listen()
  }

  get gone(): Failure | undefined {
    return this.#gone
  }

  /** Resolves once the producer introduced itself; with the failure when it did not. */
  greeted(): Promise<Failure | undefined> {
    return this.#hello.promise
  }

  get pushes(): boolean {
    return !this.#pull
  }

  onWake(listener: () => void): void {
    this.#wake = listener
  }

  async fetch(): Promise<void> {
    if (!this.#pull && this.#told.has('primary')) return
    if (this.#gone || this.#isDisposed) return
    const told = Promise.withResolvers<void>()
    this.#waiting.add(told.resolve)
    const timer = setTimeout(told.resolve, ANSWER_MS)
    if (this.#pull && !this.#isAsked) this.#ask()
    await told.promise
    clearTimeout(timer)
    this.#waiting.delete(told.resolve)
  }

  refresh(): readonly PlaneReading[] {
    if (this.#isDisposed) throw new Error('source was disposed')
    if (this.#pull && !this.#isAsked && !this.#isAnswered) this.#ask()
    this.#isAnswered = false
    return planeKinds.map((kind) => this.#read(kind))
  }

  surfaces(): readonly CachedSurface[] {
    return this.#cache.values().flatMap((buffers) => {
      const checked = checkPlane(buffers.claim, buffers.sizes())
      const bytes = buffers.sizes().reduce((sum, { size }) => sum + size, 0)
      return checked.ok ? [{ identity: `planes:${buffers.id}`, plane: checked.value, bytes }] : []
    })
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#readBacks?.[Symbol.dispose]()
    this.#cache[Symbol.dispose]()
    this.#parser[Symbol.dispose]()
    this.#socket[Symbol.dispose]()
    this.#resume()
  }

  #read(kind: PlaneKind): PlaneReading {
    const told: Told = this.#told.get(kind) ?? { state: 'absent' }
    const isFresh = this.#changed.delete(kind)
    switch (told.state) {
      case 'absent':
      case 'disabled':
        this.#cache.show(kind, undefined)
        return this.#stalls.passed(kind, {
          status: { kind, state: told.state },
          mayHaveChanged: false,
        })
      case 'problem':
        return this.#stalls.failed(kind, told.failure)
      case 'shown':
        return this.#readShown(kind, told.id, isFresh)
      default:
        return assertNever(told)
    }
  }

  #readShown(kind: PlaneKind, id: number, isFresh: boolean): PlaneReading {
    const key = String(id)
    const buffers = this.#cache.get(kind, key)
    const what = `cannot read the ${kind} plane`
    if (!buffers) {
      const why = `its buffers ${id} were let go and did not come again yet`
      return this.#stalls.failed(kind, { code: 'stalled', what, why, remedy: 'Wait' })
    }
    this.#cache.show(kind, key)
    const { claim } = buffers
    const pushed: PushedPlane = {
      kind,
      claim,
      checked: checkPlane(claim, buffers.sizes()),
      identity: `planes:${id}`,
      isFresh,
      memory: (plane) => buffers.read(plane, isFresh),
      dmabufs: buffers.dmabufs,
      readBacks: this.#readBacks,
    }
    return readPushedPlane(pushed, this.#stalls, this.#changed)
  }

  #ask(): void {
    this.#isAsked = true
    this.#serial = (this.#serial + 1) % 2 ** 32
    this.#send({ type: 'request', serial: this.#serial })
  }

  /** The producer's reading of our records is its own affair; its end shows when we listen. */
  #send(record: ViewerRecord): void {
    if (this.#gone || this.#isDisposed) return
    sendRecord(this.#socket, record).catch((error: unknown) => {
      if (!isNativeError(error)) throw error
    })
  }

  #letGo(id: number): void {
    this.#send({ type: 'dropped', id })
  }

  async #listen(): Promise<void> {
    const what = `cannot follow ${this.info.address}`
    const remedy = 'Connect to scanout broker, or to another producer of planes+unix'
    try {
      for await (const record of receiveRecords(this.#socket, this.#parser)) this.#take(record)
      this.#end(hungUp(this.info.address))
    } catch (error) {
      if (this.#isDisposed) return
      const failure: Failure =
        error instanceof SyntaxError
          ? { code: 'bad-protocol', what, why: error.message, remedy }
          : nativeFailure(error, what, 'hung-up', remedy)
      this.#end(failure)
    }
  }

  #take({ value, fds }: ReceivedRecord): void {
    using unused = new DisposableStack()
    for (const fd of fds) unused.use(fd)
    if (this.#isDisposed) return
    const record = readProducerRecord(value)
    if (record.type !== 'plane' && fds.length > 0) {
      throw new SyntaxError(`${record.type} came with descriptors`)
    }
    unused.move()
    this.#apply(record, fds)
    const isWorthALook = this.#pull ? record.type === 'complete' : record.type !== 'hello'
    if (!isWorthALook) return
    if (this.#pull || this.#told.has('primary')) this.#resume()
    this.#wake()
  }

  #apply(record: ProducerRecord, fds: readonly Fd[]): void {
    switch (record.type) {
      case 'hello':
        if (record.protocol !== PROTOCOL) {
          throw new SyntaxError(`it speaks protocol ${record.protocol}, and this is ${PROTOCOL}`)
        }
        this.#pull = record.pull
        if (record.name !== '') this.info = { ...this.info, name: record.name }
        this.#hello.resolve(undefined)
        break
      case 'plane':
        this.#introduce(record, fds)
        break
      case 'flip':
        this.#showBuffers(record.kind, record.id)
        break
      case 'damage':
        this.#changed.add(record.kind)
        break
      case 'move':
        this.#move(record)
        break
      case 'disable':
        this.#told.set(record.kind, { state: record.absent ? 'absent' : 'disabled' })
        break
      case 'problem':
        this.#told.set(record.kind, { state: 'problem', failure: record.failure })
        break
      case 'drop':
        this.#forget(record.id)
        break
      case 'complete':
        if (record.serial !== this.#serial || !this.#isAsked) {
          throw new SyntaxError(`complete ${record.serial} answers no request`)
        }
        this.#isAsked = false
        this.#isAnswered = true
        break
      case 'gone':
        this.#end(record.failure)
        break
      default:
        assertNever(record)
    }
  }

  #introduce(record: Extract<ProducerRecord, { type: 'plane' }>, fds: readonly Fd[]): void {
    const { id, plane } = record
    const kind = planeKinds.find((known) => known === plane.kind)
    if (!kind) throw new SyntaxError('plane of no kind')
    const key = String(id)
    if (fds.length > 0) {
      this.#cache.add(kind, key, new PlaneBuffers(this.#shim, id, plane, fds))
      this.#told.set(kind, { state: 'shown', id })
      this.#changed.add(kind)
      return
    }
    const known = this.#cache.get(kind, key)
    if (known) known.claim = plane
    this.#showBuffers(kind, id)
  }

  #showBuffers(kind: PlaneKind, id: number): void {
    this.#told.set(kind, { state: 'shown', id })
    this.#changed.add(kind)
    // It crossed with our letting go: saying so again makes the producer send them again.
    if (!this.#cache.get(kind, String(id))) this.#letGo(id)
  }

  #move({ kind, x, y, hotspot }: Extract<ProducerRecord, { type: 'move' }>): void {
    const told = this.#told.get(kind)
    if (told?.state !== 'shown') return
    const buffers = this.#cache.get(kind, String(told.id))
    if (buffers) buffers.claim = { ...buffers.claim, x, y, hotspot }
  }

  #forget(id: number): void {
    for (const kind of planeKinds) {
      const told = this.#told.get(kind)
      const isShown = told?.state === 'shown' && told.id === id
      if (!isShown) this.#cache.drop(kind, String(id))
    }
  }

  #end(failure: Failure): void {
    if (this.#gone) return
    this.#gone = failure
    this.#hello.resolve(failure)
    this.#resume()
    this.#wake()
  }

  #resume(): void {
    for (const resume of this.#waiting) resume()
  }
}

function hungUp(address: string): Failure {
  return {
    code: 'hung-up',
    what: `${address} ended`,
    why: 'the other side closed the connection',
    remedy: 'Start the producer again and reopen the source',
  }
}
