// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../core/assert-never.ts'
import { workerAddress } from '../worker-address.ts'
import { payloadOf, release, type Slot } from './frame-memory.ts'
import { FRAMES_WORKER, type FrameListener, type FrameNews, readFrames } from './frame-source.ts'
import { FramingError } from './framing.ts'

/**
 * Receives frames: in a worker that shares a file with main where that can be, else over the stream alone.
 * Payloads are lent for the time of a call.
 */
export class FrameReceiver implements Disposable {
  readonly #origin: URL
  readonly #hear: FrameListener
  readonly #ended: (problem: string | undefined) => void
  readonly #slots: Slot[] = []
  readonly #stop = new AbortController()
  #worker: Worker | undefined
  #isOver = false

  /** @param ended hears once why no more frames come, as far as they were at fault */
  constructor(origin: URL, hear: FrameListener, ended: (problem: string | undefined) => void) {
    this.#origin = origin
    this.#hear = hear
    this.#ended = ended
    if (!crossOriginIsolated) {
      void this.#stream()
      return
    }
    this.#worker = new Worker(workerAddress(FRAMES_WORKER), { type: 'module' })
    this.#worker.onmessage = ({ data }: MessageEvent<FrameNews>) => this.#take(data)
    this.#worker.onerror = () => this.#withoutWorker()
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#stop.abort()
    this.#worker?.terminate()
  }

  #take(news: FrameNews): void {
    if (this.#isOver) return
    switch (news.kind) {
      case 'slot':
        this.#slots[news.index] = news.slot
        break
      case 'frame': {
        const slot = news.index === undefined ? undefined : this.#slots[news.index]
        if (!slot) this.#hear(news.frame, new Uint8Array())
        else {
          this.#hear(news.frame, payloadOf(slot, news.length))
          release(slot)
        }
        break
      }
      case 'ended':
        this.#end(news.problem)
        break
      case 'unable':
        this.#withoutWorker()
        break
      default:
        assertNever(news)
    }
  }

  /** Nothing was received yet when this is called. */
  #withoutWorker(): void {
    this.#worker?.terminate()
    this.#worker = undefined
    void this.#stream()
  }

  async #stream(): Promise<void> {
    let problem: string | undefined
    try {
      await readFrames(new URL('/frames', this.#origin), this.#stop.signal, ({ frame, payload }) =>
        this.#hear(frame, payload),
      )
    } catch (error) {
      if (error instanceof FramingError) problem = error.message
    }
    this.#end(problem)
  }

  #end(problem: string | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#ended(problem)
  }
}
