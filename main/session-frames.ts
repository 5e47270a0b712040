// SPDX-License-Identifier: GPL-2.0-or-later
import type { PixelNeed } from '../core/plain-plane.ts'
import type { FrameStatistics } from './frame-statistics.ts'
import { Publisher } from './publisher.ts'
import type { ShellWindow } from './shell/shell.ts'
import type { SourceHandle } from './source/source.ts'

/**
 * Frames of one window: joins it to whichever source there is, and tells every new one what the page asked
 * of frames so far.
 */
export class SessionFrames {
  readonly #statistics: FrameStatistics
  #publisher: Publisher | undefined
  #listens = false
  #pixels: PixelNeed = 'raw'
  #copies = false
  #hz: number | undefined

  constructor(statistics: FrameStatistics) {
    this.#statistics = statistics
  }

  /** Undefined while source or window is missing. */
  get publisher(): Publisher | undefined {
    return this.#publisher
  }

  /** Connects source and window as soon as there are both. */
  join(handle: SourceHandle | undefined, window: ShellWindow | undefined): void {
    if (!handle || !window || this.#publisher) return
    const statistics = this.#statistics
    this.#publisher = new Publisher(handle, window, statistics, this.#pixels, this.#copies)
    if (this.#hz !== undefined) this.#publisher.pace(this.#hz)
    if (this.#listens) this.#publisher.attach()
  }

  /** The source is gone. */
  leave(): void {
    this.#publisher?.[Symbol.dispose]()
    this.#publisher = undefined
  }

  /** A page listens from now on, or none any more. */
  listen(listens: boolean): void {
    this.#listens = listens
    if (listens) this.#publisher?.attach()
    else this.#publisher?.detach()
  }

  /** The page can draw these. */
  needPixels(pixels: PixelNeed): void {
    this.#pixels = pixels
    this.#publisher?.needPixels(pixels)
  }

  /** The page needs the bytes of its pictures, or not any more. */
  copy(wanted: boolean): void {
    this.#copies = wanted
    this.#publisher?.copy(wanted)
  }

  /** The display under the window shows so many frames a second. */
  pace(hz: number): void {
    this.#hz = hz
    this.#publisher?.pace(hz)
  }
}
