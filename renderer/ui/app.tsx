// SPDX-License-Identifier: GPL-2.0-or-later
import './tokens.css'
import './base.css'
import './app.css'
import './controls.css'
import './toolbar.css'
import './panel.css'
import './state.css'
import './dialog.css'
import './preferences.css'
import './palette.css'
import { Inspection } from '../inspector/inspection.tsx'
import { Palette } from './palette.tsx'
import { PreferencesDialog } from './preferences-dialog.tsx'
import { ResetDialog } from './reset-dialog.tsx'
import { SaveDialog } from './save-dialog.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { StateCard, StateStrip } from './state-card.tsx'
import { ToastLine } from './toast.tsx'
import { Toolbar } from './toolbar.tsx'
import { TypingDialog } from './typing-dialog.tsx'
import { useShortcuts } from './use-shortcuts.ts'
import { useViewState } from './view.ts'

/** Everything of ours: it lies over the canvas and lets the pointer through where it shows nothing. */
export function App() {
  useShortcuts()
  const saving = useViewState((state) => state.saving)
  const panel = useViewState((state) => state.panel)
  return (
    <>
      <Toolbar />
      <StateCard />
      <Inspection />
      <div className="bottom">
        <ToastLine />
        <StateStrip />
      </div>
      {saving && <SaveDialog key={`${saving.as} ${saving.plane}`} saving={saving} />}
      {panel === 'palette' && <Palette />}
      {panel === 'preferences' && <PreferencesDialog />}
      {panel === 'shortcuts' && <ShortcutsDialog />}
      {panel === 'reset' && <ResetDialog />}
      {panel === 'typing' && <TypingDialog />}
    </>
  )
}
