// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../core/failure.ts'
import type { Clock } from './source/poller.ts'

/** What a person wants to be tried again. */
export type RetryWish = {
  /** A VM that is not there yet is waited for. */
  readonly wait: boolean
  /** A VM that went away is shown again when it is back. */
  readonly reconnect: boolean
}

/** How often it is looked whether the VM is there, ms. */
export const LOOK_MS = 300
/** After a try that failed, or where only trying tells: opening costs a thread. Ms. */
export const TRY_MS = 1000
/** A source that went away although its VM lives may have been taken by another viewer: it is tried
 * once after this time, and not again before the other, so that two viewers do not fight. Ms. */
const YIELD_MS = 2000
const PEACE_MS = 30_000

/** The VM is not there, or not ready: another try may do. */
const absent: ReadonlySet<string> = new Set([
  'not-found',
  'not-running',
  'vm-gone',
  'no-producer',
  'busy',
  'late',
  'timeout',
])
/** A VM that is just starting or ending may also be found in the middle of it. */
const unsettled: ReadonlySet<string> = new Set([
  ...absent,
  'bad-protocol',
  'no-qemu',
  'no-libvirt',
  'hung-up',
])

/** Whether waiting may help. */
export function isAbsent({ code }: Failure): boolean {
  return absent.has(code)
}

/** Decides whether and when a source is opened again, and does it. */
export class Retry implements Disposable {
  readonly #wish: RetryWish
  readonly #clock: Clock
  readonly #isThere: () => Promise<boolean | undefined>
  readonly #open: () => void
  #hasOpened = false
  #yieldedAt = Number.NEGATIVE_INFINITY
  #triedAt = Number.NEGATIVE_INFINITY
  /** It was seen not to be there since the last try. */
  #wasAbsent = false
  #cancel: () => void = () => {}
  /** Answers to a look of an earlier turn are too late. */
  #turn = 0

  /**
   * @param isThere tells cheaply whether a try is worth it; undefined where only trying tells
   * @param open is called once for every try
   */
  constructor(
    wish: RetryWish,
    clock: Clock,
    isThere: () => Promise<boolean | undefined>,
    open: () => void,
  ) {
    this.#wish = wish
    this.#clock = clock
    this.#isThere = isThere
    this.#open = open
  }

  /** It could be opened. */
  opened(): void {
    this.cancel()
    this.#hasOpened = true
  }

  /** It could not be opened. True when it is tried again. */
  notOpened({ code }: Failure): boolean {
    const isWanted = this.#hasOpened ? this.#wish.reconnect : this.#wish.wait
    if (!isWanted || !(this.#hasOpened ? unsettled : absent).has(code)) return false
    this.#triedAt = this.#clock.now()
    this.#wasAbsent = false
    this.#lookAfter(LOOK_MS)
    return true
  }

  /** It was open and went away. True when it is tried again. */
  gone({ code }: Failure): boolean {
    if (!this.#wish.reconnect) return false
    if (code === 'vm-gone') {
      this.#lookAfter(LOOK_MS)
      return true
    }
    const now = this.#clock.now()
    if (now - this.#yieldedAt < PEACE_MS) return false
    this.#yieldedAt = now
    this.#lookAfter(YIELD_MS)
    return true
  }

  /** Somebody else opens it, or nobody wants it any more. */
  cancel(): void {
    this.#turn += 1
    this.#cancel()
  }

  [Symbol.dispose](): void {
    this.cancel()
  }

  #lookAfter(ms: number): void {
    this.cancel()
    this.#cancel = this.#clock.after(ms, () => void this.#look())
  }

  async #look(): Promise<void> {
    const turn = this.#turn
    const found = await this.#isThere()
    if (turn !== this.#turn) return
    this.#wasAbsent ||= found === false
    const restMs = TRY_MS - (this.#clock.now() - this.#triedAt)
    // What just appeared is worth a try at once; what was there all the time is not.
    if (found !== false && (this.#wasAbsent || restMs <= 0)) this.#open()
    else this.#lookAfter(found === false ? LOOK_MS : Math.min(LOOK_MS, restMs))
  }
}
