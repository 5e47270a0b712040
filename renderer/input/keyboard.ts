// SPDX-License-Identifier: GPL-2.0-or-later
import type { InputEvent } from '../../core/input.ts'
import { qnumOf } from '../../core/keycodes.ts'

/** Which keys the guest has been told are down. */
export class Keyboard {
  readonly #pressed = new Map<string, number>()

  /**
   * A key went down, or repeats: QEMU hears a repeat as another press. One that was down before the
   * guest could hear of it is no press.
   *
   * @param code `KeyboardEvent.code`
   */
  down(code: string, repeat: boolean): readonly InputEvent[] {
    const qnum = qnumOf(code)
    if (qnum === undefined || (repeat && !this.#pressed.has(code))) return []
    this.#pressed.set(code, qnum)
    return [{ kind: 'key', qnum, down: true }]
  }

  /** The guest knows that a Ctrl is down. */
  get hasControl(): boolean {
    return this.#pressed.has('ControlLeft') || this.#pressed.has('ControlRight')
  }

  up(code: string): readonly InputEvent[] {
    const qnum = this.#pressed.get(code)
    if (qnum === undefined) return []
    this.#pressed.delete(code)
    return [{ kind: 'key', qnum, down: false }]
  }

  /** Lets go of every key, the last pressed first. */
  release(): readonly InputEvent[] {
    const qnums = [...this.#pressed.values()].reverse()
    this.#pressed.clear()
    return qnums.map((qnum) => ({ kind: 'key', qnum, down: false }))
  }
}

/** The events of keys that are pressed in order and let go in reverse; keys no guest knows are left out. */
export function chord(codes: readonly string[]): readonly InputEvent[] {
  const keyboard = new Keyboard()
  return [...codes.flatMap((code) => keyboard.down(code, false)), ...keyboard.release()]
}
