// SPDX-License-Identifier: GPL-2.0-or-later
import { chordOf, chordText, type PressedKeys } from '../../core/key-chord.ts'
import type { ChosenKeys } from '../../core/settings.ts'
import type { ViewState } from '../store.ts'
import { type Action, type ActionGroup, canRun } from './action.ts'
import { appActions, toolsActions } from './actions-app.ts'
import { inspectorActions } from './actions-inspector.ts'
import { keysActions } from './actions-keys.ts'
import { recordActions } from './actions-record.ts'
import { screenshotActions } from './actions-screenshot.ts'
import { monitorActions, viewActions } from './actions-view.ts'
import { consoleActions, vmActions } from './actions-vm.ts'

/** Everything that a person can do, in the order of the menus. One list a part of the program. */
export const actions: readonly Action[] = [
  ...screenshotActions,
  ...recordActions,
  ...viewActions,
  ...vmActions,
  ...keysActions,
  ...toolsActions,
  ...inspectorActions,
  ...appActions,
]

/** The same, with what depends on the VM that is shown and on this desktop. */
export function allActions(state: ViewState): readonly Action[] {
  const more = [...monitorActions(state), ...consoleActions(state)]
  return more.length === 0 ? actions : [...actions, ...more]
}

/** What a group offers now, in order. */
export function actionsOf(group: ActionGroup, state: ViewState): readonly Action[] {
  return allActions(state).filter((action) => action.group === group && action.isOffered(state))
}

export function actionById(id: string): Action | undefined {
  return actions.find((action) => action.id === id)
}

/** The chords of an action: those that the person chose, else its own. */
export function keysOf({ id, keys = [] }: Action, chosen: ChosenKeys): readonly string[] {
  return (Object.hasOwn(chosen, id) ? chosen[id] : undefined) ?? keys
}

/** The first chord of an action, for menus and tooltips; empty when it has none. */
export function firstKeyOf(id: string, chosen: ChosenKeys): string {
  const action = actionById(id)
  return (action && keysOf(action, chosen)[0]) ?? ''
}

/** What a key press runs; undefined when that is nothing, or nothing that can be done now. */
export function actionOfKeys(event: PressedKeys, state: ViewState): Action | undefined {
  const chord = chordOf(event)
  if (!chord) return undefined
  const text = chordText(chord)
  const { keys } = state.settings
  return actions.find((action) => keysOf(action, keys).includes(text) && canRun(action, state))
}
