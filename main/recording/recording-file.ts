// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type {
  RecordingContainer,
  RecordingFigures,
  RecordingPiece,
  RecordingTrack,
} from '../../core/recording.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { errorCode, fileFailure } from '../file-failure.ts'
import { type MuxedBytes, Muxer } from './muxer.ts'
import { type GrowingFile, type NameRule, PartFile } from './part-file.ts'

/** Bytes of pictures that may wait for the disk; a page that sends more is not ours. */
const MOST_WAITING = 64 * 2 ** 20

/** A recording that ended: the name of its file, and what is in it. */
export type FinishedRecording = RecordingFigures & { readonly path: string }

/**
 * One recording on its way to the disk. It grows by whole fragments under a name of its own and is
 * renamed when it is complete. A disk that refuses ends it at the last whole fragment.
 */
export class RecordingFile implements AsyncDisposable {
  readonly #file: GrowingFile
  readonly #container: RecordingContainer
  readonly #rule: NameRule
  #muxer: Muxer | undefined
  #work: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #failure: Failure | undefined
  #isEnded = false
  /** End of the last fragment that is on the disk. */
  #whole = 0
  #taken = 0
  #frames = 0
  #endUs = 0
  #writtenUs = 0

  private constructor(file: GrowingFile, container: RecordingContainer, rule: NameRule) {
    this.#file = file
    this.#container = container
    this.#rule = rule
  }

  /** @param open makes the file; tests give their own */
  static async create(
    target: string,
    container: RecordingContainer,
    rule: NameRule,
    open: (target: string) => Promise<Result<GrowingFile, Failure>> = PartFile.create,
  ): Promise<Result<RecordingFile, Failure>> {
    const file = await open(target)
    return file.ok ? ok(new RecordingFile(file.value, container, rule)) : file
  }

  /** Where it is until it is complete. */
  get path(): string {
    return this.#file.path
  }

  get figures(): RecordingFigures {
    return { bytes: this.#taken, frames: this.#frames, seconds: this.#endUs / 1e6 }
  }

  /** Why it ended early. */
  get failure(): Failure | undefined {
    return this.#failure
  }

  /**
   * Takes the next pictures; resolves when they are written or wait for the end of their fragment.
   *
   * @param track told with the first picture
   */
  add(
    pieces: readonly RecordingPiece[],
    track: RecordingTrack | null,
  ): Promise<Result<RecordingFigures, Failure>> {
    const size = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0)
    if (this.#waiting + size > MOST_WAITING) return Promise.resolve(fail(tooMuch))
    this.#waiting += size
    const added = this.#work.then(async () => {
      const outcome = await this.#add(pieces, track)
      this.#waiting -= size
      return outcome
    })
    this.#work = added
    return added
  }

  /** Completes the file and names it. What failed earlier is answered again. */
  finish(): Promise<Result<FinishedRecording, Failure>> {
    const finished = this.#work.then(() => this.#finish())
    this.#work = finished
    return finished
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#work
    await this.#file[Symbol.asyncDispose]()
  }

  async #add(
    pieces: readonly RecordingPiece[],
    track: RecordingTrack | null,
  ): Promise<Result<RecordingFigures, Failure>> {
    if (this.#failure) return fail(this.#failure)
    if (this.#isEnded) return fail(ended)
    if (track) this.#muxer ??= new Muxer(this.#container, track)
    const muxer = this.#muxer
    if (!muxer) return this.#broken(new Error('no track was told'))
    for (const piece of pieces) {
      let bytes: readonly MuxedBytes[]
      try {
        bytes = await muxer.add(piece)
      } catch (error) {
        return this.#broken(error)
      }
      this.#frames += 1
      this.#taken += piece.bytes.length
      this.#endUs = Math.max(this.#endUs, piece.timestampUs + piece.durationUs)
      const written = await this.#write(bytes, piece.timestampUs)
      if (!written.ok) return written
    }
    return ok(this.figures)
  }

  async #finish(): Promise<Result<FinishedRecording, Failure>> {
    if (this.#isEnded && !this.#failure) return fail(ended)
    this.#isEnded = true
    if (this.#failure) return fail(this.#failure)
    if (!this.#muxer || this.#frames === 0) {
      await this.#file[Symbol.asyncDispose]()
      return fail(nothing)
    }
    // From the end to the beginning: a disk that fills up meanwhile leaves a beginning that is true.
    const rest = (await this.#muxer.finish()).toSorted((a, b) => b.position - a.position)
    const written = await this.#write(rest, this.#endUs)
    if (!written.ok) return written
    const named = await this.#file.finish(this.#rule)
    if (!named.ok) return named
    return ok({ path: named.value, ...this.figures, bytes: this.#whole })
  }

  /** @param timeUs the recording up to here is on the disk afterwards */
  async #write(parts: readonly MuxedBytes[], timeUs: number): Promise<Result<void, Failure>> {
    if (parts.length === 0) return ok(undefined)
    try {
      for (const { position, bytes } of parts) await this.#file.write(position, bytes)
      await this.#file.flush()
    } catch (error) {
      if (errorCode(error) === undefined) throw error
      return fail(await this.#stop(error))
    }
    for (const { position, bytes } of parts) {
      this.#whole = Math.max(this.#whole, position + bytes.length)
    }
    this.#writtenUs = timeUs
    return ok(undefined)
  }

  /** The disk refused: what is whole stays. */
  async #stop(error: unknown): Promise<Failure> {
    const { path } = this.#file
    const why = fileFailure(`the recording ended early`, error)
    const kept =
      this.#whole > 0
        ? `${path} plays up to ${(this.#writtenUs / 1e6).toFixed(1)} s`
        : 'nothing was recorded'
    this.#failure = { ...why, why: `${why.why}; ${kept}` }
    await this.#file.truncate(this.#whole).catch(() => {})
    await this.#file[Symbol.asyncDispose]()
    return this.#failure
  }

  /** What came is no recording: what was written before stays. */
  #broken(error: unknown): Result<never, Failure> {
    const why = error instanceof Error ? error.message : String(error)
    this.#failure = {
      code: 'bad-recording',
      what: 'the recording ended early',
      why: `what came from the encoder cannot be written (${why}); see ${this.#file.path}`,
      remedy: 'Record with another codec',
    }
    return fail(this.#failure)
  }
}

const tooMuch: Failure = {
  code: 'too-slow',
  what: 'the recording ended early',
  why: 'the disk is slower than the recording',
  remedy: 'Record to another disk, or fewer frames per second',
}

const ended: Failure = {
  code: 'ended',
  what: 'cannot record',
  why: 'the recording was ended already',
  remedy: 'Start another one',
}

const nothing: Failure = {
  code: 'nothing-recorded',
  what: 'nothing was recorded',
  why: 'no picture came',
  remedy: 'Record while the display is on',
}
