// SPDX-License-Identifier: GPL-2.0-or-later
import { Modal } from './modal.tsx'
import { useView, useViewState } from './view.ts'

/** Asks before the VM is reset: nothing brings back what the guest had not written. */
export function ResetDialog() {
  const { store, session } = useView()
  const title = useViewState((state) => state.guest.title)
  const close = () => store.setState({ panel: 'none' })
  return (
    <Modal title={`Reset ${title}?`} onClose={close}>
      <p>The guest restarts at once. What it has not written to its disks is lost.</p>
      <div className="actions">
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          className="button button-main"
          onClick={() => {
            close()
            void session.act('reset')
          }}
        >
          Reset
        </button>
      </div>
    </Modal>
  )
}
