// SPDX-License-Identifier: GPL-2.0-or-later
import { useEffect } from 'react'
import { assertNever } from '../../core/assert-never.ts'
import type { ScaleMode } from '../../core/settings.ts'
import type { Session } from '../session.ts'
import { canShoot, type Panel, type Store } from '../store.ts'
import { type Command, commandOf } from './shortcuts.ts'
import { useView } from './view.ts'

/** Event that shows or hides the toolbar; it belongs to the toolbar alone. */
export const toolbarToggle = 'scanout:toolbar'

/** Runs the commands of the shortcut table, and the toolbar on Alt pressed and released alone. */
export function useShortcuts(): void {
  const { store, session } = useView()
  useEffect(() => {
    let altAlone = false
    const down = (event: KeyboardEvent) => {
      altAlone = event.key === 'Alt' && !event.ctrlKey && !event.shiftKey && !event.metaKey
      const command = commandOf(event)
      if (!command || !run(command, store, session)) return
      event.preventDefault()
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
  }, [store, session])
}

/** @returns false when the key is better left to the browser */
function run(command: Command, store: Store, session: Session): boolean {
  const state = store.getState()
  const toggle = (panel: Panel) => {
    store.setState({ panel: state.panel === panel ? 'none' : panel })
  }
  switch (command) {
    case 'fullscreen':
      // A window that was started in fullscreen is the browser's to restore.
      if (state.fullscreen && !document.fullscreenElement) return false
      void session.toggleFullscreen()
      return true
    case 'save':
      if (canShoot(state)) store.setState({ saving: { plane: 'all', as: 'png' }, panel: 'none' })
      return true
    case 'copy':
      if (canShoot(state)) void session.copy()
      return true
    case 'mute':
      if (!state.guest.capabilities.audio) return false
      void session.change({ muted: !state.settings.muted })
      return true
    case 'toolbar':
      window.dispatchEvent(new Event(toolbarToggle))
      return true
    case 'status':
    case 'shortcuts':
      if (!state.saving) toggle(command)
      return true
    case 'close':
      void session.close()
      return true
    case 'release':
      // Heard by renderer/input, when it is let go.
      return false
    case 'scale:fit':
    case 'scale:integer':
    case 'scale:1:1':
    case 'scale:stretch':
      void session.scale(command.slice('scale:'.length) as ScaleMode)
      return true
    default:
      return assertNever(command)
  }
}
