// SPDX-License-Identifier: GPL-2.0-or-later
import { type GuestRequest, MAX_SIDE, MIN_SIDE } from '../../core/guest-channel.ts'
import type { Session } from '../session.ts'
import { isLive, type Store, type ViewState } from '../store.ts'

type Wish = Extract<GuestRequest, { readonly kind: 'resize' }>

/** A window at rest for this long has the size that its person wants, ms. */
const REST_MS = 200
/** Of a CSS pixel: 96 are an inch. */
const MM = 25.4 / 96

/**
 * Asks the guest for a screen of the window's size while the person wants that. Only the window's own
 * changes make wishes, never the picture's: a guest that takes another size is left with it.
 */
export class ScreenWish implements Disposable {
  readonly #session: Session
  readonly #store: Store
  readonly #owned = new DisposableStack()
  #wish: Wish | undefined
  #told: Wish | undefined
  /** The guest that was told. */
  #guest: ViewState['guest'] | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param canvas fills the window */
  constructor(session: Session, store: Store, canvas: HTMLCanvasElement) {
    this.#session = session
    this.#store = store
    const watch = new ResizeObserver((entries) => this.#resized(entries.at(-1)))
    watch.observe(canvas, { box: 'device-pixel-content-box' })
    this.#owned.defer(() => watch.disconnect())
    this.#owned.defer(store.subscribe(() => this.#follow()))
    const follow = () => this.#follow()
    document.addEventListener('visibilitychange', follow)
    this.#owned.defer(() => document.removeEventListener('visibilitychange', follow))
    this.#owned.defer(() => clearTimeout(this.#timer))
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #resized(entry: ResizeObserverEntry | undefined): void {
    const box = entry?.devicePixelContentBoxSize[0]
    if (!box || !entry) return
    this.#wish = wishOf(box, entry.contentRect)
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#follow()
  }

  #follow(): void {
    const state = this.#store.getState()
    if (!state.settings.guestFollows || state.guest !== this.#guest) this.#told = undefined
    if (this.#timer !== undefined || !this.#isDue(state)) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#tell()
    }, REST_MS)
  }

  #tell(): void {
    const state = this.#store.getState()
    if (!this.#wish || !this.#isDue(state)) return
    this.#told = this.#wish
    this.#guest = state.guest
    this.#session.request(this.#wish)
  }

  #isDue(state: ViewState): boolean {
    return canFollow(state) && this.#wish !== undefined && !isSame(this.#wish, this.#told)
  }
}

function canFollow(state: ViewState): boolean {
  return (
    state.settings.guestFollows &&
    state.guest.capabilities.resize &&
    !state.viewOnly &&
    isLive(state) &&
    document.visibilityState === 'visible'
  )
}

/** @param css CSS pixels. Undefined for a window that is too small to be meant. */
function wishOf(device: ResizeObserverSize, css: DOMRectReadOnly): Wish | undefined {
  const [width, height] = [device.inlineSize, device.blockSize]
  if (Math.min(width, height) < MIN_SIDE || Math.max(width, height) > MAX_SIDE) return undefined
  const widthMm = Math.round(css.width * MM)
  const heightMm = Math.round(css.height * MM)
  return { kind: 'resize', width, height, widthMm, heightMm }
}

function isSame(a: Wish, b: Wish | undefined): boolean {
  return a.width === b?.width && a.height === b.height
}
