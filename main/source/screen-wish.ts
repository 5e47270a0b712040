// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestRequest } from '../../core/guest-channel.ts'
import { LatestWish } from './latest-wish.ts'

/** The size that a window wants the guest's screen to have. */
export type ScreenWish = Extract<GuestRequest, { readonly kind: 'resize' }>

/** Screens' sizes, the newest wish first; see {@link LatestWish}. */
export function screenWishes(fulfil: (wish: ScreenWish) => Promise<void>): LatestWish<ScreenWish> {
  return new LatestWish(
    fulfil,
    (a, b) =>
      a.width === b.width &&
      a.height === b.height &&
      a.widthMm === b.widthMm &&
      a.heightMm === b.heightMm,
  )
}
