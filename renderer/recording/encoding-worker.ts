// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../core/assert-never.ts'
import type { Failure } from '../../core/failure.ts'
import type { Size } from '../../core/geometry.ts'
import type { Bridge } from '../../core/protocol.ts'
import type { RecordingContainer, RecordingPiece, RecordingTrack } from '../../core/recording.ts'
import { workerAddress } from '../worker-address.ts'
import { FrameTap } from './frame-tap.ts'
import type { EngineWish } from './recording-engine.ts'
import { type FromWorker, type ToWorker, WORKER } from './worker-messages.ts'

export type EncodingEvents = {
  readonly begun: (container: RecordingContainer, size: Size) => void
  readonly piece: (piece: RecordingPiece, track: RecordingTrack | undefined) => void
  readonly failed: (failure: Failure) => void
}

/** What the window shows, encoded in a worker for as long as this lives. */
export class EncodingWorker implements Disposable {
  readonly #bridge: Bridge
  readonly #worker: Worker
  readonly #events: EncodingEvents
  readonly #tap: FrameTap
  readonly #settling = new Map<number, () => void>()
  #lastId = 0
  #isOver = false

  constructor(bridge: Bridge, wish: EngineWish, events: EncodingEvents) {
    this.#bridge = bridge
    this.#events = events
    this.#worker = new Worker(workerAddress(WORKER), { type: 'module' })
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data)
    this.#worker.onerror = (event) => this.#fail(workerEnded(event.message))
    this.#tell({ kind: 'start', wish })
    this.#tap = new FrameTap(bridge, (frame, payload) =>
      this.#worker.postMessage({ kind: 'frame', frame, payload } satisfies ToWorker, [
        payload.buffer,
      ]),
    )
  }

  /** The next piece comes at once, and decoding can begin with it. */
  requestKey(): void {
    this.#tell({ kind: 'key' })
  }

  set resting(on: boolean) {
    this.#tell({ kind: 'rest', on })
  }

  set held(on: boolean) {
    this.#tell({ kind: 'hold', on })
  }

  /** Encodes the present picture up to now; resolves when all pieces until then have come. */
  settle(): Promise<void> {
    if (this.#isOver) return Promise.resolve()
    const id = ++this.#lastId
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#settling.set(id, resolve)
    this.#tell({ kind: 'settle', id })
    return promise
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#tap[Symbol.dispose]()
    this.#worker.terminate()
    for (const resolve of this.#settling.values()) resolve()
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #hear(message: FromWorker): void {
    if (this.#isOver) return
    switch (message.kind) {
      case 'begun':
        this.#events.begun(message.container, message.size)
        break
      case 'piece':
        this.#events.piece(message.piece, message.track)
        break
      case 'took':
        // A hidden page draws nothing: somebody has to say that the next frame is welcome.
        if (document.hidden) this.#bridge.tell('frame:presented', message.seq, 0)
        this.#tap.took()
        break
      case 'settled':
        this.#settling.get(message.id)?.()
        this.#settling.delete(message.id)
        break
      case 'failed':
        this.#fail(message.failure)
        break
      default:
        assertNever(message)
    }
  }

  #fail(failure: Failure): void {
    if (this.#isOver) return
    this[Symbol.dispose]()
    this.#events.failed(failure)
  }
}

function workerEnded(why: string): Failure {
  return {
    code: 'worker-ended',
    what: 'the recording ended early',
    why: `what encodes it broke off (${why || 'it did not say why'})`,
    remedy: 'Record again, with another codec if it stays',
  }
}
