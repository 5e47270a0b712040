// SPDX-License-Identifier: GPL-2.0-or-later
import type { Point } from '../../core/geometry.ts'
import type { InputEvent, TouchPhase } from '../../core/input.ts'

type Finger = { readonly id: number; at: Point }

/** The fingers that the guest has been told of, each in a slot of its own. */
export class Touches {
  readonly #slots: (Finger | undefined)[] = []

  /** Whether the guest knows the finger. */
  has(id: number): boolean {
    return this.#slotOf(id) >= 0
  }

  /**
   * A finger came down, in the first free slot; one too many is left out.
   *
   * @param id `PointerEvent.pointerId`
   * @param at guest pixels
   * @param most slots that the guest has
   */
  down(id: number, at: Point, most: number): readonly InputEvent[] {
    const free = Array.from({ length: most }, (_, slot) => slot).find((one) => !this.#slots[one])
    if (free === undefined || this.has(id)) return []
    this.#slots[free] = { id, at }
    return [eventOf('begin', free, at)]
  }

  move(id: number, at: Point): readonly InputEvent[] {
    const slot = this.#slotOf(id)
    const finger = this.#slots[slot]
    if (!finger || (finger.at.x === at.x && finger.at.y === at.y)) return []
    finger.at = at
    return [eventOf('update', slot, at)]
  }

  up(id: number, phase: 'end' | 'cancel' = 'end'): readonly InputEvent[] {
    const slot = this.#slotOf(id)
    const finger = this.#slots[slot]
    if (!finger) return []
    this.#slots[slot] = undefined
    return [eventOf(phase, slot, finger.at)]
  }

  /** Cancels every finger, the last first. */
  release(): readonly InputEvent[] {
    const ids = this.#slots.flatMap((finger) => (finger ? [finger.id] : []))
    return ids.reverse().flatMap((id) => this.up(id, 'cancel'))
  }

  #slotOf(id: number): number {
    return this.#slots.findIndex((finger) => finger?.id === id)
  }
}

function eventOf(phase: TouchPhase, slot: number, { x, y }: Point): InputEvent {
  return { kind: 'touch', phase, slot, x, y }
}
