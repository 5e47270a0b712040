// SPDX-License-Identifier: GPL-2.0-or-later
import { Modal } from './modal.tsx'
import { keyWords, shortcuts } from './shortcuts.ts'
import { useView } from './view.ts'

/** The shortcut table as a dialog. */
export function ShortcutsDialog() {
  const { store } = useView()
  const close = () => store.setState({ panel: 'none' })
  return (
    <Modal title="Keyboard shortcuts" onClose={close}>
      <dl className="keys">
        {[...Map.groupBy(shortcuts, (row) => row.command)].map(([command, rows]) => (
          <div key={command}>
            <dt>{rows[0]?.label}</dt>
            <dd>
              {rows.map((row) => (
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
