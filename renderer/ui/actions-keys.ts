// SPDX-License-Identifier: GPL-2.0-or-later
import type { ViewState } from '../store.ts'
import type { Action, ActionFolder } from './action.ts'
import { type KeyCombination, keyCombinations, sysrqs, terminals } from './key-combinations.ts'

const takesKeyboard = ({ hello, input, closed }: ViewState): boolean =>
  hello?.viewOnly === false && input.keyboard && !closed

const onlyLooks = ({ viewOnly }: ViewState): string | undefined =>
  viewOnly ? 'This viewer only looks' : undefined

/** `send:ctrl-alt-del`; what a combination does (`: take the keyboard back`) is no part of its name. */
export function sendId({ label }: KeyCombination): string {
  const [keys = ''] = label.split(':')
  return `send:${keys.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
}

function send(combination: KeyCombination, section: string, folder?: ActionFolder): Action {
  return {
    id: sendId(combination),
    label: `Send ${combination.label}`,
    line: combination.label,
    group: 'keys',
    section,
    ...(folder && { folder }),
    isOffered: takesKeyboard,
    objection: onlyLooks,
    run: ({ session }) => session.sendKeys(combination.codes),
  }
}

/** Keys that a person sends without pressing them. */
export const keysActions: readonly Action[] = [
  ...keyCombinations.map((one) => send(one, 'keys')),
  ...terminals.map((one) => send(one, 'folders', 'terminal')),
  ...sysrqs.map((one) => send(one, 'folders', 'sysrq')),
  {
    id: 'type-clipboard',
    label: 'Type clipboard text',
    group: 'keys',
    section: 'text',
    isOffered: takesKeyboard,
    objection: onlyLooks,
    run: ({ typing }) => void typing.begin(),
  },
  {
    id: 'view-only',
    label: 'View only',
    group: 'keys',
    section: 'only',
    isOffered: takesKeyboard,
    stays: true,
    isOn: ({ viewOnly }) => viewOnly,
    run: ({ store }) => store.setState({ viewOnly: !store.getState().viewOnly }),
  },
]
