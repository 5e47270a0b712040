// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Bridge } from '../../core/protocol.ts'
import {
  MAX_PIECES,
  type RecordingContainer,
  type RecordingFigures,
  type RecordingPiece,
  type RecordingTrack,
} from '../../core/recording.ts'
import { fail, type Result } from '../../core/result.ts'

/** Bytes that may wait on their way to main before the encoder is told to wait. */
export const MOST_WAITING = 16 * 2 ** 20
/** Bytes of one message, a larger single picture apart. */
const MESSAGE_BYTES = 2 ** 20

export type FinishedFile = RecordingFigures & { readonly path: string }

export type OutletEvents = {
  /** Where it grows; its final name comes at the end. */
  readonly started?: (path: string) => void
  readonly grown?: (figures: RecordingFigures) => void
  /** Main is behind, or has caught up. */
  readonly held?: (isHeld: boolean) => void
  /** The recording is over: its file cannot grow. */
  readonly failed?: (failure: Failure) => void
}

/** The way of encoded pictures to main's file. Order is kept; what waits is bounded by the encoder's obedience. */
export class RecordingOutlet {
  readonly #bridge: Pick<Bridge, 'call'>
  readonly #events: OutletEvents
  readonly #opened: Promise<number | undefined>
  #waiting: RecordingPiece[] = []
  #waitingBytes = 0
  #track: RecordingTrack | null = null
  #sending: Promise<void> | undefined
  #failure: Failure | undefined
  #isHeld = false

  constructor(
    bridge: Pick<Bridge, 'call'>,
    container: RecordingContainer,
    replay: boolean,
    events: OutletEvents = {},
  ) {
    this.#bridge = bridge
    this.#events = events
    this.#opened = this.#open(container, replay)
  }

  add(piece: RecordingPiece, track: RecordingTrack | undefined): void {
    if (this.#failure) return
    if (track) this.#track ??= track
    this.#waiting.push(piece)
    this.#waitingBytes += piece.bytes.length
    this.#hold()
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined
    })
  }

  /** Sends what is left and completes the file. */
  async finish(): Promise<Result<FinishedFile, Failure>> {
    const id = await this.#opened
    while (this.#sending) await this.#sending
    if (this.#failure || id === undefined) return fail(this.#failure ?? cutOff('it did not begin'))
    try {
      return await this.#bridge.call('record:close', id)
    } catch (error) {
      return fail(cutOff(String(error)))
    }
  }

  async #open(container: RecordingContainer, replay: boolean): Promise<number | undefined> {
    try {
      const opened = await this.#bridge.call('record:start', { container, replay })
      if (opened.ok) {
        this.#events.started?.(opened.value.path)
        return opened.value.id
      }
      this.#fail(opened.failure)
    } catch (error) {
      this.#fail(cutOff(String(error)))
    }
    return undefined
  }

  async #send(): Promise<void> {
    const id = await this.#opened
    let track = this.#track
    while (id !== undefined && this.#waiting.length > 0 && !this.#failure) {
      const pieces = this.#next()
      try {
        const written = await this.#bridge.call('record:write', id, pieces, track)
        if (written.ok) this.#events.grown?.(written.value)
        else this.#fail(written.failure)
      } catch (error) {
        this.#fail(cutOff(String(error)))
      }
      track = null
      this.#waitingBytes -= sizeOf(pieces)
      this.#hold()
    }
  }

  /** As many pieces as make one message. */
  #next(): readonly RecordingPiece[] {
    let count = 1
    while (
      count < Math.min(MAX_PIECES, this.#waiting.length) &&
      sizeOf(this.#waiting.slice(0, count + 1)) <= MESSAGE_BYTES
    ) {
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  #hold(): void {
    const isHeld = this.#waitingBytes > (this.#isHeld ? MOST_WAITING / 2 : MOST_WAITING)
    if (isHeld === this.#isHeld) return
    this.#isHeld = isHeld
    this.#events.held?.(isHeld)
  }

  #fail(failure: Failure): void {
    if (this.#failure) return
    this.#failure = failure
    this.#waiting = []
    this.#events.failed?.(failure)
  }
}

function sizeOf(pieces: readonly RecordingPiece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.bytes.length, 0)
}

function cutOff(why: string): Failure {
  return {
    code: 'bridge',
    what: 'the recording ended early',
    why: `Scanout could not be reached (${why})`,
    remedy: 'Start Scanout again',
  }
}
