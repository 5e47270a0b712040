// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Size } from '../../core/geometry.ts'
import type { FrameMessage } from '../../core/protocol.ts'
import type { RecordingContainer, RecordingPiece, RecordingTrack } from '../../core/recording.ts'
import type { Result } from '../../core/result.ts'
import type { EncodingWish } from './choose-encoding.ts'
import type { EncoderEvents, PictureEncoder } from './picture-encoder.ts'
import { type PictureReader, RecordedPicture } from './recorded-picture.ts'
import { RecordingClock } from './recording-clock.ts'
import { RecordingPace } from './recording-pace.ts'

/** Decoding can begin at least this often, µs: a cut-off file or a replay loses no more. */
const KEY_EVERY_US = 2_000_000

export type EngineWish = EncodingWish & {
  readonly cursor: boolean
  /** It ends by itself after this; null: only when it is stopped. */
  readonly seconds: number | null
}

export type EngineEvents = {
  /** The first picture is there: this is what will come. */
  readonly begun: (container: RecordingContainer, size: Size) => void
  readonly piece: (piece: RecordingPiece, track: RecordingTrack | undefined) => void
  /** The wished time is over; everything has come out. */
  readonly over: () => void
  readonly failed: (failure: Failure) => void
}

/** Time and one-shot timers, ms. */
export type EngineClock = {
  now(): number
  /** Returns its undo. */
  after(delayMs: number, run: () => void): () => void
}

/** Makes an encoder for pictures of a size. */
export type OpenEncoder = (
  wish: EncodingWish,
  size: Size,
  events: EncoderEvents,
) => Promise<
  Result<{ readonly encoder: PictureEncoder; readonly container: RecordingContainer }, Failure>
>

