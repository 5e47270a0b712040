// SPDX-License-Identifier: GPL-2.0-or-later
import '../ui/tokens.css'
import '../ui/base.css'
import '../ui/controls.css'
import './launcher.css'
import './found-list.css'
import { type DragEvent, useRef } from 'react'
import { sentence } from '../ui/sentence.ts'
import { Actions } from './actions.tsx'
import { Bare } from './bare.tsx'
import { useLauncher, useLauncherState } from './context.ts'
import { Field } from './field.tsx'
import { FoundList } from './found-list.tsx'
import { Glyph } from './glyph.tsx'
import { isBare, listedRows } from './rows.ts'
import { noMatch, words } from './words.ts'

/** The whole page. */
export function App() {
  const launcher = useLauncher()
  const drop = (event: DragEvent) => {
    event.preventDefault()
    const [file] = event.dataTransfer.files
    if (file) void launcher.openFile(file)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a file may be dropped anywhere
    <div className="launcher" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <header className="launcher-head">
        <h1 className="unseen">Scanout</h1>
        <Field />
        <OpenFile />
      </header>
      <main className="launcher-main">
        <Listed />
      </main>
      <Trouble />
      <Actions />
    </div>
  )
}

function Listed() {
  const isThere = useLauncherState((state) => state.hello !== undefined)
  const found = useLauncherState((state) => state.found)
  const text = useLauncherState((state) => state.text)
  if (!isThere) return null
  return (
    <>
      {text === '' && isBare(found) && <Bare />}
      {listedRows(found, text).length === 0 && <p className="no-match">{noMatch(text)}</p>}
      <FoundList />
    </>
  )
}

/** A session file by the desktop's own dialog. */
function OpenFile() {
  const launcher = useLauncher()
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        {words.openFile}
      </button>
      <input
        ref={input}
        type="file"
        accept=".scanout,.vv,.json"
        hidden
        aria-label={words.openFile}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          currentTarget.value = ''
          if (file) void launcher.openFile(file)
        }}
      />
    </>
  )
}

function Trouble() {
  const launcher = useLauncher()
  const trouble = useLauncherState((state) => (state.closed ? words.ended : state.trouble))
  return (
    <div role="alert">
      {trouble && (
        <div className="trouble">
          <div className="trouble-text">
            <strong>{sentence(`${trouble.what}: ${trouble.why}`)}</strong>
            <span>{sentence(trouble.remedy)}</span>
          </div>
          {trouble !== words.ended && (
            <button
              type="button"
              className="button-icon"
              aria-label={words.dismiss}
              onClick={() => launcher.dismiss()}
            >
              <Glyph name="close" />
            </button>
          )}
        </div>
      )}
    </div>
  )
}
