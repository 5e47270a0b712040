// SPDX-License-Identifier: GPL-2.0-or-later
import { type Action, always, toggle } from './action.ts'

/** Looking closer. */
export const toolsActions: readonly Action[] = [
  {
    id: 'status',
    label: 'About this display',
    group: 'tools',
    keys: ['Alt+Enter'],
    opens: 'status',
    isOffered: always,
    run: (view) => toggle(view, 'status'),
  },
]

/** Scanout itself. */
export const appActions: readonly Action[] = [
  {
    id: 'palette',
    label: 'Find an action…',
    group: 'app',
    section: 'find',
    keys: ['Ctrl+Shift+P'],
    opens: 'palette',
    isOffered: always,
    run: (view) => toggle(view, 'palette'),
  },
  {
    id: 'preferences',
    label: 'Preferences…',
    group: 'app',
    section: 'find',
    keys: ['Ctrl+,'],
    opens: 'preferences',
    isOffered: ({ closed }) => !closed,
    run: (view) => toggle(view, 'preferences'),
  },
  {
    id: 'shortcuts',
    label: 'Keyboard shortcuts…',
    group: 'app',
    section: 'find',
    keys: ['Ctrl+?'],
    opens: 'shortcuts',
    isOffered: always,
    run: (view) => toggle(view, 'shortcuts'),
  },
  {
    id: 'release',
    label: 'Take pointer and keys back from the guest',
    line: 'Release pointer and keys',
    builtIn: 'Ctrl+Alt',
    group: 'app',
    section: 'input',
    isOffered: ({ input }) => input.keyboard || input.pointer !== 'none',
    objection: ({ grabbed }) => (grabbed ? undefined : 'They are yours'),
    run: ({ input }) => input.leave(),
  },
  {
    id: 'close',
    label: 'Quit viewer',
    group: 'app',
    section: 'quit',
    keys: ['Ctrl+Shift+Q'],
    isAlways: true,
    isOffered: always,
    run: ({ session }) => void session.close(),
  },
]
