// SPDX-License-Identifier: GPL-2.0-or-later
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Icon } from './icon.tsx'
import { Modal } from './modal.tsx'
import { type FoundEntry, findEntries, paletteEntries } from './palette-entries.ts'
import { useView, useViewState } from './view.ts'
import { words } from './words-window.ts'

/** One field that finds everything that can be done: arrow keys choose, Enter does it. */
export function Palette() {
  const view = useView()
  const state = useViewState((all) => all)
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const entries = useMemo(() => paletteEntries(state), [state])
  const found = useMemo(() => findEntries(query, entries), [query, entries])
  const at = Math.min(chosen, found.length - 1)
  const close = () => view.store.setState({ panel: 'none' })
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const run = (entry: FoundEntry | undefined) => {
    if (!entry || entry.objection) return
    close()
    entry.run(view)
  }
  const keys = (event: KeyboardEvent) => {
    const last = found.length - 1
    const to: Record<string, number> = {
      ArrowDown: at >= last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
      PageDown: Math.min(last, at + 8),
      PageUp: Math.max(0, at - 8),
    }
    const next = to[event.key]
    if (next !== undefined) setChosen(next)
    else if (event.key === 'Enter') run(found[at])
    else return
    event.preventDefault()
  }
  return (
    <Modal title={words.palette.title} bare onClose={close}>
      <input
        className="palette-field"
        role="combobox"
        aria-label={words.palette.title}
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[at] && entryId(found[at].id)}
        aria-autocomplete="list"
        placeholder={words.palette.title}
        spellCheck={false}
        autoComplete="off"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setChosen(0)
        }}
        onKeyDown={keys}
      />
      <div
        ref={list}
        className="palette-list"
        id="palette-list"
        role="listbox"
        aria-label={words.palette.list}
      >
        {found.map((entry, index) => (
          <Line key={entry.id} entry={entry} chosen={index === at} onRun={() => run(entry)} />
        ))}
      </div>
      {found.length === 0 && <p className="palette-none">{words.nothingFound}</p>}
      <p className="unseen" role="status">
        {words.palette.found(found.length)}
      </p>
    </Modal>
  )
}

type LineProps = {
  readonly entry: FoundEntry
  readonly chosen: boolean
  readonly onRun: () => void
}

function Line({ entry, chosen, onRun }: LineProps) {
  const { id, label, group, keys, objection, isOn, at } = entry
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
    <div
      id={entryId(id)}
      className="palette-line"
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      aria-disabled={objection !== ''}
      onClick={onRun}
    >
      <span className="menu-mark">{isOn && <Icon name="check" />}</span>
      <span className="palette-label">
        <Marked text={label} at={at} />
        {isOn && <span className="unseen">{words.palette.isOn}</span>}
        {objection && <small>{objection}</small>}
      </span>
      <small className="palette-group">{group}</small>
      {keys && <kbd>{keys}</kbd>}
    </div>
  )
}

/** A text whose sought characters stand out. */
function Marked({ text, at }: { readonly text: string; readonly at: readonly number[] }) {
  if (at.length === 0) return text
  return [...text].map((character, index) =>
    at.includes(index) ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: characters have no other name
      <b key={index}>{character}</b>
    ) : (
      character
    ),
  )
}

function entryId(id: string): string {
  return `palette-${id.replaceAll(/[^a-z0-9-]/gi, '-')}`
}
