// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestNews } from '../../core/guest-channel.ts'
import type { Session } from '../session.ts'
import type { Store, ViewState } from '../store.ts'
import { toastWords } from '../ui/words-toasts.ts'
import { downmix } from './downmix.ts'
import { Player } from './player.ts'

/** Streams whose volume is remembered; a guest has fewer cards. */
const MOST_VOLUMES = 64

/** True when what the guest plays is to be heard. */
function isHeard({ guest, settings, closed }: ViewState): boolean {
  return guest.capabilities.audio && !settings.muted && !closed
}

/** Listens to the guest while that is wanted, and plays what it says. Nothing is asked for while muted. */
export class GuestSound implements Disposable {
  readonly #session: Session
  readonly #store: Store
  readonly #owned = new DisposableStack()
  #player: Player | undefined
  /** The guest that was asked, while it is listened to. */
  #guest: ViewState['guest'] | undefined
  #hasFailed = false
  /** What the guest wants of each stream, 0 to 1; 1 where it said nothing. */
  readonly #volumes = new Map<number, number>()

  constructor(session: Session, store: Store) {
    this.#session = session
    this.#store = store
    this.#owned.defer(session.onNews((news) => this.#hear(news)))
    this.#owned.defer(store.subscribe(() => this.#follow()))
    this.#owned.defer(() => this.#rest())
    this.#follow()
  }

  /** The player while there is one; tests listen to it. */
  get player(): Player | undefined {
    return this.#player
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  /** A guest that was opened again must be asked again. */
  #follow(): void {
    const state = this.#store.getState()
    const guest = isHeard(state) ? state.guest : undefined
    if (guest === this.#guest) return
    this.#guest = guest
    if (guest) this.#session.request({ kind: 'sound', on: true })
    else {
      this.#rest()
      this.#session.request({ kind: 'sound', on: false })
    }
  }

  #hear(news: GuestNews): void {
    if (news.kind === 'sound') this.#play(news)
    else if (news.kind === 'sound-end') this.#player?.tell({ kind: 'end', stream: news.stream })
    else if (news.kind === 'sound-volume') {
      this.#volumes.set(news.stream, news.muted ? 0 : news.volume)
      const [oldest] = this.#volumes.keys()
      if (oldest !== undefined && this.#volumes.size > MOST_VOLUMES) this.#volumes.delete(oldest)
    }
  }

  #play({ stream, rate, channels, bytes }: Extract<GuestNews, { readonly kind: 'sound' }>): void {
    this.#session.soundHeard()
    const stereo = this.#guest && downmix(bytes, channels)
    if (!stereo || this.#hasFailed) return
    this.#player ??= this.#open(rate)
    const volume = this.#volumes.get(stream) ?? 1
    this.#player?.tell({ kind: 'sound', stream, rate, volume, ...stereo })
  }

  /** Undefined where the browser has no sound at all: the picture goes on without. */
  #open(rate: number): Player | undefined {
    try {
      return new Player(rate, (why) => this.#fail(why))
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }

  #fail(why: string): void {
    this.#hasFailed = true
    this.#rest()
    this.#session.toast({ kind: 'failed', title: toastWords.noSound, detail: why, reveal: false })
  }

  #rest(): void {
    this.#player?.[Symbol.dispose]()
    this.#player = undefined
  }
}
