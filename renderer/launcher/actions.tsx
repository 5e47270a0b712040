// SPDX-License-Identifier: GPL-2.0-or-later
import { useLauncher, useLauncherState } from './context.ts'
import { copyText, isForgettable } from './launcher.ts'
import { activeRow, listedRows } from './rows.ts'
import { countWords, opening, words } from './words.ts'

/** What can be done with the row that is chosen, with the keys for it. */
export function Actions() {
  const launcher = useLauncher()
  const found = useLauncherState((state) => state.found)
  const text = useLauncherState((state) => state.text)
  const chosen = useLauncherState((state) => state.chosen)
  const stays = useLauncherState((state) => state.hello?.stays === true)
  const isOpening = useLauncherState((state) => state.opening !== undefined)
  const row = activeRow(listedRows(found, text), chosen)
  return (
    <footer className="launcher-actions">
      <Status />
      {isForgettable(row) && (
        <button type="button" className="button" onClick={() => launcher.forget(row)}>
          {words.forget} <kbd>Del</kbd>
        </button>
      )}
      {row && copyText(row) !== '' && (
        <button
          type="button"
          className="button"
          onClick={() => void launcher.copy(copyText(row))}
          title={copyText(row)}
        >
          {row.fix === '' ? words.copyAddress : words.copyFix} <kbd>Ctrl+C</kbd>
        </button>
      )}
      <button
        type="button"
        className="button button-main"
        title={stays ? undefined : words.openAndStay}
        disabled={!row?.usable || isOpening}
        onClick={(event) => launcher.open(row, event.ctrlKey)}
      >
        {words.open} <kbd>Enter</kbd>
      </button>
    </footer>
  )
}

function Status() {
  const found = useLauncherState((state) => state.found)
  const isThere = useLauncherState((state) => state.hello !== undefined)
  const name = useLauncherState((state) => state.opening)
  const copied = useLauncherState((state) => state.copied)
  const said = () => {
    if (name !== undefined) return opening(name)
    if (copied !== undefined) return words.copied
    return isThere ? countWords(found) : words.looking
  }
  return (
    <div className="launcher-status" role="status">
      {said()}
    </div>
  )
}
