// SPDX-License-Identifier: GPL-2.0-or-later
import type { VmAction } from '../../core/guest.ts'
import { actsOnVm, type ViewState } from '../store.ts'
import type { Action } from './action.ts'
import { type RunAction, runActions, runWords } from './vm-words.ts'
import { actionWords, consoleWords } from './words.ts'

/** The next step of a VM that stands still, other than a reset. */
function goesOn({ vm }: ViewState): Exclude<RunAction, 'reset'> | undefined {
  const next = vm ? runWords(vm.run)?.action : undefined
  return next === 'reset' ? undefined : next
}

/** What the first item does now. */
function stepWords(state: ViewState): string {
  const next = goesOn(state)
  return next ? actionWords[next] : 'Pause'
}

/** QEMU is there and its guest is not any more. */
function isOver({ vm }: ViewState): boolean {
  return vm !== null && runWords(vm.run)?.action === 'reset'
}

function mayNotAct(state: ViewState): string | undefined {
  return actsOnVm(state) ? undefined : 'This viewer only looks'
}

const hasMonitor = ({ vm, closed }: ViewState): boolean => vm !== null && !closed

/** What the VM does, and what it shares with this desktop. */
export const vmActions: readonly Action[] = [
  {
    id: 'vm:pause',
    label: (state) => `${stepWords(state)} the VM`,
    line: stepWords,
    group: 'vm',
    section: 'power',
    isOffered: hasMonitor,
    objection: (state) => mayNotAct(state) ?? (isOver(state) ? 'The guest has ended' : undefined),
    run: ({ store, session }) => {
      const next = goesOn(store.getState())
      const action: VmAction = next ? runActions[next] : 'pause'
      void session.act(action)
    },
  },
  {
    id: 'vm:power-button',
    label: 'Press the power button of the VM',
    line: 'Press power button',
    group: 'vm',
    section: 'power',
    isOffered: hasMonitor,
    objection: (state) => mayNotAct(state) ?? (isOver(state) ? 'The guest has ended' : undefined),
    run: ({ session }) => void session.act('power-button'),
  },
  {
    id: 'vm:reset',
    label: 'Reset the VM…',
    line: 'Reset…',
    group: 'vm',
    section: 'power',
    isOffered: hasMonitor,
    objection: mayNotAct,
    run: ({ store }) => store.setState({ panel: 'reset' }),
  },
  {
    id: 'vm:reopen',
    label: 'Connect to the VM again',
    line: 'Connect again',
    group: 'vm',
    section: 'power',
    isOffered: ({ closed }) => !closed,
    run: ({ session }) => void session.reopen(),
  },
  {
    id: 'launcher:create',
    label: 'Create a launcher for this VM',
    line: 'Create launcher',
    group: 'vm',
    section: 'launcher',
    isOffered: ({ closed }) => !closed,
    run: ({ session }) => void session.createLauncher(),
  },
  {
    id: 'vm:follow',
    label: 'Guest follows window size',
    group: 'vm',
    section: 'share',
    stays: true,
    isOffered: ({ guest }) => guest.capabilities.resize,
    objection: ({ viewOnly }) => (viewOnly ? 'This viewer only looks' : undefined),
    isOn: ({ settings }) => settings.guestFollows,
    run: ({ store, session }) => {
      void session.change({ guestFollows: !store.getState().settings.guestFollows })
    },
  },
  {
    id: 'vm:clipboard',
    label: (state) => {
      if (state.hello?.viewOnly !== false) return 'Share clipboard, not with --view-only'
      const isOneWay = state.sharesClipboard && state.viewOnly
      return isOneWay ? 'Share clipboard, from the guest only' : 'Share clipboard'
    },
    group: 'vm',
    section: 'share',
    stays: true,
    isOffered: ({ guest }) => guest.capabilities.clipboard,
    objection: ({ hello }) =>
      hello?.viewOnly === false ? undefined : 'This viewer was started to view only',
    isOn: ({ sharesClipboard, hello }) => sharesClipboard && hello?.viewOnly === false,
    run: ({ store }) => store.setState({ sharesClipboard: !store.getState().sharesClipboard }),
  },
  {
    id: 'mute',
    label: 'Mute the guest',
    group: 'vm',
    section: 'share',
    keys: ['Ctrl+Shift+M'],
    stays: true,
    isOffered: ({ guest, closed }) => guest.capabilities.audio && !closed,
    isOn: ({ settings }) => settings.muted,
    run: ({ store, session }) => {
      void session.change({ muted: !store.getState().settings.muted })
    },
  },
]

/** One for each console of the VM; none where there is only one. */
export function consoleActions({ guest, closed }: ViewState): readonly Action[] {
  if (guest.consoles.length < 2 || closed) return []
  return guest.consoles.map((console) => ({
    id: `console:${console.id}`,
    label: `Show console ${consoleWords(console)}`,
    line: consoleWords(console),
    group: 'consoles',
    isOffered: () => true,
    isOn: (state) => state.guest.console?.id === console.id,
    run: ({ store, session }) => {
      const isShown = store.getState().guest.console?.id === console.id
      if (!isShown) void session.showConsole(console.id)
    },
  }))
}
