// SPDX-License-Identifier: GPL-2.0-or-later
import { useState } from 'react'
import { type ActionGroup, actionGroups } from './action.ts'
import { ActionLines } from './action-lines.tsx'
import { actionsOf } from './actions.ts'
import { MenuButton } from './menu-button.tsx'
import { MenuItem } from './menu-item.tsx'
import { useViewState } from './view.ts'
import { groupWords } from './words-actions.ts'
import { words } from './words-window.ts'

/** Everything that can be done, by its group: each opens in place. */
export function MainMenu() {
  return (
    <MenuButton panel="menu" icon="menu" label={words.toolbar.menu}>
      {(close) => <Groups onDone={close} />}
    </MenuButton>
  )
}

function Groups({ onDone }: { readonly onDone: () => void }) {
  const [open, setOpen] = useState<ActionGroup>()
  const offered = useViewState((state) =>
    actionGroups.filter((group) => actionsOf(group, state).length > 0).join(' '),
  )
  const groups = actionGroups.filter((group) => offered.split(' ').includes(group))
  return (
    <>
      {groups
        .filter((group) => group !== 'app')
        .map((group) => (
          <div key={group} role="none">
            <MenuItem
              expanded={open === group}
              onSelect={() => setOpen(open === group ? undefined : group)}
              onExpand={(expanded) => setOpen(expanded ? group : undefined)}
            >
              {groupWords[group]}
            </MenuItem>
            {open === group && <ActionLines group={group} depth={1} onDone={onDone} />}
          </div>
        ))}
      <hr />
      <ActionLines group="app" onDone={onDone} />
    </>
  )
}
