// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as after } from 'node:timers/promises'
import type { Failure } from '../../../core/failure.ts'
import type { GuestNews, GuestRequest } from '../../../core/guest-channel.ts'
import { log } from '../../log.ts'
import type { LatestWish } from '../latest-wish.ts'
import { type ScreenWish, screenWishes } from '../screen-wish.ts'
import { BusError, type BusPeer } from './bus.ts'
import { CONSOLE, consolePath, readProperties } from './console.ts'
import type { ConsolePart, OpenPart } from './parts.ts'

/**
 * Least time between two calls, in ms. Linux's virtio-gpu fetches the wish and then clears the device's
 * event (drivers/gpu/drm/virtio/virtgpu_kms.c): a wish that comes in between is never fetched.
 */
const SETTLING = 500

/**
 * Every QEMU with a D-Bus display has `SetUIInfo`; whether a device follows shows when it is asked. Text
 * consoles have no device.
 */
export const openScreenSize: OpenPart = async ({ bus, console, news }) => {
  const properties = await readProperties(bus, consolePath(console), CONSOLE)
  return properties.get('Type') === 'Graphic' ? new ScreenSize(bus, console, news) : undefined
}

/** Asks a console for the window's size: one call under way, the newest wish next, when it has settled. */
class ScreenSize implements ConsolePart {
  readonly offers = { resize: true }
  readonly #bus: BusPeer
  readonly #path: string
  readonly #news: (news: GuestNews) => void
  readonly #wishes: LatestWish<ScreenWish>
  readonly #closing = new AbortController()
  #hasFailed = false

  constructor(bus: BusPeer, console: number, news: (news: GuestNews) => void) {
    this.#bus = bus
    this.#path = consolePath(console)
    this.#news = news
    this.#wishes = screenWishes((wish) => this.#ask(wish))
  }

  request(request: GuestRequest): void {
    if (request.kind === 'resize') this.#wishes.wish(request)
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
  }

  async #ask({ width, height, widthMm, heightMm }: ScreenWish): Promise<void> {
    if (this.#bus.isEnded || this.#closing.signal.aborted) return
    try {
      await this.#bus.call({
        path: this.#path,
        interface: CONSOLE,
        member: 'SetUIInfo',
        signature: 'qqiiuu',
        body: [widthMm, heightMm, 0, 0, width, height],
      })
      await after(SETTLING, undefined, { signal: this.#closing.signal }).catch(() => {})
    } catch (error) {
      if (!(error instanceof BusError)) throw error
      this.#failed(error)
    }
  }

  #failed({ code, message }: BusError): void {
    // A VM that is stopped takes its time, and one that is gone is told of elsewhere.
    if (code === 'closed' || code === 'timeout' || this.#hasFailed) return
    this.#hasFailed = true
    log.info(`screen size: ${message} (${code})`)
    this.#news({ kind: 'trouble', failure: refused(message) })
  }
}

function refused(message: string): Failure {
  return {
    code: 'no-resize',
    what: 'the guest cannot follow the window',
    why: `its display device takes no wish for a size (${message})`,
    remedy: 'Give the VM a device that does: virtio-vga or virtio-gpu',
  }
}
