// SPDX-License-Identifier: GPL-2.0-or-later
import { EDID_BYTES, edidOf, MAX_EDID_SIDE } from '../../../core/edid.ts'
import type { GuestNews, GuestRequest } from '../../../core/guest-channel.ts'
import type { EdidInfo, VfioDevice } from '../../../native-shim/api.ts'
import { log } from '../../log.ts'
import type { LatestWish } from '../latest-wish.ts'
import { isNativeError, nativeFailure } from '../native-failure.ts'
import { type ScreenWish, screenWishes } from '../screen-wish.ts'

/** What is needed of a device: its EDID region. */
export type EdidDevice = Pick<VfioDevice, 'edid' | 'writeEdid'>

/** The monitor that a device shows its guest: it has the size of the window, once that was asked for. */
export class GuestMonitor implements Disposable {
  /** Hears that the guest cannot be shown a monitor; one listener. */
  onNews: (news: GuestNews) => void = () => {}
  readonly #device: EdidDevice
  readonly #limits: EdidInfo
  readonly #wishes: LatestWish<ScreenWish>
  readonly #ending = new AbortController()
  #hasFailed = false

  private constructor(device: EdidDevice, limits: EdidInfo) {
    this.#device = device
    this.#limits = limits
    this.#wishes = screenWishes((wish) => this.#show(wish))
  }

  /**
   * Undefined for a device without a place for an EDID.
   *
   * @param device borrowed; must live until the monitor is disposed
   */
  static of(device: EdidDevice): GuestMonitor | undefined {
    try {
      const limits = device.edid()
      if (!limits || limits.maxSize < EDID_BYTES) return undefined
      return new GuestMonitor(device, limits)
    } catch (error) {
      if (!isNativeError(error)) throw error
      log.info(`EDID: ${error.syscall} failed with ${error.code}`)
      return undefined
    }
  }

  request(request: GuestRequest): void {
    if (request.kind === 'resize') this.#wishes.wish(request)
  }

  /** The guest's monitor is plugged in when this returns. */
  [Symbol.dispose](): void {
    this.#ending.abort()
  }

  async #show(wish: ScreenWish): Promise<void> {
    const { signal } = this.#ending
    if (signal.aborted) return
    const { maxWidth, maxHeight } = this.#limits
    const width = withinLimit(wish.width, maxWidth)
    const height = withinLimit(wish.height, maxHeight)
    try {
      await this.#device.writeEdid(edidOf({ ...wish, width, height }), signal)
    } catch (error) {
      if (signal.aborted || this.#hasFailed) return
      this.#hasFailed = true
      const what = 'the guest cannot follow the window'
      const remedy = 'Change the size in the guest itself'
      const failure = nativeFailure(error, what, 'no-resize', remedy)
      log.info(`${failure.what}: ${failure.why}`)
      this.onNews({ kind: 'trouble', failure })
    }
  }
}

/** @param limit 0: the driver knows none */
function withinLimit(side: number, limit: number): number {
  return Math.min(side, limit === 0 ? MAX_EDID_SIDE : limit, MAX_EDID_SIDE)
}
