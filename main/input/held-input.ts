// SPDX-License-Identifier: GPL-2.0-or-later
import type { InputEvent } from '../../core/input.ts'

/** What an event does to something that can be held: a key, a button, a finger. */
type Hold = { readonly name: string; readonly role: 'begin' | 'update' | 'end' }

/** Undefined for moves of the pointer, which hold nothing. */
export function holdOf(event: InputEvent): Hold | undefined {
  switch (event.kind) {
    case 'key':
      return { name: `key ${event.qnum}`, role: event.down ? 'begin' : 'end' }
    case 'button':
      return { name: `button ${event.button}`, role: event.down ? 'begin' : 'end' }
    case 'touch': {
      const { phase } = event
      const role = phase === 'begin' || phase === 'update' ? phase : 'end'
      return { name: `touch ${event.slot}`, role }
    }
    case 'pointer':
    case 'motion':
      return undefined
  }
}

/** Everything that is held now, and how to let go of it. */
export class HeldInput {
  readonly #ends = new Map<string, InputEvent>()

  /** Whether the event is about something that is held. */
  holds(event: InputEvent): boolean {
    return this.#ends.has(holdOf(event)?.name ?? '')
  }

  /** Takes an event in that was sent. */
  note(event: InputEvent): void {
    const hold = holdOf(event)
    if (!hold) return
    const end = hold.role === 'end' ? undefined : endOf(event)
    if (end) this.#ends.set(hold.name, end)
    else this.#ends.delete(hold.name)
  }

  /** What lets go of everything, the last begun first; nothing is held afterwards. */
  release(): readonly InputEvent[] {
    const ends = [...this.#ends.values()].reverse()
    this.#ends.clear()
    return ends
  }
}

function endOf(event: InputEvent): InputEvent | undefined {
  if (event.kind === 'key' || event.kind === 'button') return { ...event, down: false }
  return event.kind === 'touch' ? { ...event, phase: 'cancel' } : undefined
}
