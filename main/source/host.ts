// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../core/assert-never.ts'
import type { Failure } from '../../core/failure.ts'
import { type InputAccepts, type InputEvent, noInput, sameInput } from '../../core/input.ts'
import type { Capture, PlaneKind, PlaneStatus } from '../../core/plane.ts'
import type { Sharing } from '../../core/protocol.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { NativeShim } from '../../native-shim/api.ts'
import { capturePlanes } from './capture-planes.ts'
import { FrameWriter, type WrittenFrame } from './frame-writer.ts'
import type { SourceReport, SourceRequest } from './messages.ts'
import { type Clock, Poller, type RefreshOutcome } from './poller.ts'
import type { PlaneReading, Source, SourceDescription } from './source.ts'
import { sameStatuses } from './status-change.ts'

/** Sends a report; `transfer` changes hands with it. */
export type Post = (report: SourceReport, transfer?: readonly ArrayBuffer[]) => void

/** A capture waits this long for a modeset to end, ms. */
const CAPTURE_PATIENCE_MS = 1000
const CAPTURE_RETRY_MS = 20

/** Frames under way at most. The page reads shared memory in place, so there the next one must wait. */
const credits: Readonly<Record<Sharing, number>> = {
  stream: 2,
  'shared-memory': 1,
  'shared-texture': 2,
}

/**
 * The loop of one source: refreshes it as frames are presented, tells what changed, answers questions.
 * Knows no thread: worker.ts gives it a port, tests give it a function.
 */
export class SourceHost implements Disposable {
  readonly #source: Source
  readonly #shim: NativeShim
  readonly #clock: Clock
  readonly #post: Post
  readonly #writer: FrameWriter
  readonly #poller: Poller
  #statuses: readonly PlaneStatus[] = []
  #accepts: InputAccepts = noInput
  #refreshes = 0
  #isEnded = false

  /** Takes ownership of the source. Reports `opened` and the first statuses. */
  constructor(source: Source, shim: NativeShim, clock: Clock, post: Post) {
    this.#source = source
    this.#shim = shim
    this.#clock = clock
    this.#post = post
    this.#writer = new FrameWriter(shim, () => performance.timeOrigin + performance.now())
    this.#poller = new Poller(
      clock,
      (pixels) => this.#step(pixels),
      () => source.pushes === true,
    )
    source.onWake(() => this.#wake())
    source.onNews?.((news) => {
      if (!this.#isEnded) post({ kind: 'news', news })
    })
    post({ kind: 'opened', info: source.info })
    this.#tell(this.#refresh())
    this.#tellInput()
  }

  /** True once it let go of everything. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  handle(request: SourceRequest): void {
    switch (request.kind) {
      case 'watch':
        this.#writer.reset(request.sharing, request.copying)
        this.#poller.start(Math.min(credits[request.sharing], credits[request.copying ?? 'stream']))
        break
      case 'refuse-texture':
        this.#writer.refuseTexture(request.layout)
        this.#poller.forgetFrames()
        break
      case 'pixels':
        this.#writer.pixels = request.pixels
        this.#poller.wake()
        break
      case 'pace':
        this.#poller.hz = request.hz
        break
      case 'presented':
        this.#poller.presented(request.seq)
        break
      case 'resend':
        this.#writer.reset()
        this.#poller.forgetFrames()
        break
      case 'visible':
        this.#poller.setVisible(request.visible)
        break
      case 'input':
        this.#input(request.events)
        break
      case 'request':
        if (!this.#isEnded) this.#source.request?.(request.request)
        break
      case 'file':
        this.#shareFile(request.fd)
        break
      case 'recycle':
        this.#writer.recycle(request.buffer)
        break
      case 'capture':
        void this.#captureNewest(request.call, request.only)
        break
      case 'describe':
        void this.#describeKnown(request.call)
        break
      case 'close':
        this[Symbol.dispose]()
        break
      default:
        assertNever(request)
    }
  }

  /** Lets go of everything at once; harmless when done twice. */
  [Symbol.dispose](): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#poller[Symbol.dispose]()
    this.#writer[Symbol.dispose]()
    this.#source[Symbol.dispose]()
  }

  #wake(): void {
    if (this.#isEnded) return
    const { gone } = this.#source
    if (gone) {
      this.#end(gone)
      return
    }
    this.#tellInput()
    this.#poller.wake()
  }

  /** An answer to input is awaited: an idle picture is looked at again at once. */
  #input(events: readonly InputEvent[]): void {
    if (this.#isEnded) return
    this.#source.input?.(events)
    this.#poller.nudge()
  }

  #tellInput(): void {
    const accepts = this.#source.accepts ?? noInput
    if (sameInput(accepts, this.#accepts)) return
    this.#accepts = accepts
    this.#post({ kind: 'input', accepts })
  }

  #refresh(): readonly PlaneReading[] {
    this.#refreshes += 1
    const readings = this.#source.refresh()
    this.#writer.note(readings)
    return readings
  }

