// SPDX-License-Identifier: GPL-2.0-or-later
import { type Action, always } from './action.ts'

/** Looking at what comes and how it is drawn. */
export const inspectorActions: readonly Action[] = [
  {
    id: 'inspector',
    label: 'Inspector',
    group: 'tools',
    section: 'inspector',
    keys: ['Ctrl+Shift+I'],
    isOffered: always,
    isOn: ({ inspects }) => inspects,
    run: ({ store }) => store.setState(({ inspects }) => ({ inspects: !inspects, panel: 'none' })),
  },
  {
    id: 'flash',
    label: 'Flash changes',
    group: 'tools',
    section: 'inspector',
    stays: true,
    isOffered: ({ inspects }) => inspects,
    isOn: ({ flashesDamage }) => flashesDamage,
    run: ({ store }) => store.setState(({ flashesDamage }) => ({ flashesDamage: !flashesDamage })),
  },
  {
    id: 'statistics',
    label: 'Statistics',
    group: 'tools',
    section: 'inspector',
    keys: ['Ctrl+Shift+F'],
    stays: true,
    isOffered: always,
    isOn: ({ showsStatistics }) => showsStatistics,
    run: ({ store }) => {
      store.setState(({ showsStatistics }) => ({ showsStatistics: !showsStatistics }))
    },
  },
]
