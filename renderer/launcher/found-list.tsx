// SPDX-License-Identifier: GPL-2.0-or-later
import { type MouseEvent, useEffect, useRef } from 'react'
import { sentence } from '../ui/sentence.ts'
import { useLauncher, useLauncherState } from './context.ts'
import { Glyph } from './glyph.tsx'
import { activeRow, groupRows, listedRows, type Row } from './rows.ts'
import { groupWords, sinceWords, words } from './words.ts'

export const LIST_ID = 'found'

/** The DOM id of a row: ids of what is found may hold anything. */
export function rowId(rows: readonly Row[], row: Row | undefined): string | undefined {
  return row ? `row-${rows.indexOf(row)}` : undefined
}

/** What can be opened, in groups; the field above keeps the focus and says which row is meant. */
export function FoundList() {
  const found = useLauncherState((state) => state.found)
  const text = useLauncherState((state) => state.text)
  const chosen = useLauncherState((state) => state.chosen)
  const rows = listedRows(found, text)
  const active = activeRow(rows, chosen)
  return (
    <div id={LIST_ID} className="found" role="listbox" aria-label={words.list}>
      {groupRows(rows).map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
        <div key={group.kind} role="group" aria-labelledby={`heading-${group.kind}`}>
          <div id={`heading-${group.kind}`} className="found-heading" role="presentation">
            {groupWords[group.kind]}
          </div>
          {group.rows.map((row) => (
            <FoundRow key={row.id} id={rowId(rows, row)} row={row} isActive={row === active} />
          ))}
        </div>
      ))}
    </div>
  )
}

type FoundRowProps = {
  readonly id: string | undefined
  readonly row: Row
  readonly isActive: boolean
}

function FoundRow({ id, row, isActive }: FoundRowProps) {
  const launcher = useLauncher()
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: 'nearest' })
  }, [isActive])
  const keepFocus = (event: MouseEvent) => event.preventDefault()
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard by the field, which keeps the focus
    <div
      ref={element}
      id={id}
      className={row.usable ? 'row' : 'row row-off'}
      role="option"
      aria-selected={isActive}
      aria-disabled={!row.usable}
      tabIndex={-1}
      onMouseDown={keepFocus}
      onClick={() => launcher.choose(row)}
      onDoubleClick={(event) => launcher.open(row, event.ctrlKey)}
      onAuxClick={(event) => event.button === 1 && launcher.open(row, true)}
    >
      <Thumbnail row={row} />
      <div className="row-text">
        <div className="row-name">{row.name}</div>
        <RowDetail row={row} />
        {!row.usable && (
          <div className="row-why">
            {sentence(row.why)} <Remedy row={row} />
          </div>
        )}
      </div>
      <Seen row={row} />
    </div>
  )
}

/** What would help; what is to be typed looks like that, and ends where it ends. */
function Remedy({ row: { remedy, fix } }: { readonly row: Row }) {
  const at = fix === '' ? -1 : remedy.indexOf(fix)
  if (at < 0) return <span className="row-remedy">{sentence(remedy)}</span>
  return (
    <span className="row-remedy">
      {remedy.slice(0, at)}
      <code className="mono">{fix}</code>
      {remedy.slice(at + fix.length)}
    </span>
  )
}

function RowDetail({ row: { kind, what, address, name } }: { readonly row: Row }) {
  if (kind === 'typed') return null
  const shown = address === name ? '' : address
  return (
    <div className="row-detail">
      {what.charAt(0).toUpperCase() + what.slice(1)}
      {shown !== '' && <span className="row-address mono">{shown}</span>}
    </div>
  )
}

function Seen({ row: { seenMs } }: { readonly row: Row }) {
  const nowMs = useLauncherState((state) => state.nowMs)
  if (seenMs === undefined) return null
  return (
    <time className="row-seen" dateTime={new Date(seenMs).toISOString()}>
      {sinceWords(seenMs, nowMs)}
    </time>
  )
}

function Thumbnail({ row: { kind, picture } }: { readonly row: Row }) {
  return (
    <div className="thumbnail">
      {picture === undefined ? (
        <Glyph name={kind} />
      ) : (
        <img src={picture} alt="" draggable={false} decoding="async" />
      )}
    </div>
  )
}
