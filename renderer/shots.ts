// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../core/failure.ts'
import type { PlaneKind } from '../core/plane.ts'
import type { Bridge, ShotSeries } from '../core/protocol.ts'
import type { Result } from '../core/result.ts'
import type { ShotFormat } from '../core/settings.ts'
import { base64 } from './base64.ts'
import type { Session } from './session.ts'
import type { Store } from './store.ts'
import { sentence } from './ui/sentence.ts'
import { toastWords } from './ui/words-toasts.ts'

/** What a person wants saved, and where. */
export type ShotWish = {
  readonly plane: PlaneKind | 'all'
  readonly as: ShotFormat | 'dump'
  readonly folder: string
  readonly name: string
}

type Saved = Result<{ readonly path: string }, Failure>

/** Pictures of the guest in files and on the clipboard. */
export class Shots implements Disposable {
  readonly #bridge: Bridge
  readonly #store: Store
  readonly #session: Session
  readonly #owned = new DisposableStack()

  constructor(bridge: Bridge, store: Store, session: Session) {
    this.#bridge = bridge
    this.#store = store
    this.#session = session
    const changed = (series: ShotSeries | null, failure: Failure | null): void => {
      store.setState({ series: series ?? undefined })
      if (failure) this.#tell('failed', failure.what, `${failure.why}. ${failure.remedy}`)
    }
    this.#owned.defer(bridge.on('shots:changed', changed))
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  /** A folder and a free name for the next file; the last folder when main cannot say. */
  async suggest(): Promise<{ folder: string; name: string }> {
    try {
      return await this.#bridge.call('shot:suggest')
    } catch {
      return { folder: this.#store.getState().settings.screenshotFolder, name: 'screenshot' }
    }
  }

  /** @returns why it could not be saved; undefined when it was */
  async save(wish: ShotWish): Promise<Failure | undefined> {
    try {
      const saved = wish.as === 'webp' ? await this.#saveWebp(wish) : await this.#save(wish)
      if (!saved.ok) return saved.failure
      const title = wish.as === 'dump' ? toastWords.planesSaved : toastWords.shotSaved
      this.#session.toast({ kind: 'done', title, detail: saved.value.path, reveal: true })
      if (wish.folder !== this.#store.getState().settings.screenshotFolder) {
        await this.#session.change({ screenshotFolder: wish.folder })
      }
      return undefined
    } catch (error) {
      return { code: 'bridge', what: 'cannot save', why: reason(error), remedy: 'Try again' }
    }
  }

  /** The composed picture as PNG on the clipboard. */
  async copy(): Promise<void> {
    try {
      const item = new ClipboardItem({ 'image/png': this.#picture('all') })
      await navigator.clipboard.write([item])
      this.#tell('done', toastWords.shotCopied, '')
    } catch (error) {
      this.#tell('failed', toastWords.failed.copyShot, reason(error))
    }
  }

  async reveal(): Promise<void> {
    const shown = await this.#asked(this.#bridge.call('shot:reveal'))
    if (!shown.ok) this.#tell('failed', toastWords.failed.openFolder, shown.failure.why)
  }

  /** Begins to save a picture by the clock, or ends it. */
  async toggleSeries(): Promise<void> {
    const { series, settings } = this.#store.getState()
    const wanted = series ? null : settings.screenshotEvery
    const set = await this.#asked(this.#bridge.call('shot:series', wanted))
    if (!set.ok) this.#tell('failed', set.failure.what, set.failure.why)
    else if (wanted === null) this.#tell('done', toastWords.seriesEnded, '', true)
    else this.#tell('done', toastWords.seriesBegan(wanted), settings.screenshotFolder)
  }

  #save({ as, ...wish }: ShotWish): Promise<Saved> {
    const { screenshotCursor: cursor } = this.#store.getState().settings
    return this.#bridge.call('shot:save', { ...wish, cursor, as: as === 'dump' ? 'dump' : 'png' })
  }

  /** Chromium's own encoder, which keeps every pixel of an opaque picture at quality 1. */
  async #saveWebp({ plane, folder, name }: ShotWish): Promise<Saved> {
    const png = await this.#picture(plane)
    const exact = { premultiplyAlpha: 'none', colorSpaceConversion: 'none' } as const
    const image = await createImageBitmap(png, exact)
    const canvas = new OffscreenCanvas(image.width, image.height)
    canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(image)
    const webp = await canvas.convertToBlob({ type: 'image/webp', quality: 1 })
    if (webp.type !== 'image/webp') throw new Error(toastWords.noWebp)
    const bytes = new Uint8Array(await webp.arrayBuffer())
    return this.#bridge.call('shot:keep', { webp: base64(bytes), folder, name })
  }

  async #picture(plane: PlaneKind | 'all'): Promise<Blob> {
    const cursor = this.#store.getState().settings.screenshotCursor ? 1 : 0
    const answer = await fetch(`shot.png?plane=${plane}&cursor=${cursor}`, { cache: 'no-store' })
    if (!answer.ok) throw new Error((await answer.text()) || `answer ${answer.status}`)
    return answer.blob()
  }

  async #asked(answer: Promise<Result<void, Failure>>): Promise<Result<void, Failure>> {
    try {
      return await answer
    } catch (error) {
      const failure = { code: 'bridge', what: 'cannot be done', why: reason(error), remedy: '' }
      return { ok: false, failure }
    }
  }

  #tell(kind: 'done' | 'failed', title: string, detail: string, reveal = false): void {
    const first = title.charAt(0).toUpperCase() + title.slice(1)
    const words = kind === 'failed' ? sentence(detail) : detail
    this.#session.toast({ kind, title: first, detail: words, reveal })
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
