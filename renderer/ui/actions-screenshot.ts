// SPDX-License-Identifier: GPL-2.0-or-later
import { type PlaneKind, planeKinds } from '../../core/plane.ts'
import { canShoot, type Saving, type ViewState } from '../store.ts'
import { type Action, always } from './action.ts'
import type { View } from './view.ts'
import { shownPlane } from './words.ts'

const planeLabels: Readonly<Record<PlaneKind, readonly [label: string, line: string]>> = {
  primary: ['Save the primary plane…', 'Primary…'],
  overlay: ['Save the overlay plane…', 'Overlay…'],
  cursor: ['Save the cursor plane…', 'Cursor…'],
}

function noPicture(state: ViewState): string | undefined {
  return canShoot(state) ? undefined : 'There is no picture'
}

function ask({ store }: View, saving: Saving): void {
  store.setState({ saving, panel: 'none' })
}

/** What is done with the picture as it is. */
export const screenshotActions: readonly Action[] = [
  {
    id: 'save',
    label: 'Save screenshot…',
    line: 'Save…',
    group: 'screenshot',
    section: 'picture',
    keys: ['Ctrl+Shift+S'],
    isOffered: always,
    objection: noPicture,
    run: (view) => ask(view, { plane: 'all', as: 'picture' }),
  },
  {
    id: 'copy',
    label: 'Copy screenshot',
    line: 'Copy to clipboard',
    group: 'screenshot',
    section: 'picture',
    keys: ['Ctrl+Shift+C'],
    isOffered: always,
    objection: noPicture,
    run: ({ shots }) => void shots.copy(),
  },
  {
    id: 'screenshot:cursor',
    label: 'Screenshots with cursor',
    line: 'With cursor',
    group: 'screenshot',
    section: 'picture',
    stays: true,
    isOffered: always,
    isOn: ({ settings }) => settings.screenshotCursor,
    run: ({ store, session }) => {
      const { screenshotCursor } = store.getState().settings
      void session.change({ screenshotCursor: !screenshotCursor })
    },
  },
  ...planeKinds.map(
    (plane): Action => ({
      id: `save:${plane}`,
      label: planeLabels[plane][0],
      line: planeLabels[plane][1],
      group: 'screenshot',
      folder: 'plane',
      section: 'planes',
      isOffered: always,
      objection: (state) =>
        noPicture(state) ??
        (shownPlane(state.statuses, plane) ? undefined : 'The guest does not show this plane'),
      run: (view) => ask(view, { plane, as: 'picture' }),
    }),
  ),
  {
    id: 'dump',
    label: 'Save raw plane dump…',
    line: 'Raw plane dump…',
    group: 'screenshot',
    section: 'planes',
    isOffered: always,
    objection: noPicture,
    run: (view) => ask(view, { plane: 'all', as: 'dump' }),
  },
  {
    id: 'screenshot:series',
    label: ({ settings, series }) =>
      `Save a screenshot every ${seconds(series?.seconds ?? settings.screenshotEvery)}`,
    line: ({ settings, series }) =>
      series
        ? `Every ${seconds(series.seconds)}, ${series.saved} saved`
        : `Every ${seconds(settings.screenshotEvery)}`,
    group: 'screenshot',
    section: 'files',
    isOffered: always,
    objection: (state) => (state.series ? undefined : noPicture(state)),
    isOn: ({ series }) => series !== undefined,
    run: ({ shots }) => void shots.toggleSeries(),
  },
  {
    id: 'screenshot:folder',
    label: 'Open screenshot folder',
    line: 'Open folder',
    group: 'screenshot',
    section: 'files',
    isOffered: ({ closed }) => !closed,
    run: ({ shots }) => void shots.reveal(),
  },
]

function seconds(count: number): string {
  return count === 1 ? 'second' : `${count} seconds`
}
