// SPDX-License-Identifier: GPL-2.0-or-later
import { modifierText } from '../../core/modifier.ts'
import type { Capture } from '../../core/plane.ts'
import type { ShotRequest } from '../../core/protocol.ts'

/** Where a picture comes from. */
export type PictureOrigin = {
  /** What the VM is called. */
  readonly name: string
  readonly address: string
}

/**
 * What a picture says of itself: keywords of the PNG specification (Third Edition), 11.3.3.1, and two
 * of our own for the plane that it was made from, as it was in the guest's memory.
 */
export function pictureText(
  { planes }: Capture,
  plane: ShotRequest['plane'],
  { name, address }: PictureOrigin,
  at: Date = new Date(),
): Readonly<Record<string, string>> {
  const kind = plane === 'all' ? 'primary' : plane
  const from = planes.find((one) => one.plane.kind === kind)?.plane
  return {
    Title: name,
    Source: address,
    'Creation Time': at.toISOString(),
    Software: 'Scanout',
    ...(from && { Fourcc: from.fourcc, Modifier: modifierText(from.modifier) }),
  }
}
