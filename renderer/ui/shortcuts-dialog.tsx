// SPDX-License-Identifier: GPL-2.0-or-later
import { Modal } from './modal.tsx'
import { keyWords, shortcuts } from './shortcuts.ts'
import { useView, useViewState } from './view.ts'

/** The shortcut table as a dialog. */
export function ShortcutsDialog() {
  const { store } = useView()
  const grabs = useViewState(({ input }) => input.keyboard || input.pointer !== 'none')
  const rows = shortcuts.filter(({ command }) => grabs || command !== 'release')
  const close = () => store.setState({ panel: 'none' })
  return (
    <Modal title="Keyboard shortcuts" onClose={close}>
      <dl className="keys">
        {[...Map.groupBy(rows, (row) => row.command)].map(([command, keys]) => (
          <div key={command}>
            <dt>{keys[0]?.label}</dt>
            <dd>
              {keys.map((row) => (
                <kbd key={keyWords(row)}>{keyWords(row)}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div className="actions">
        <button type="button" className="button" onClick={close}>
          Close
        </button>
      </div>
    </Modal>
  )
}
