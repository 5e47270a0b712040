// SPDX-License-Identifier: GPL-2.0-or-later

import type { Point, Rect, Size } from '../../core/geometry.ts'
import { type InputEvent, MAX_MOTION, MAX_POSITION, type PointerButton } from '../../core/input.ts'

/** A picture on the canvas: its size in guest pixels, its place in device pixels. */
export type ShownPicture = { readonly guest: Size; readonly rect: Rect }

/** A point of the canvas as a guest pixel, clamped to the picture; `inside` tells whether it had to be. */
export type GuestPoint = Point & { readonly inside: boolean }

/**
 * The guest pixel under a point of the canvas: the inverse of `place`.
 *
 * @param at device pixels from the canvas' top left, fractions allowed
 */
export function guestPoint(at: Point, { guest, rect }: ShownPicture): GuestPoint {
  const along = (from: number, start: number, extent: number, size: number) =>
    Math.floor(((from - start) * size) / extent)
  const x = along(at.x, rect.x, rect.width, guest.width)
  const y = along(at.y, rect.y, rect.height, guest.height)
  const clamp = (value: number, size: number) =>
    Math.max(0, Math.min(value, size - 1, MAX_POSITION))
  return {
    x: clamp(x, guest.width),
    y: clamp(y, guest.height),
    inside: x >= 0 && x < guest.width && y >= 0 && y < guest.height,
  }
}

/** Bits of `PointerEvent.buttons`, in the order in which they are told. */
const buttonBits: readonly (readonly [bit: number, button: PointerButton])[] = [
  [1, 'left'],
  [4, 'middle'],
  [2, 'right'],
  [8, 'side'],
  [16, 'extra'],
]

/** Which buttons the guest has been told are down. */
export class Buttons {
  #held = 0

  get any(): boolean {
    return this.#held !== 0
  }

  /** @param buttons `PointerEvent.buttons`, which knows chords that `button` does not */
  change(buttons: number): readonly InputEvent[] {
    const before = this.#held
    this.#held = buttonBits.reduce((bits, [bit]) => bits | (buttons & bit), 0)
    return buttonBits.flatMap(([bit, button]): readonly InputEvent[] => {
      const down = (buttons & bit) !== 0
      return down === ((before & bit) !== 0) ? [] : [{ kind: 'button', button, down }]
    })
  }

  release(): readonly InputEvent[] {
    return this.change(0)
  }
}

/** Counts of `WheelEvent.wheelDelta` in one notch of a wheel; a touchpad gives parts of it. */
export const NOTCH = 120
/** Notches of one event at most: a guest scrolls far enough with these. */
const MOST_NOTCHES = 8

/** What a wheel was turned by, for {@link Wheel}. */
export function wheelCounts(event: WheelEvent): Point {
  const { wheelDeltaX, wheelDeltaY } = event as WheelEvent & Record<string, number>
  const x = wheelDeltaX ?? -event.deltaX
  const y = wheelDeltaY ?? -event.deltaY
  // Chromium lays a wheel turned with Shift on its side; the guest has the Shift and decides itself.
  return event.shiftKey && y === 0 ? { x: 0, y: x } : { x, y }
}

/** Gathers parts of notches until there is a whole one, each way for itself. */
export class Wheel {
  readonly #rest = { x: 0, y: 0 }

  /** @param y counts, positive away from the person; `x` positive to the left, as `wheelDeltaX` is */
  turn(x: number, y: number): readonly InputEvent[] {
    return [
      ...this.#along('y', y, 'wheel-up', 'wheel-down'),
      ...this.#along('x', x, 'wheel-left', 'wheel-right'),
    ]
  }

  #along(
    axis: 'x' | 'y',
    counts: number,
    more: PointerButton,
    less: PointerButton,
  ): readonly InputEvent[] {
    if (counts === 0) return []
    const rest = this.#rest[axis]
    const sum = (Math.sign(rest) === -Math.sign(counts) ? 0 : rest) + counts
    const whole = Math.trunc(sum / NOTCH)
    this.#rest[axis] = sum - whole * NOTCH
    const button = whole > 0 ? more : less
    return Array.from({ length: Math.min(Math.abs(whole), MOST_NOTCHES) }).flatMap(() => [
      { kind: 'button' as const, button, down: true },
      { kind: 'button' as const, button, down: false },
    ])
  }
}

/** Gathers parts of counts of a relative pointer until there are whole ones. */
export class Motion {
  readonly #rest = { x: 0, y: 0 }

  move(x: number, y: number): readonly InputEvent[] {
    const dx = this.#along('x', x)
    const dy = this.#along('y', y)
    return dx === 0 && dy === 0 ? [] : [{ kind: 'motion', dx, dy }]
  }

  #along(axis: 'x' | 'y', by: number): number {
    const sum = this.#rest[axis] + by
    const whole = Math.trunc(sum)
    this.#rest[axis] = sum - whole
    return Math.max(-MAX_MOTION, Math.min(MAX_MOTION, whole)) + 0
  }
}

/**
 * How far a picture that is larger than the view scrolls when the pointer is near an edge of the view:
 * so all of it can be reached while the wheel belongs to the guest. Device pixels.
 *
 * @param margin device pixels at each edge that scroll
 */
export function edgePan(at: Point, view: Size, margin: number): Point {
  const along = (from: number, extent: number) => {
    if (from < margin) return -Math.ceil(margin - Math.max(0, from))
    if (from >= extent - margin) return Math.ceil(Math.min(extent, from) - (extent - margin))
    return 0
  }
  return { x: along(at.x, view.width), y: along(at.y, view.height) }
}
