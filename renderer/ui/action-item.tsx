// SPDX-License-Identifier: GPL-2.0-or-later
import { type Action, labelOf, lineOf } from './action.ts'
import { keysOf } from './actions.ts'
import { MenuItem } from './menu-item.tsx'
import { useView, useViewState } from './view.ts'

type ActionItemProps = {
  readonly action: Action
  readonly depth?: number
  /** Closes the menu; not called by what stays. */
  readonly onDone: () => void
}

/** One action as a line of the menu of its group. */
export function ActionItem({ action, depth = 0, onDone }: ActionItemProps) {
  const view = useView()
  const line = useViewState((state) => lineOf(action, state))
  const label = useViewState((state) => labelOf(action, state))
  const objection = useViewState((state) => action.objection?.(state) ?? '')
  const isOn = useViewState((state) => action.isOn?.(state))
  const keys = useViewState(
    (state) => action.builtIn ?? keysOf(action, state.settings.keys)[0] ?? '',
  )
  const hint = objection === '' ? (line === label ? undefined : label) : objection
  return (
    <MenuItem
      depth={depth}
      keys={keys}
      disabled={objection !== ''}
      {...(hint !== undefined && { hint })}
      {...(isOn !== undefined && { checked: isOn })}
      onSelect={() => {
        if (!action.stays) onDone()
        action.run(view)
      }}
    >
      {line}
    </MenuItem>
  )
}
