// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../core/failure.ts'
import type { Capture } from '../core/plane.ts'
import type { Calls, ShotRequest, ShotSeries } from '../core/protocol.ts'
import { ok, type Result } from '../core/result.ts'
import type { Settings } from '../core/settings.ts'
import type { PictureOrigin } from './capture/picture-text.ts'
import { log } from './log.ts'
import { shotName } from './shot-files.ts'
import { keepWebp, revealFolder, saveShot, shotPng, suggestShot } from './shots.ts'

export type ShotCalls = Pick<Calls, Extract<keyof Calls, `shot:${string}`>>

/** What screenshots need of their session. */
export type ShotSession = {
  capture(): Promise<Result<Capture, Failure>>
  origin(): PictureOrigin
  settings(): Settings
  /** A series went on or ended. */
  tell(series: ShotSeries | null, failure: Failure | null): void
}

/** What no later picture of a series will do better. */
const ends: ReadonlySet<string> = new Set(['not-saved', 'bad-folder'])

/** The screenshots of a session: one at a time as a person wants them, and a series by the clock. */
export class SessionShots implements Disposable {
  readonly #session: ShotSession
  #timer: NodeJS.Timeout | undefined
  #series: ShotSeries | undefined
  #saving = false

  constructor(session: ShotSession) {
    this.#session = session
  }

  readonly calls: ShotCalls = {
    'shot:save': async (request) =>
      saveShot(await this.#session.capture(), request, this.#session.origin()),
    'shot:keep': (request) => keepWebp(request),
    'shot:series': (seconds) => this.#setSeries(seconds),
    'shot:suggest': async () => suggestShot(this.#session.origin().name, this.#folder),
    'shot:reveal': () => revealFolder(this.#folder),
  }

  /** The current picture, for `shot.png`. */
  async png(request: ShotRequest): Promise<Result<Uint8Array, Failure>> {
    return shotPng(await this.#session.capture(), request, this.#session.origin())
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#series = undefined
  }

  get #folder(): string {
    return this.#session.settings().screenshotFolder
  }

  async #setSeries(seconds: number | null): Promise<Result<void, Failure>> {
    this[Symbol.dispose]()
    if (seconds === null) {
      this.#session.tell(null, null)
      return ok(undefined)
    }
    const series = { seconds, saved: 0, path: '' }
    this.#series = series
    this.#timer = setInterval(() => void this.#saveNext(), seconds * 1000)
    const first = await this.#saveNext()
    if (first.ok || !ends.has(first.failure.code)) return ok(undefined)
    return first
  }

  /** A picture that is not there is left out; a disk that refuses ends the series. */
  async #saveNext(): Promise<Result<void, Failure>> {
    const series = this.#series
    if (this.#saving || !series) return ok(undefined)
    this.#saving = true
    const saved = await this.#saveOne()
    this.#saving = false
    if (this.#series !== series) return ok(undefined)
    if (saved.ok) {
      this.#series = { ...series, saved: series.saved + 1, path: saved.value.path }
      this.#session.tell(this.#series, null)
      return ok(undefined)
    }
    if (ends.has(saved.failure.code)) {
      this[Symbol.dispose]()
      this.#session.tell(null, saved.failure)
      return saved
    }
    log.info(`no picture for the series: ${saved.failure.why}`)
    this.#session.tell(series, null)
    return saved
  }

  async #saveOne(): Promise<Result<{ readonly path: string }, Failure>> {
    const origin = this.#session.origin()
    const { screenshotCursor: cursor, screenshotFolder: folder } = this.#session.settings()
    const name = shotName(origin.name, new Date())
    const request = { plane: 'all', cursor, as: 'png', folder, name } as const
    return saveShot(await this.#session.capture(), request, origin)
  }
}
