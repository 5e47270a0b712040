// SPDX-License-Identifier: GPL-2.0-or-later
import { useEffect } from 'react'
import { hasDialog } from '../store.ts'
import { actionOfKeys } from './actions.ts'
import { toolbarToggle } from './toolbar-toggle.ts'
import { useView } from './view.ts'

/** Runs the actions whose keys are pressed, and the toolbar on Alt pressed and released alone. */
export function useShortcuts(): void {
  const view = useView()
  useEffect(() => {
    let altAlone = false
    const down = (event: KeyboardEvent) => {
      altAlone = event.key === 'Alt' && !event.ctrlKey && !event.shiftKey && !event.metaKey
      const state = view.store.getState()
      const action = actionOfKeys(event, state)
      if (!action) return
      event.preventDefault()
      const isOpen = action.opens !== undefined && action.opens === state.panel
      if (hasDialog(state) && !action.isAlways && !isOpen) return
      action.run(view)
    }
    const up = (event: KeyboardEvent) => {
      if (event.key !== 'Alt' || !altAlone) return
      altAlone = false
      event.preventDefault()
      window.dispatchEvent(new Event(toolbarToggle))
    }
    const spoilt = () => {
      altAlone = false
    }
    window.addEventListener('keydown', down)
    window.addEventListener('keyup', up)
    window.addEventListener('pointerdown', spoilt)
    window.addEventListener('blur', spoilt)
    return () => {
      window.removeEventListener('keydown', down)
      window.removeEventListener('keyup', up)
      window.removeEventListener('pointerdown', spoilt)
      window.removeEventListener('blur', spoilt)
    }
  }, [view])
}
