// SPDX-License-Identifier: GPL-2.0-or-later
import type { Store } from '../store.ts'

/** A monitor of this desktop, by the name that its maker gave it. */
export type DesktopScreen = {
  readonly label: string
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  readonly isPrimary: boolean
}

/** The Window Management API, which lib.dom does not know. */
type ScreenDetailed = Screen & { readonly label: string; readonly isPrimary: boolean }
type ScreenDetails = EventTarget & { readonly screens: readonly ScreenDetailed[] }
type ScreenWindow = { readonly getScreenDetails?: () => Promise<ScreenDetails> }
type ManyScreens = Screen & Partial<EventTarget> & { readonly isExtended?: boolean }

/** The monitors that fullscreen can choose from: none on a desktop with one, or that does not tell. */
export class Screens implements Disposable {
  readonly #store: Store
  readonly #stop = new AbortController()
  #details: ScreenDetails | undefined

  constructor(store: Store) {
    this.#store = store
    const { signal } = this.#stop
    const screen: ManyScreens = window.screen
    screen.addEventListener?.('change', () => void this.#ask(), { signal })
    void this.#ask()
  }

  /** The one with this label, for `requestFullscreen`. */
  find(label: string): Screen | undefined {
    return this.#details?.screens.find((screen) => screen.label === label)
  }

  [Symbol.dispose](): void {
    this.#stop.abort()
  }

  async #ask(): Promise<void> {
    const { isExtended }: ManyScreens = window.screen
    if (this.#details || !isExtended) return
    try {
      const details = await (window as ScreenWindow).getScreenDetails?.()
      if (!details || this.#stop.signal.aborted) return
      this.#details = details
      const { signal } = this.#stop
      details.addEventListener('screenschange', () => this.#tell(), { signal })
      this.#tell()
    } catch {
      // The desktop or the person does not want to say: fullscreen stays where the window is.
    }
  }

  #tell(): void {
    const all = this.#details?.screens ?? []
    const screens = all.map(({ label, width, height, isPrimary }) => {
      return { label, width, height, isPrimary }
    })
    this.#store.setState({ screens: screens.length > 1 ? screens : [] })
  }
}
