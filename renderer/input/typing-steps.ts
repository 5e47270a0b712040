// SPDX-License-Identifier: GPL-2.0-or-later
import type { TextKey } from '../../core/text-keys.ts'

/** One change of a key, and how many characters are written once it is made. */
export type TypingStep = { readonly code: string; readonly down: boolean; readonly done: number }

/**
 * Between two steps, ms: a USB keyboard is asked every 10 ms and tells one change each time, and QEMU
 * keeps 16 of them.
 */
export const STEP_MS = 12

const SHIFT = 'ShiftLeft'

/** What hands do to write characters: each key goes down and up, Shift is held as long as it is wanted. */
export function* typingSteps(keys: readonly TextKey[]): Generator<TypingStep, void> {
  let isShifted = false
  let done = 0
  for (const { code, shift } of keys) {
    if (shift !== isShifted) yield { code: SHIFT, down: shift, done }
    isShifted = shift
    yield { code, down: true, done }
    done += 1
    yield { code, down: false, done }
  }
  if (isShifted) yield { code: SHIFT, down: false, done }
}
