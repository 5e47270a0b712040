// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type {
  RecordingFigures,
  RecordingPiece,
  RecordingRequest,
  RecordingTrack,
} from '../../core/recording.ts'
import { fail, type Result } from '../../core/result.ts'
import type { NameRule } from './part-file.ts'
import { type FinishedRecording, RecordingFile } from './recording-file.ts'

/** Recordings that a page may have at once: one that runs, and replays that are being saved. */
const MOST_OPEN = 4

/** Where a recording goes. */
export type RecordingPlace = { readonly target: string; readonly rule: NameRule }

/** What the listener of recordings hears. */
export type RecordingNews = {
  /** A file was begun. */
  readonly begun: () => void
  /** More of a recording came. */
  readonly grown: (figures: RecordingFigures) => void
  /** A recording ended, whichever way. */
  readonly ended: (outcome: Result<FinishedRecording, Failure>) => void
}

/** The recordings of one page. What the page leaves unfinished is completed for it. */
export class Recordings implements AsyncDisposable {
  readonly #place: (request: RecordingRequest) => Promise<Result<RecordingPlace, Failure>>
  readonly #news: Partial<RecordingNews>
  readonly #open = new Map<number, RecordingFile>()
  #lastId = 0
  #opening = 0

  /** @param place decides where a recording goes; the page has no say in it */
  constructor(
    place: (request: RecordingRequest) => Promise<Result<RecordingPlace, Failure>>,
    news: Partial<RecordingNews> = {},
  ) {
    this.#place = place
    this.#news = news
  }

  /** How many are being written. */
  get count(): number {
    return this.#open.size
  }

  async start(
    request: RecordingRequest,
  ): Promise<Result<{ readonly id: number; readonly path: string }, Failure>> {
    if (this.#open.size + this.#opening >= MOST_OPEN) return fail(tooMany)
    this.#opening += 1
    try {
      const place = await this.#place(request)
      if (!place.ok) return place
      const { target, rule } = place.value
      const file = await RecordingFile.create(target, request.container, rule)
      if (!file.ok) return file
      const id = ++this.#lastId
      this.#open.set(id, file.value)
      this.#news.begun?.()
      return { ok: true, value: { id, path: file.value.path } }
    } finally {
      this.#opening -= 1
    }
  }

  async write(
    id: number,
    pieces: readonly RecordingPiece[],
    track: RecordingTrack | null,
  ): Promise<Result<RecordingFigures, Failure>> {
    const file = this.#open.get(id)
    if (!file) return fail(unknown)
    const written = await file.add(pieces, track)
    if (written.ok) this.#news.grown?.(written.value)
    else await this.#drop(id, file, written)
    return written
  }

  async close(id: number): Promise<Result<FinishedRecording, Failure>> {
    const file = this.#open.get(id)
    if (!file) return fail(unknown)
    const finished = await file.finish()
    await this.#drop(id, file, finished)
    return finished
  }

  /** The page went away: completes what it had open. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.close(id)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeAll()
  }

  async #drop(
    id: number,
    file: RecordingFile,
    outcome: Result<FinishedRecording, Failure> | { readonly ok: false; readonly failure: Failure },
  ): Promise<void> {
    if (!this.#open.delete(id)) return
    await file[Symbol.asyncDispose]()
    this.#news.ended?.(outcome)
  }
}

const tooMany: Failure = {
  code: 'too-many',
  what: 'cannot record',
  why: `${MOST_OPEN} recordings are being written already`,
  remedy: 'Stop one of them first',
}

const unknown: Failure = {
  code: 'unknown-recording',
  what: 'cannot record',
  why: 'this recording has ended',
  remedy: 'Start another one',
}
