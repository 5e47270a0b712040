// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as delay } from 'node:timers/promises'
import type { Failure } from '../core/failure.ts'
import type { Capture } from '../core/plane.ts'
import type { Result } from '../core/result.ts'
import type { SessionState } from '../core/session-state.ts'
import { composeCapture } from './capture/picture.ts'
import { encodePng } from './capture/png.ts'
import { shrink } from './capture/thumbnail.ts'
import type { RecentFolder } from './recent.ts'

/** Time that a guest gets to draw something before the first picture, ms. */
const FIRST_MS = 2000
/** Between two pictures of a guest that is shown, ms. */
const EVERY_MS = 60_000
/** A last picture must not keep a window from closing, ms. */
const LAST_MS = 1500

type KeeperFolder = Pick<RecentFolder, 'note' | 'forget'>

/** What of a session the launcher remembers. */
export type KeptSession = {
  readonly state: SessionState
  readonly title: string
  capture(): Promise<Result<Capture, Failure>>
  /** Runs after every change of state. Returns its undo. */
  onChange(listener: () => void): () => void
}

/**
 * Remembers a session with a small picture of it: soon after it began to show something, every minute,
 * and at the end. A session that never showed anything is not remembered; one whose person does not want
 * it is forgotten.
 */
export class RecentKeeper implements AsyncDisposable {
  readonly #session: KeptSession
  readonly #address: string
  readonly #folder: KeeperFolder
  readonly #isWanted: () => boolean
  readonly #unwatch: () => void
  #timer: NodeJS.Timeout | undefined
  #saving: Promise<void> = Promise.resolve()

  /**
   * @param address as it can be opened again
   * @param isWanted whether the person wants it remembered now
   */
  constructor(
    session: KeptSession,
    address: string,
    folder: KeeperFolder,
    isWanted: () => boolean,
  ) {
    this.#isWanted = isWanted
    this.#session = session
    this.#address = address
    this.#folder = folder
    this.#unwatch = session.onChange(() => this.#look())
    this.#look()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unwatch()
    const wasShown = this.#timer !== undefined
    clearTimeout(this.#timer)
    if (wasShown && this.#session.state.kind === 'live') this.#save()
    const late = new AbortController()
    await Promise.race([this.#saving, delay(LAST_MS, undefined, late).catch(() => {})])
    late.abort()
  }

  #look(): void {
    if (this.#timer !== undefined || this.#session.state.kind !== 'live') return
    this.#timer = setTimeout(() => this.#again(), FIRST_MS)
  }

  #again(): void {
    if (this.#session.state.kind === 'live') this.#save()
    this.#timer = setTimeout(() => this.#again(), EVERY_MS)
  }

  #save(): void {
    this.#saving = this.#saving.then(async () => {
      if (!this.#isWanted()) return this.#folder.forget(this.#address)
      const png = await thumbnail(await this.#session.capture())
      await this.#folder.note(this.#address, this.#session.title, Date.now(), png)
    })
  }
}

/** The whole picture, small; undefined when it cannot be had. */
async function thumbnail(
  capture: Result<Capture, Failure>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!capture.ok) return undefined
  const picture = await composeCapture(capture.value, { plane: 'all', cursor: true }, 'native')
  if (!picture.ok) return undefined
  const { rgba, width, height } = shrink(picture.value)
  return encodePng(rgba, width, height)
}
