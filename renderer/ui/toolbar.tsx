// SPDX-License-Identifier: GPL-2.0-or-later
import { useRef } from 'react'
import { isLive } from '../store.ts'
import { firstKeyOf } from './actions.ts'
import { toggleFullscreen } from './actions-view.ts'
import { ConsoleMenu, KeysMenu, RecordMenu, ScreenshotMenu, VmMenu } from './group-menus.tsx'
import { Icon } from './icon.tsx'
import { MainMenu } from './main-menu.tsx'
import { MuteButton } from './mute-button.tsx'
import { RecordingIndicator } from './recording-indicator.tsx'
import { ScaleSwitch } from './scale-switch.tsx'
import { StatusPanel } from './status-panel.tsx'
import { useReveal } from './use-reveal.ts'
import { useView, useViewState } from './view.ts'
import { summary } from './words.ts'
import { words } from './words-window.ts'

/** The bar on top: who this is, how it is scaled, what can be done with the picture. */
export function Toolbar() {
  const view = useView()
  const bar = useRef<HTMLElement>(null)
  const title = useViewState((state) => state.guest.title)
  const line = useViewState(summary)
  const fullscreen = useViewState((state) => state.fullscreen)
  const keys = useViewState(({ settings }) => firstKeyOf('fullscreen', settings.keys))
  const atEdge = useViewState(({ settings }) => settings.toolbarAtEdge)
  const pinned = useViewState(
    (state) => !isLive(state) || state.panel !== 'none' || state.saving !== undefined,
  )
  const shown = useReveal(bar, pinned, atEdge)
  return (
    <header
      ref={bar}
      className={shown ? 'toolbar' : 'toolbar toolbar-hidden'}
      role="toolbar"
      aria-label={words.toolbar.label}
    >
      <div className="toolbar-title">
        <h1 title={title}>{title}</h1>
        {line && <p>{line}</p>}
      </div>
      <RecordingIndicator />
      <ScaleSwitch />
      <ConsoleMenu />
      <VmMenu />
      <KeysMenu />
      <MuteButton />
      <ScreenshotMenu />
      <RecordMenu />
      <StatusPanel />
      <button
        type="button"
        className="button-icon"
        aria-label={fullscreen ? words.toolbar.leaveFullscreen : words.toolbar.fullscreen}
        title={`${fullscreen ? words.toolbar.leaveFullscreen : words.toolbar.fullscreen} (${keys})`}
        onClick={() => toggleFullscreen(view)}
      >
        <Icon name={fullscreen ? 'restore' : 'fullscreen'} />
      </button>
      <MainMenu />
    </header>
  )
}
