// SPDX-License-Identifier: GPL-2.0-or-later
import { Icon } from './icon.tsx'
import { useView, useViewState } from './view.ts'
import { words } from './words-window.ts'

/** One line at the bottom about what was just done or failed. */
export function ToastLine() {
  const { session, shots, recorder } = useView()
  const toast = useViewState((state) => state.toast)
  return (
    <div aria-live="polite">
      {toast && (
        <div className="toast" role={toast.kind === 'failed' ? 'alert' : 'status'}>
          <div className="toast-text">
            <strong>{toast.title}</strong>
            {toast.detail && <span className="toast-detail">{toast.detail}</span>}
          </div>
          {toast.reveal && (
            <button
              type="button"
              className="button"
              onClick={() => void (toast.reveal === 'recordings' ? recorder : shots).reveal()}
            >
              {words.openFolder}
            </button>
          )}
          <button
            type="button"
            className="button-icon"
            aria-label={words.dismiss}
            onClick={() => session.toast(undefined)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  )
}
