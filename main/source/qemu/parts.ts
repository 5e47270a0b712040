// SPDX-License-Identifier: GPL-2.0-or-later
import type { Capabilities } from '../../../core/guest.ts'
import type { GuestNews, GuestRequest } from '../../../core/guest-channel.ts'
import type { NativeShim } from '../../../native-shim/api.ts'
import type { Clock } from '../poller.ts'
import type { BusPeer, IncomingCall } from './bus.ts'
import { openClipboard } from './clipboard.ts'
import { openScreenSize } from './screen-size.ts'
import { openSound } from './sound.ts'

/** What a console offers beside its picture and input. Owned by the source of that console. */
export interface ConsolePart extends Disposable {
  /** What the console can do because it has this part. */
  readonly offers?: Partial<Capabilities>
  /** Never throws; requests that are not its own it leaves alone. */
  request(request: GuestRequest): void
  /** A call of QEMU on the main line. True when it was this part's, and was answered. */
  call?(call: IncomingCall): boolean
}

export type PartContext = {
  readonly bus: BusPeer
  /** The console's number. */
  readonly console: number
  readonly shim: NativeShim
  readonly clock: Clock
  readonly news: (news: GuestNews) => void
}

/** Opens one part; undefined when this QEMU does not have it. */
export type OpenPart = (context: PartContext) => Promise<ConsolePart | undefined>

const kinds: readonly OpenPart[] = [openScreenSize, openSound, openClipboard]

/** All parts that this QEMU has. */
export async function openParts(context: PartContext): Promise<readonly ConsolePart[]> {
  const opened = await Promise.all(kinds.map((open) => open(context)))
  return opened.filter((part) => part !== undefined)
}
