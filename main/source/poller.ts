// SPDX-License-Identifier: GPL-2.0-or-later

/** Time and one-shot timers, ms; tests give their own. */
export type Clock = {
  now(): number
  /** Returns its undo. */
  after(delayMs: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    // A timer waits for a millisecond at least.
    if (delayMs <= 0) {
      const immediate = setImmediate(run)
      return () => clearImmediate(immediate)
    }
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/** One frame of a 60 Hz display: until the window's is known, faster could not be shown. */
export const ACTIVE_MS = 1000 / 60
/** Displays outside of this range are not believed, Hz. */
export const LEAST_HZ = 20
export const MOST_HZ = 500
/** After this long without a change, the picture is taken to rest for a moment … */
const RESTING_AFTER_MS = 500
export const RESTING_MS = 50
/** … and after this long, to be left alone. */
const IDLE_AFTER_MS = 5000
export const IDLE_MS = 100
/** Parts of a core that refreshes may use then: an expensive scan makes them rarer, up to a limit. */
const RESTING_SHARE = 1 / 20
const RESTING_MAX_MS = 200
const IDLE_SHARE = 1 / 200
export const IDLE_MAX_MS = 500
/** Nobody looks, or nobody presents: only the state is kept. */
export const HIDDEN_MS = 1000
/** Wake-ups closer together than this become one refresh. */
export const WAKE_MS = 4

/** All that decides when planes are read next. Times of one clock, ms. */
export type PollState = {
  readonly visible: boolean
  /** Frames sent and not yet presented, and how many may be. */
  readonly underWay: number
  readonly credits: number
  /** The source, the window or a person says that there is something new. */
  readonly woken: boolean
  /** The source says so whenever there is something new, and nothing was in between. */
  readonly pushed: boolean
  /** One frame of the window's display. */
  readonly activeMs: number
  readonly refreshedAt: number
  readonly changedAt: number
  /** What the last whole refresh took. */
  readonly costMs: number
}

/** When to read planes next, and whether pixels are wanted or only the state. */
export type PollPlan = { readonly at: number; readonly pixels: boolean }

/** The rule of refreshing: never faster than frames are presented, rarer when nothing happens. */
export function planRefresh(state: PollState, now: number): PollPlan {
  const { refreshedAt } = state
  if (state.pushed && !state.woken) return { at: Number.POSITIVE_INFINITY, pixels: false }
  if (!state.visible || state.underWay >= state.credits) {
    return { at: refreshedAt + HIDDEN_MS, pixels: false }
  }
  if (state.woken) return { at: refreshedAt + WAKE_MS, pixels: true }
  const quietMs = now - state.changedAt
  if (quietMs <= RESTING_AFTER_MS) return { at: refreshedAt + state.activeMs, pixels: true }
  const [least, share, most] =
    quietMs <= IDLE_AFTER_MS
      ? [RESTING_MS, RESTING_SHARE, RESTING_MAX_MS]
      : [IDLE_MS, IDLE_SHARE, IDLE_MAX_MS]
  const affordable = Math.min(most, state.costMs / share)
  return { at: refreshedAt + Math.max(least, affordable), pixels: true }
}

/** What a refresh brought: a frame went out under this number, or whether anything changed at all. */
export type RefreshOutcome = {
  readonly frame?: number
  readonly changed: boolean
  /** Something could not be read for now: it is looked at again whoever tells of it. */
  readonly isRestless?: boolean
}

/** Calls for a refresh whenever {@link planRefresh} says so. One timer at most; none before `start`. */
export class Poller implements Disposable {
  readonly #clock: Clock
  readonly #refresh: (pixels: boolean) => RefreshOutcome
  readonly #pushes: () => boolean
  #isRestless = false
  #activeMs = ACTIVE_MS
  #cancel: (() => void) | undefined
  #started = false
  #visible = true
  #credits = 2
  #underWay: number[] = []
  #woken = false
  #refreshedAt = Number.NEGATIVE_INFINITY
  #changedAt: number
  #costMs = 0

  /**
   * @param refresh reads the planes; with pixels also compares and sends them
   * @param pushes whether all that is new is told by {@link wake}
   */
  constructor(
    clock: Clock,
    refresh: (pixels: boolean) => RefreshOutcome,
    pushes: () => boolean = () => false,
  ) {
    this.#clock = clock
    this.#pushes = pushes
    this.#refresh = refresh
    this.#changedAt = clock.now()
  }

  /** Starts, or starts over with other credits: nothing is under way any more. */
  start(credits: number): void {
    this.#started = true
    this.#credits = credits
    this.forgetFrames()
  }

  /** What is under way will never be presented: the page starts anew. */
  forgetFrames(): void {
    this.#underWay = []
    this.wake()
  }

  /** The window's display shows so many frames a second. */
  set hz(hz: number) {
    if (!(hz >= LEAST_HZ && hz <= MOST_HZ)) return
    this.#activeMs = 1000 / hz
    this.#plan()
  }

  /** There is something new, by whatever sign. */
  wake(): void {
    this.#woken = true
    this.#plan()
  }

  /** Something is about to happen: a resting picture is read at once, and often for a while. */
  nudge(): void {
    this.#changedAt = this.#clock.now()
    this.#plan()
  }

  /** The frame of this number, and all before it, reached the screen. */
  presented(seq: number): void {
    this.#underWay = this.#underWay.filter((sent) => sent > seq)
    this.#plan()
  }

  setVisible(visible: boolean): void {
    if (visible === this.#visible) return
    this.#visible = visible
    if (visible) this.#underWay = []
    this.#woken ||= visible
    this.#plan()
  }

  [Symbol.dispose](): void {
    this.#started = false
    this.#cancel?.()
    this.#cancel = undefined
  }

  #plan(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (!this.#started) return
    const now = this.#clock.now()
    const { at, pixels } = planRefresh(this.#state(), now)
    if (at === Number.POSITIVE_INFINITY) return
    const delayMs = Math.max(0, Math.round(at - now))
    this.#cancel = this.#clock.after(delayMs, () => this.#run(pixels))
  }

  #state(): PollState {
    return {
      visible: this.#visible,
      underWay: this.#underWay.length,
      credits: this.#credits,
      woken: this.#woken,
      pushed: !this.#isRestless && this.#pushes(),
      activeMs: this.#activeMs,
      refreshedAt: this.#refreshedAt,
      changedAt: this.#changedAt,
      costMs: this.#costMs,
    }
  }

  #run(pixels: boolean): void {
    this.#cancel = undefined
    const startedAt = this.#clock.now()
    if (pixels) this.#woken = false
    this.#refreshedAt = startedAt
    const { frame, changed, isRestless = false } = this.#refresh(pixels)
    this.#isRestless = isRestless
    if (frame !== undefined) this.#underWay.push(frame)
    if (changed) this.#changedAt = startedAt
    if (pixels) this.#costMs = this.#clock.now() - startedAt
    this.#plan()
  }
}
