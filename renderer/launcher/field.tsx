// SPDX-License-Identifier: GPL-2.0-or-later
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { useLauncher, useLauncherState } from './context.ts'
import { LIST_ID, rowId } from './found-list.tsx'
import { Glyph } from './glyph.tsx'
import { copyText, isForgettable, type Launcher } from './launcher.ts'
import { words } from './words.ts'

/** Rows that Page Up and Page Down go. */
const PAGE = 5

/** What a key in the field does; undefined leaves it to the text. */
type KeyRow = {
  readonly key: string
  readonly ctrl?: boolean
  readonly when?: (launcher: Launcher, field: HTMLInputElement) => boolean
  readonly act: (launcher: Launcher, field: HTMLInputElement, event: KeyboardEvent) => void
}

const isAtEnd = ({ selectionStart, selectionEnd, value }: HTMLInputElement) =>
  selectionStart === value.length && selectionEnd === value.length
const hasNoSelection = ({ selectionStart, selectionEnd }: HTMLInputElement) =>
  selectionStart === selectionEnd

/** All keys of the launcher; the first row that fits counts. */
// biome-ignore format: one row per key
export const keyRows: readonly KeyRow[] = [
  { key: 'ArrowDown',            act: (launcher) => launcher.move(1) },
  { key: 'ArrowUp',              act: (launcher) => launcher.move(-1) },
  { key: 'PageDown',             act: (launcher) => launcher.move(PAGE) },
  { key: 'PageUp',               act: (launcher) => launcher.move(-PAGE) },
  { key: 'Enter',                act: (launcher) => launcher.open(launcher.active(), false) },
  { key: 'Enter',   ctrl: true,  act: (launcher) => launcher.open(launcher.active(), true) },
  { key: 'Delete',               when: (launcher, field) => isAtEnd(field) && isForgettable(launcher.active()),
                                 act: (launcher) => launcher.forget(launcher.active()) },
  { key: 'c',       ctrl: true,  when: (launcher, field) => hasNoSelection(field) && launcher.active() !== undefined,
                                 act: copyActive },
  { key: 'Escape',               when: (_launcher, field) => field.value !== '', act: (launcher) => launcher.type('') },
  { key: 'Escape',               act: (launcher) => launcher.close() },
]

function copyActive(launcher: Launcher): void {
  const row = launcher.active()
  if (row) void launcher.copy(copyText(row))
}

/** Filters, takes addresses, and has the focus: every key of the list is heard here. */
export function Field() {
  const launcher = useLauncher()
  const text = useLauncherState((state) => state.text)
  useLauncherState((state) => state.found)
  useLauncherState((state) => state.chosen)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const focus = () => {
      field.current?.focus()
      field.current?.select()
    }
    const hear = (event: globalThis.KeyboardEvent) => {
      if (!(event.ctrlKey && event.key.toLowerCase() === 'l')) return
      event.preventDefault()
      focus()
    }
    field.current?.focus()
    window.addEventListener('keydown', hear)
    return () => window.removeEventListener('keydown', hear)
  }, [])
  const hear = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing || event.altKey || event.metaKey) return
    const input = event.currentTarget
    const row = keyRows.find(
      ({ key, ctrl = false, when }) =>
        key === event.key && ctrl === event.ctrlKey && (!when || when(launcher, input)),
    )
    if (!row) return
    event.preventDefault()
    row.act(launcher, input, event)
  }
  const rows = launcher.rows()
  return (
    <div className="search">
      <Glyph name="search" />
      <input
        ref={field}
        type="text"
        role="combobox"
        value={text}
        placeholder={words.field}
        aria-label={words.field}
        aria-controls={LIST_ID}
        aria-expanded={true}
        aria-autocomplete="list"
        aria-activedescendant={rowId(rows, launcher.active())}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => launcher.type(event.currentTarget.value)}
        onKeyDown={hear}
      />
    </div>
  )
}