export const pageClock: EngineClock = {
  now: () => performance.timeOrigin + performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/**
 * Turns the frames that a window shows into encoded pictures: one whenever the picture changed, at its
 * own time, no more per second than wished, and one a second of a picture that rests. The first picture
 * decides the size.
 */
export class RecordingEngine implements Disposable {
  readonly #wish: EngineWish
  readonly #events: EngineEvents
  readonly #open: OpenEncoder
  readonly #clock: EngineClock
  readonly #picture: RecordedPicture
  readonly #time = new RecordingClock()
  readonly #pace: RecordingPace
  #encoder: PictureEncoder | undefined
  #opening = false
  #cancel: (() => void) | undefined
  /** When main read what the picture shows and no recorded picture does, of main's clock. */
  #changedAtMs: number | undefined
  #lastUs = 0
  #keyUs = Number.NEGATIVE_INFINITY
  #isHeld = false
  #isResting = false
  #isEnded = false

  constructor(
    wish: EngineWish,
    events: EngineEvents,
    open: OpenEncoder,
    clock: EngineClock = pageClock,
    openReader?: () => PictureReader | undefined,
  ) {
    this.#wish = wish
    this.#events = events
    this.#open = open
    this.#clock = clock
    this.#picture = new RecordedPicture(wish.cursor, openReader)
    this.#pace = new RecordingPace(wish.framesPerSecond)
  }

  /** @throws RangeError when the payload does not fit the frame */
  take(frame: FrameMessage, payload: Uint8Array): void {
    if (this.#isEnded) return
    const isChanged = this.#picture.take(frame, payload)
    this.#time.saw(frame.readAtMs, this.#clock.now())
    if (isChanged) this.#changedAtMs = frame.readAtMs
    if (!this.#encoder) void this.#begin(frame.readAtMs)
    else this.#plan()
  }

  /** Time since the first picture, µs. */
  get elapsedUs(): number {
    return this.#time.elapsedUs(this.#clock.now())
  }

  /** Whoever takes the pieces has enough of them for now. */
  set held(isHeld: boolean) {
    this.#isHeld = isHeld
    this.#plan()
  }

  /** Records nothing while it rests; what was shown meanwhile is recorded once at the end. */
  set resting(isResting: boolean) {
    if (isResting === this.#isResting) return
    this.#isResting = isResting
    if (!isResting && this.#encoder) this.#changedAtMs = this.#time.mainMs(this.#clock.now())
    this.#plan()
  }

  /** Somebody joins: the next picture comes at once, and decoding can begin with it. */
  requestKey(): void {
    this.#keyUs = Number.NEGATIVE_INFINITY
    if (this.#encoder) this.#changedAtMs ??= this.#time.mainMs(this.#clock.now())
    this.#plan()
  }

  /** Records the present picture up to now; resolves when everything has come out. */
  async settle(): Promise<void> {
    if (!this.#isEnded && !this.#isResting) this.#settleAt(this.elapsedUs)
    await this.#encoder?.flush()
  }

  /** Records the present picture as the last one; resolves when everything has come out. */
  async finish(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#cancel?.()
    const wishedUs = (this.#wish.seconds ?? Number.POSITIVE_INFINITY) * 1e6
    this.#settleAt(Math.min(this.elapsedUs, wishedUs))
    await this.#encoder?.flush()
  }

  [Symbol.dispose](): void {
    this.#isEnded = true
    this.#cancel?.()
    this.#encoder?.[Symbol.dispose]()
    this.#encoder = undefined
    this.#picture[Symbol.dispose]()
  }

  /** The first picture decides the size. */
  async #begin(readAtMs: number): Promise<void> {
    const { size } = this.#picture
    if (this.#opening || !size) return
    this.#opening = true
    this.#time.start(readAtMs)
    const opened = await this.#open(
      this.#wish,
      { ...size },
      {
        piece: (piece, track) => this.#events.piece(piece, track),
        free: () => this.#plan(),
        failed: (why) => this.#fail(encoderEnded(why)),
      },
    )
    if (!opened.ok) {
      this.#fail(opened.failure)
      return
    }
    const { encoder, container } = opened.value
    if (this.#isEnded) {
      encoder[Symbol.dispose]()
      return
    }
    this.#encoder = encoder
    this.#events.begun(container, size)
    this.#plan()
  }

  #fail(failure: Failure): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#cancel?.()
    this.#events.failed(failure)
  }

  /** Records now if a picture is due, or later when it will be. */
  #plan(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const encoder = this.#encoder
    if (!encoder || this.#isEnded || this.#isResting) return
    const now = this.#clock.now()
    const endMs = this.#endMs(now)
    if (now >= endMs) {
      void this.finish().then(() => this.#events.over())
      return
    }
    // Asked again when that is over; until then the newest picture waits.
    const isBlocked = this.#isHeld || encoder.busy
    const dueMs = isBlocked ? endMs : this.#pace.nextMs(this.#changedAtMs !== undefined)
    if (dueMs <= now) {
      try {
        this.#record(now)
      } catch (error) {
        this.#fail(pictureBroken(error))
      }
      this.#plan()
      return
    }
    const nextMs = Math.min(dueMs, endMs)
    if (Number.isFinite(nextMs)) this.#cancel = this.#clock.after(nextMs - now, () => this.#plan())
  }

  /** When the wished time is over, of the page's clock. */
  #endMs(now: number): number {
    const { seconds } = this.#wish
    if (seconds === null) return Number.POSITIVE_INFINITY
    return now + seconds * 1000 - this.#time.elapsedUs(now) / 1000
  }

  #record(now: number): void {
    const readAtMs = this.#changedAtMs ?? this.#time.mainMs(now)
    this.#changedAtMs = undefined
    this.#pace.took(now)
    this.#encode(this.#time.stamp(readAtMs), Math.round(this.#pace.intervalMs * 1000))
  }

  /** The last picture lasts until `endUs`. */
  #settleAt(endUs: number): void {
    const durationUs = Math.round(this.#pace.intervalMs * 1000)
    const timestampUs = Math.round(endUs - durationUs)
    const isDue = timestampUs >= this.#lastUs + durationUs / 2
    if (this.#encoder && isDue) this.#encode(this.#time.stampAt(timestampUs), durationUs)
  }

  #encode(timestampUs: number, durationUs: number): void {
    const key = timestampUs - this.#keyUs >= KEY_EVERY_US
    if (key) this.#keyUs = timestampUs
    this.#lastUs = timestampUs
    const time = { timestampUs, durationUs, key }
    const isShown = this.#picture.show((pixels) => {
      this.#encoder?.encode(pixels, time)
      return true
    })
    if (!isShown) this.#encoder?.encode(undefined, time)
  }
}

/** A picture that nobody can record is the end of a recording, not of the page. */
export function pictureBroken(error: unknown): Failure {
  return {
    code: 'picture-broken',
    what: 'the recording ended early',
    why: error instanceof Error ? error.message : String(error),
    remedy: 'Record again; if it stays, report it with the dump of the planes',
  }
}

function encoderEnded(why: string): Failure {
  return {
    code: 'encoder-ended',
    what: 'the recording ended early',
    why: `the browser's encoder gave up (${why})`,
    remedy: 'Record with another codec',
  }
}
