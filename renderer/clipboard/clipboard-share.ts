// SPDX-License-Identifier: GPL-2.0-or-later
import { type GuestNews, MAX_CLIPBOARD } from '../../core/guest-channel.ts'
import type { Session } from '../session.ts'
import type { Store, ViewState } from '../store.ts'
import { toastWords } from '../ui/words-toasts.ts'

/**
 * Keeps one text on this desktop's clipboard and the guest's while the person wants that. A browser
 * lets a page at the clipboard only while it has the focus: what the desktop copied is read when the
 * focus comes, and what the guest copied meanwhile waits for it.
 */
export class ClipboardShare implements Disposable {
  readonly #session: Session
  readonly #store: Store
  readonly #owned = new DisposableStack()
  /** The guest that was told to share; another one, or the same opened again, has to be told too. */
  #guest: ViewState['guest'] | undefined
  /** What both clipboards held when we last looked. */
  #text: string | undefined
  /** Of the guest, not yet on our clipboard. */
  #waiting: string | undefined
  /** Of the guest, on its way there: it may be seen before the browser says that it arrived. */
  #writing: string | undefined
  #isViewOnly = true
  #isReading = false
  #hasFailed = false

  constructor(session: Session, store: Store) {
    this.#session = session
    this.#store = store
    this.#owned.defer(store.subscribe((state) => this.#follow(state)))
    this.#owned.defer(session.onNews((news) => this.#hear(news)))
    const look = () => void this.#look()
    // Chromium tells of other programs' copies by `clipboardchange`, where it has that.
    for (const [target, name] of [
      [window, 'focus'],
      [document, 'copy'],
      [document, 'cut'],
      [navigator.clipboard, 'clipboardchange'],
    ] as const) {
      target.addEventListener(name, look)
      this.#owned.defer(() => target.removeEventListener(name, look))
    }
    this.#follow(store.getState())
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #follow(state: ViewState): void {
    const guest = sharesClipboard(state) ? state.guest : undefined
    const mayTell = state.viewOnly !== this.#isViewOnly && !state.viewOnly
    this.#isViewOnly = state.viewOnly
    if (guest === this.#guest) {
      if (mayTell) void this.#look()
      return
    }
    if (!guest) this.#session.request({ kind: 'clipboard-share', on: false })
    this.#guest = guest
    this.#text = undefined
    this.#waiting = undefined
    this.#hasFailed = false
    if (!guest) return
    this.#session.request({ kind: 'clipboard-share', on: true })
    void this.#look()
  }

  #hear(news: GuestNews): void {
    if (news.kind !== 'clipboard-text' || !this.#guest) return
    this.#waiting = news.text
    if (document.hasFocus()) void this.#write()
  }

  /** What the desktop copied since the last look goes to the guest; it is newer than what waits. */
  async #look(): Promise<void> {
    if (!this.#guest || !document.hasFocus() || this.#isReading) return
    this.#isReading = true
    try {
      const text = await navigator.clipboard.readText()
      if (this.#guest && text !== this.#text && text !== this.#writing) this.#offer(text)
    } catch (error) {
      this.#fail(toastWords.clipboard.notRead, error)
    } finally {
      this.#isReading = false
    }
    await this.#write()
  }

  #offer(text: string): void {
    if (this.#store.getState().viewOnly) return
    const isFirst = this.#text === undefined
    this.#text = text
    if (isFirst && text === '') return
    this.#waiting = undefined
    if (text.length <= MAX_CLIPBOARD) this.#session.request({ kind: 'clipboard-text', text })
    else this.#fail(toastWords.clipboard.tooLong, toastWords.clipboard.length(text.length))
  }

  async #write(): Promise<void> {
    const text = this.#waiting
    if (text === undefined || !this.#guest) return
    this.#waiting = undefined
    this.#writing = text
    try {
      await navigator.clipboard.writeText(text)
      this.#text = text
    } catch (error) {
      // The focus went away in the meantime: it is written when it comes back.
      if (!document.hasFocus()) this.#waiting ??= text
      else this.#fail(toastWords.clipboard.notCopied, error)
    } finally {
      if (this.#writing === text) this.#writing = undefined
    }
  }

  /** Once for as long as it is shared: the next look would fail the same way. */
  #fail(title: string, error: unknown): void {
    if (this.#hasFailed || !document.hasFocus()) return
    this.#hasFailed = true
    const detail = error instanceof Error ? error.message : String(error)
    this.#session.toast({ kind: 'failed', title, detail, reveal: false })
  }
}

/** True when both sides can and shall have one clipboard. */
function sharesClipboard({ sharesClipboard, guest, hello, closed }: ViewState): boolean {
  return sharesClipboard && guest.capabilities.clipboard && hello?.viewOnly === false && !closed
}
