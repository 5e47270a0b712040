// SPDX-License-Identifier: GPL-2.0-or-later
import type { Panel, ViewState } from '../store.ts'
import type { View } from './view.ts'

/** What an action belongs to: a menu of the toolbar, a folder of the main menu, a heading in lists. */
export const actionGroups = [
  'screenshot',
  'record',
  'view',
  'vm',
  'consoles',
  'keys',
  'tools',
  'app',
] as const
export type ActionGroup = (typeof actionGroups)[number]

/** A set of lines that opens below a line of its group's menu. */
export type ActionFolder = 'plane' | 'scale' | 'monitor' | 'terminal' | 'sysrq'

/**
 * Something that a person can do. Menus, palette, shortcuts and their dialog read it and nothing else;
 * what only one of them would need has no place here.
 */
export type Action = {
  /** Letters, digits, `:.-`, 64 at most: names it in settings and session files, so it never changes. */
  readonly id: string
  /** As in a menu, with `…` where something is asked first. */
  readonly label: string | ((state: ViewState) => string)
  /** Shorter, in the menu of its group, where the menu's name says the rest. */
  readonly line?: string | ((state: ViewState) => string)
  readonly group: ActionGroup
  readonly folder?: ActionFolder
  /** A line is drawn between neighbours of one menu whose sections differ. */
  readonly section?: string
  /** Chords that run it while nobody chose others, as core/key-chord.ts reads them. */
  readonly keys?: readonly string[]
  /** Keys that always do it besides, and that no table can change. */
  readonly builtIn?: string
  /** The panel that it opens and closes. */
  readonly opens?: Panel
  /** Works over an open dialog, too. */
  readonly isAlways?: boolean
  /** Is shown at all. */
  readonly isOffered: (state: ViewState) => boolean
  /** Why it cannot be done now though it is shown, in a line; undefined or empty when it can. */
  readonly objection?: (state: ViewState) => string | undefined
  /** Makes it something that is on or off. */
  readonly isOn?: (state: ViewState) => boolean
  /** Keeps its menu open: for what is switched on and off. */
  readonly stays?: boolean
  readonly run: (view: View) => void
}

export const always = (): boolean => true

export function labelOf({ label }: Action, state: ViewState): string {
  return typeof label === 'string' ? label : label(state)
}

/** What stands in the menu of its group. */
export function lineOf({ label, line = label }: Action, state: ViewState): string {
  return typeof line === 'string' ? line : line(state)
}

/** It is shown and nothing is against it. */
export function canRun(action: Action, state: ViewState): boolean {
  return action.isOffered(state) && !action.objection?.(state)
}

/** Opens a panel, or closes it when it is open. */
export function toggle({ store }: View, panel: Panel): void {
  store.setState({ panel: store.getState().panel === panel ? 'none' : panel })
}
