// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Calls } from '../../core/protocol.ts'
import type { RecordingRequest, RecordingWish } from '../../core/recording.ts'
import { ok, type Result } from '../../core/result.ts'
import { datedName, freeName, shotFolder } from '../shot-files.ts'
import { revealFolder } from '../shots.ts'
import { type RecordingNews, type RecordingPlace, Recordings } from './recordings.ts'

/** What a session without a window records, and who hears of it. */
export type RecordingPlan = RecordingNews & {
  readonly wish: RecordingWish
  readonly place: RecordingPlace
  /** The page cannot record. */
  readonly problem: (failure: Failure) => void
}

/** What recordings need to know of their session. */
export type RecordedSession = {
  title(): string
  /** Folder of the recordings that a person starts. */
  folder(): string
}

export type RecordingCalls = Pick<Calls, Extract<keyof Calls, `record:${string}`>>

/** The recordings of a session: those that a person starts in its window, or the one that was planned. */
export class SessionRecordings implements AsyncDisposable {
  readonly #plan: RecordingPlan | undefined
  readonly #session: RecordedSession
  readonly #recordings: Recordings

  constructor(session: RecordedSession, plan: RecordingPlan | undefined) {
    this.#session = session
    this.#plan = plan
    this.#recordings = new Recordings((request) => this.#place(request), plan)
  }

  readonly calls: RecordingCalls = {
    'record:wish': async () => this.#plan?.wish ?? null,
    'record:start': (request) => this.#recordings.start(request),
    'record:write': (id, pieces, track) => this.#recordings.write(id, pieces, track),
    'record:close': (id) => this.#recordings.close(id),
    'record:reveal': () => revealFolder(this.#session.folder()),
  }

  /** The page says that it cannot record. */
  hearProblem(failure: Failure): void {
    this.#plan?.problem(failure)
  }

  /** Completes what a page left open that is there no more. */
  async completeAll(): Promise<void> {
    await this.#recordings.closeAll()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#recordings[Symbol.asyncDispose]()
  }

  async #place(request: RecordingRequest): Promise<Result<RecordingPlace, Failure>> {
    if (this.#plan) return ok(this.#plan.place)
    const folder = await shotFolder(this.#session.folder())
    if (!folder.ok) return folder
    const extension = `.${request.container}`
    const kind = request.replay ? 'Replay' : 'Recording'
    const wanted = datedName(kind, this.#session.title(), new Date())
    const name = freeName(folder.value, wanted, [extension])
    return ok({ target: `${folder.value}/${name}${extension}`, rule: 'next-free' })
  }
}
