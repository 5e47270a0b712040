// SPDX-License-Identifier: GPL-2.0-or-later
import type { ChosenKeys } from '../../core/settings.ts'
import type { Action } from './action.ts'
import { keysOf } from './actions.ts'

/**
 * Gives an action keys; others that had one of them keep the rest of theirs.
 *
 * @param others all actions, this one among them
 */
export function withKeys(
  chosen: ChosenKeys,
  action: Action,
  keys: readonly string[],
  others: readonly Action[],
): ChosenKeys {
  const robbed = others.filter(
    (one) => one.id !== action.id && keysOf(one, chosen).some((key) => keys.includes(key)),
  )
  const left = robbed.map((one) => {
    return [one.id, keysOf(one, chosen).filter((key) => !keys.includes(key))]
  })
  return { ...chosen, ...Object.fromEntries(left), [action.id]: keys }
}

/** An action with its own keys again. */
export function withoutChoice(chosen: ChosenKeys, id: string): ChosenKeys {
  return Object.fromEntries(Object.entries(chosen).filter(([one]) => one !== id))
}