  #step(pixels: boolean): RefreshOutcome {
    const readings = this.#refresh()
    const { gone } = this.#source
    if (gone) {
      this.#end(gone)
      return { changed: false }
    }
    if (!pixels) return { changed: this.#tell(readings), ...this.#unrest(readings) }
    const { written, failures } = this.#writer.write(readings)
    const changed = this.#tell(readings, failures)
    if (!written) return { changed, ...this.#unrest(readings) }
    this.#send(written)
    const { frame, isNews } = written
    return { frame: frame.seq, changed: changed || isNews, ...this.#unrest(readings) }
  }

  #unrest(readings: readonly PlaneReading[]): Pick<RefreshOutcome, 'isRestless'> {
    const isStalled = this.#statuses.some(({ state }) => state === 'stalled')
    return { isRestless: isStalled || readings.some(({ isStale }) => isStale === true) }
  }

  #shareFile(number: number | undefined): void {
    const fd = number === undefined ? undefined : this.#shim.adoptFd(number)
    if (this.#isEnded) fd?.[Symbol.dispose]()
    else this.#writer.shareFile(fd)
  }

  #send({ frame, payload, filed, memory, textures }: WrittenFrame): void {
    for (const { surface, plane, dmabufs } of textures) {
      const fds = dmabufs.map((fd) => fd.release())
      this.#post({ kind: 'texture', surface, plane, fds })
    }
    for (const { surface, image, memfd, size } of memory) {
      this.#post({ kind: 'memory', surface, image, fd: memfd.release(), size })
    }
    this.#post({ kind: 'frame', frame, payload, filed }, [payload.buffer])
  }

  /** Reports the statuses when they changed; true then. */
  #tell(
    readings: readonly PlaneReading[],
    failures: ReadonlyMap<PlaneKind, Failure> = new Map(),
  ): boolean {
    const before = this.#statuses
    this.#statuses = readings.map(({ status }) => {
      const failure = failures.get(status.kind)
      return failure ? { kind: status.kind, state: 'stalled', failure } : status
    })
    if (sameStatuses(before, this.#statuses)) return false
    this.#post({ kind: 'planes', statuses: this.#statuses })
    return true
  }

  #end(failure: Failure): void {
    if (this.#isEnded) return
    this[Symbol.dispose]()
    this.#post({ kind: 'gone', failure })
  }

  async #captureNewest(call: number, only: PlaneKind | undefined): Promise<void> {
    if (!this.#isEnded) await this.#source.fetch?.()
    if (!this.#isEnded) await renewAll(this.#refresh(), only)
    this.#capture(call, only, this.#clock.now())
  }

  #capture(call: number, only: PlaneKind | undefined, since: number): void {
    const answer = (result: Result<Capture, Failure>) =>
      this.#post({ kind: 'captured', call, result }, [])
    if (this.#isEnded) {
      answer(fail(ended))
      return
    }
    const readings = this.#refresh()
    const { gone } = this.#source
    if (gone) {
      this.#end(gone)
      answer(fail(gone))
      return
    }
    const capture = capturePlanes(this.#shim, readings, only)
    const isTransient =
      readings.some(({ isStale }) => isStale) ||
      capture.statuses.some(({ state }) => state === 'stalled')
    if (isTransient && this.#clock.now() - since < CAPTURE_PATIENCE_MS) {
      this.#clock.after(CAPTURE_RETRY_MS, () => this.#capture(call, only, since))
      return
    }
    const buffers = capture.planes.flatMap((plane) => plane.buffers)
    const transfer = buffers.map(({ buffer }) => buffer).filter((b) => b instanceof ArrayBuffer)
    this.#post({ kind: 'captured', call, result: ok(capture) }, transfer)
  }

  /** What nobody read yet is read first: only then it is known whether it can be. */
  async #describeKnown(call: number): Promise<void> {
    const unread = (reading: PlaneReading) => reading.readBack?.latest().status.state === 'stalled'
    if (!this.#isEnded) await renewAll(this.#refresh().filter(unread))
    this.#post({ kind: 'described', call, description: this.#describe() })
  }

  #describe(): SourceDescription {
    const isOpen = !this.#isEnded
    if (isOpen) this.#tell(this.#refresh())
    return {
      info: this.#source.info,
      statuses: this.#statuses,
      surfaces: isOpen ? this.#source.surfaces() : [],
      refreshes: this.#refreshes,
      frames: this.#writer.frames,
      queryErrors: this.#source.queryErrors,
    }
  }
}

/** Has GPUs read what the CPU may not map. */
async function renewAll(readings: readonly PlaneReading[], only?: PlaneKind): Promise<void> {
  const wanted = readings.filter(({ status }) => only === undefined || status.kind === only)
  await Promise.all(wanted.map(({ readBack }) => readBack?.renew()))
}

const ended: Failure = {
  code: 'closed',
  what: 'cannot capture the planes',
  why: 'the source was closed',
  remedy: 'Open it again',
}
