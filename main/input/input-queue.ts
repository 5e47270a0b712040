// SPDX-License-Identifier: GPL-2.0-or-later
import { type InputEvent, MAX_MOTION } from '../../core/input.ts'
import { HeldInput, holdOf } from './held-input.ts'

/** Events that a guest may owe an answer to: enough for a fast hand and a slow guest. */
export const MOST_OWED = 16
/** Events that wait for it; whoever types at a guest that hears nothing loses what comes later. */
export const MOST_WAITING = 256

/**
 * Sends events in order, no faster than they are answered: one move is under way at a time, and those
 * that come meanwhile become one. Presses wait for no move. What is pressed is always let go.
 */
export class InputQueue {
  readonly #send: (event: InputEvent) => Promise<void>
  readonly #waiting: InputEvent[] = []
  readonly #held = new HeldInput()
  #owed = 0
  #movesOwed = 0

  /** @param send resolves when the guest answered, whatever it said; must not reject */
  constructor(send: (event: InputEvent) => Promise<void>) {
    this.#send = send
  }

  push(events: readonly InputEvent[]): void {
    for (const event of events) {
      this.#take(event)
      this.#work()
    }
  }

  /** Sends what waits without waiting for answers, then lets go of everything. */
  release(): void {
    for (const event of this.#waiting.splice(0)) this.#transmit(event)
    for (const event of this.#held.release()) this.#transmit(event)
  }

  #take(event: InputEvent): void {
    const role = holdOf(event)?.role
    if ((role === 'end' || role === 'update') && !this.#held.holds(event)) return
    const isMerged = isMove(event) && mergeMove(this.#waiting, event)
    if (!isMerged && this.#waiting.length >= MOST_WAITING && role !== 'end') return
    this.#held.note(event)
    if (!isMerged) this.#waiting.push(event)
  }

  #work(): void {
    while (this.#owed < MOST_OWED) {
      const [next] = this.#waiting
      if (!next) return
      // Nothing behind it is in a hurry.
      if (isMove(next) && this.#movesOwed > 0 && this.#waiting.every(isMove)) return
      this.#waiting.shift()
      this.#transmit(next)
    }
  }

  #transmit(event: InputEvent): void {
    const moves = isMove(event) ? 1 : 0
    this.#owed += 1
    this.#movesOwed += moves
    void this.#send(event).then(() => {
      this.#owed -= 1
      this.#movesOwed -= moves
      this.#work()
    })
  }
}

function isMove(event: InputEvent): boolean {
  const { kind } = event
  return kind === 'pointer' || kind === 'motion' || (kind === 'touch' && event.phase === 'update')
}

/** Puts a move into one that waits, unless a press lies between. False when there is none. */
function mergeMove(waiting: InputEvent[], event: InputEvent): boolean {
  for (let at = waiting.length - 1; at >= 0; at -= 1) {
    const earlier = waiting[at]
    if (!earlier || !isMove(earlier)) return false
    const merged = mergedMove(earlier, event)
    if (merged) waiting[at] = merged
    if (merged) return true
  }
  return false
}

/** Positions: the newer. Motions: their sum. Undefined for moves of different things. */
function mergedMove(earlier: InputEvent, later: InputEvent): InputEvent | undefined {
  if (earlier.kind === 'pointer' && later.kind === 'pointer') return later
  if (earlier.kind === 'touch' && later.kind === 'touch') {
    return earlier.slot === later.slot ? later : undefined
  }
  if (earlier.kind !== 'motion' || later.kind !== 'motion') return undefined
  const sum = (a: number, b: number) => Math.max(-MAX_MOTION, Math.min(MAX_MOTION, a + b))
  return { kind: 'motion', dx: sum(earlier.dx, later.dx), dy: sum(earlier.dy, later.dy) }
}
