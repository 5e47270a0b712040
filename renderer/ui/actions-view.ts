// SPDX-License-Identifier: GPL-2.0-or-later
import { rotations, type ScaleMode, scaleModes } from '../../core/settings.ts'
import type { ViewState } from '../store.ts'
import { type Action, always } from './action.ts'
import { toolbarToggle } from './toolbar-toggle.ts'
import type { View } from './view.ts'
import { scaleWords } from './words.ts'
import { nextZoom, zoomOf } from './zoom.ts'

const scaleKeys: Readonly<Record<ScaleMode, readonly string[]>> = {
  fit: ['Alt+1'],
  integer: ['Alt+2'],
  '1:1': ['Alt+3', 'Ctrl+0'],
  stretch: ['Alt+4'],
}

function zoomBy({ store, session }: View, direction: 1 | -1): void {
  const zoom = nextZoom(zoomOf(store.getState()), direction)
  void session.change({ scale: '1:1', zoom })
}

function rotateBy({ store, session }: View, degrees: 90 | 270): void {
  const now = rotations.indexOf(store.getState().settings.rotation)
  const rotation = rotations[(now + degrees / 90) % rotations.length] ?? 0
  void session.change({ rotation })
}

/** On the monitor that was chosen last for this VM, as long as it is there. */
export function toggleFullscreen({ store, session, screens }: View): void {
  const { fullscreen, settings } = store.getState()
  void session.toggleFullscreen(fullscreen ? undefined : screens.find(settings.monitor))
}

function noPicture(state: ViewState): string | undefined {
  return state.picture === undefined ? 'There is no picture' : undefined
}

/** How the picture lies in the window, and the window on the desktop. */
export const viewActions: readonly Action[] = [
  ...scaleModes.map(
    (mode): Action => ({
      id: `scale:${mode}`,
      label: scaleWords[mode].label,
      group: 'view',
      folder: 'scale',
      section: 'scale',
      keys: scaleKeys[mode],
      isOffered: always,
      isOn: ({ settings }) => settings.scale === mode && (mode !== '1:1' || settings.zoom === 100),
      run: ({ session }) => void session.scale(mode),
    }),
  ),
  {
    id: 'zoom:in',
    label: 'Zoom in',
    group: 'view',
    section: 'scale',
    keys: ['Ctrl++', 'Ctrl+='],
    stays: true,
    isOffered: always,
    objection: noPicture,
    run: (view) => zoomBy(view, 1),
  },
  {
    id: 'zoom:out',
    label: 'Zoom out',
    group: 'view',
    section: 'scale',
    keys: ['Ctrl+-'],
    stays: true,
    isOffered: always,
    objection: noPicture,
    run: (view) => zoomBy(view, -1),
  },
  {
    id: 'rotate:right',
    label: 'Rotate right',
    group: 'view',
    section: 'rotate',
    stays: true,
    isOffered: always,
    run: (view) => rotateBy(view, 90),
  },
  {
    id: 'rotate:left',
    label: 'Rotate left',
    group: 'view',
    section: 'rotate',
    stays: true,
    isOffered: always,
    run: (view) => rotateBy(view, 270),
  },
  {
    id: 'fullscreen',
    label: ({ fullscreen }) => (fullscreen ? 'Leave fullscreen' : 'Fullscreen'),
    group: 'view',
    section: 'window',
    keys: ['F11'],
    isAlways: true,
    // A window that was started in fullscreen is the browser's to restore.
    isOffered: ({ fullscreen }) => !fullscreen || document.fullscreenElement !== null,
    run: (view) => toggleFullscreen(view),
  },
  {
    id: 'keep-on-top',
    label: 'Keep on top',
    group: 'view',
    section: 'window',
    stays: true,
    isOffered: always,
    objection: ({ hello }) =>
      hello?.shell === 'electron'
        ? undefined
        : "A browser page cannot; your desktop's window menu can",
    isOn: ({ settings, hello }) => settings.keepOnTop && hello?.shell === 'electron',
    run: ({ store, session }) => {
      void session.change({ keepOnTop: !store.getState().settings.keepOnTop })
    },
  },
  {
    id: 'toolbar',
    label: 'Show or hide the toolbar',
    group: 'view',
    section: 'toolbar',
    keys: ['F10'],
    isOffered: always,
    run: () => void window.dispatchEvent(new Event(toolbarToggle)),
  },
  {
    id: 'toolbar:edge',
    label: 'Toolbar at the top edge',
    group: 'view',
    section: 'toolbar',
    stays: true,
    isOffered: always,
    isOn: ({ settings }) => settings.toolbarAtEdge,
    run: ({ store, session }) => {
      void session.change({ toolbarAtEdge: !store.getState().settings.toolbarAtEdge })
    },
  },
]

/** One for each monitor to choose from. */
export function monitorActions({ screens }: ViewState): readonly Action[] {
  return screens.map(({ label, width, height, isPrimary }, index) => ({
    id: `fullscreen:${index + 1}`,
    label: `Fullscreen on ${label || `monitor ${index + 1}`}`,
    line: `${label || `Monitor ${index + 1}`}, ${width} × ${height}${isPrimary ? ', first' : ''}`,
    group: 'view',
    folder: 'monitor',
    section: 'window',
    isOffered: always,
    isOn: ({ settings }) => label !== '' && settings.monitor === label,
    run: ({ session, screens: known }) => {
      void session.change({ monitor: label })
      void session.toggleFullscreen(known.find(label))
    },
  }))
}
