// SPDX-License-Identifier: GPL-2.0-or-later
import { useState } from 'react'
import type { ChosenKeys } from '../../core/settings.ts'
import { actionGroups, labelOf } from './action.ts'
import { allActions, keysOf } from './actions.ts'
import { fuzzyMatch } from './fuzzy.ts'
import { KeyField } from './key-field.tsx'
import { Modal } from './modal.tsx'
import { useView, useViewState } from './view.ts'
import { groupWords } from './words-actions.ts'
import { words } from './words-window.ts'

/** All actions with their keys: each can be given others, or none. */
export function ShortcutsDialog() {
  const { store, session } = useView()
  const state = useViewState((all) => all)
  const chosen = state.settings.keys
  const [query, setQuery] = useState('')
  const [changing, setChanging] = useState<string>()
  const shown = allActions(state).filter(
    (action) =>
      action.isOffered(state) &&
      fuzzyMatch(query, `${labelOf(action, state)} ${keysOf(action, chosen).join(' ')}`),
  )
  const close = () => store.setState({ panel: 'none' })
  const keep = (keys: ChosenKeys) => void session.change({ keys })
  return (
    <Modal title={words.shortcuts.title} tall onClose={close}>
      <span className="field-box">
        <input
          type="search"
          aria-label={words.shortcuts.find}
          placeholder={words.shortcuts.find}
          spellCheck={false}
          autoComplete="off"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </span>
      <div className="dialog-list">
        {actionGroups.map((group) => {
          const inGroup = shown.filter((action) => action.group === group)
          if (inGroup.length === 0) return null
          return (
            <section key={group} aria-labelledby={`keys-${group}`}>
              <h3 id={`keys-${group}`}>{groupWords[group]}</h3>
              <ul className="keys">
                {inGroup.map((action) => (
                  <li key={action.id}>
                    <span>{labelOf(action, state)}</span>
                    <KeyField
                      action={action}
                      isChanging={changing === action.id}
                      onBegin={() => setChanging(action.id)}
                      onEnd={() => setChanging(undefined)}
                      onKeep={keep}
                    />
                  </li>
                ))}
              </ul>
            </section>
          )
        })}
        {shown.length === 0 && <p>{words.nothingFound}</p>}
      </div>
      <p className="dialog-note">
        {state.input.keyboard || state.input.pointer !== 'none'
          ? words.shortcuts.grabbed
          : words.shortcuts.alt}
      </p>
      <div className="actions actions-apart">
        <button
          type="button"
          className="button"
          disabled={Object.keys(chosen).length === 0}
          onClick={() => keep({})}
        >
          {words.shortcuts.resetAll}
        </button>
        <button type="button" className="button button-main" onClick={close}>
          {words.close}
        </button>
      </div>
    </Modal>
  )
}
