// SPDX-License-Identifier: GPL-2.0-or-later
import { settingNames } from '../../core/settings.ts'
import type { ViewState } from '../store.ts'
import { type Action, labelOf } from './action.ts'
import { allActions, keysOf } from './actions.ts'
import { fuzzyMatch } from './fuzzy.ts'
import { preferenceRows } from './preference-rows.ts'
import type { View } from './view.ts'
import { groupWords } from './words-actions.ts'

/** A line of the command palette. */
export type Entry = {
  readonly id: string
  readonly label: string
  /** What it belongs to. */
  readonly group: string
  readonly keys: string
  /** Why it cannot be done now; empty when it can. */
  readonly objection: string
  /** Undefined for what is neither on nor off. */
  readonly isOn: boolean | undefined
  readonly run: (view: View) => void
}

export type FoundEntry = Entry & {
  /** Characters of the label that were sought. */
  readonly at: readonly number[]
}

/** Everything that the palette can offer now: the actions, then the settings. */
export function paletteEntries(state: ViewState): readonly Entry[] {
  const offered = allActions(state).filter(
    (action) => action.id !== 'palette' && action.isOffered(state),
  )
  return [...offered.map((action) => ofAction(action, state)), ...settingEntries]
}

function ofAction(action: Action, state: ViewState): Entry {
  return {
    id: action.id,
    label: labelOf(action, state),
    group: groupWords[action.group],
    keys: action.builtIn ?? keysOf(action, state.settings.keys)[0] ?? '',
    objection: action.objection?.(state) ?? '',
    isOn: action.isOn?.(state),
    run: action.run,
  }
}

const settingEntries: readonly Entry[] = settingNames.flatMap((name) => {
  const row = preferenceRows[name]
  if (!row) return []
  const run = ({ store }: View): void => store.setState({ panel: 'preferences', sought: name })
  const group = 'Preferences'
  return [
    {
      id: `setting:${name}`,
      label: row.label,
      group,
      keys: '',
      objection: '',
      isOn: undefined,
      run,
    },
  ]
})

/** What a group's name adds to a match in it. */
const GROUP_WEIGHT = 0.5

/** The entries that a query finds, best first; all of them in their order when it is empty. */
export function findEntries(query: string, entries: readonly Entry[]): readonly FoundEntry[] {
  if (query.trim() === '') return entries.map((entry) => ({ ...entry, at: [] }))
  return entries
    .flatMap((entry, order) => {
      const inLabel = fuzzyMatch(query, entry.label)
      const inBoth = fuzzyMatch(query, `${entry.label} ${entry.group}`)
      const score = inLabel?.score ?? (inBoth ? inBoth.score * GROUP_WEIGHT : undefined)
      if (score === undefined) return []
      const at = (inLabel ?? inBoth)?.at.filter((index) => index < entry.label.length) ?? []
      return [{ entry: { ...entry, at }, score, order }]
    })
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .map(({ entry }) => entry)
}
