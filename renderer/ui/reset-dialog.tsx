// SPDX-License-Identifier: GPL-2.0-or-later
import { Modal } from './modal.tsx'
import { useView, useViewState } from './view.ts'
import { words } from './words-window.ts'

/** Asks before the VM is reset: nothing brings back what the guest had not written. */
export function ResetDialog() {
  const { store, session } = useView()
  const title = useViewState((state) => state.guest.title)
  const close = () => store.setState({ panel: 'none' })
  return (
    <Modal title={words.reset.title(title)} onClose={close}>
      <p>{words.reset.why}</p>
      <div className="actions">
        <button type="button" className="button" onClick={close}>
          {words.cancel}
        </button>
        <button
          type="button"
          className="button button-main"
          onClick={() => {
            close()
            void session.act('reset')
          }}
        >
          {words.reset.reset}
        </button>
      </div>
    </Modal>
  )
}
