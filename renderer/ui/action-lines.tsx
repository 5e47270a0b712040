// SPDX-License-Identifier: GPL-2.0-or-later
import { Fragment, type ReactNode, useMemo, useState } from 'react'
import type { Action, ActionFolder, ActionGroup } from './action.ts'
import { ActionItem } from './action-item.tsx'
import { actionsOf } from './actions.ts'
import { MenuItem } from './menu-item.tsx'
import { useViewState } from './view.ts'
import { folderWords } from './words-actions.ts'

type ActionLinesProps = {
  readonly group: ActionGroup
  readonly depth?: number
  readonly onDone: () => void
}

type Line = { readonly action: Action } | { readonly folder: ActionFolder; actions: Action[] }

/** What a group offers, as lines of a menu: folders open in place, sections stand apart. */
export function ActionLines({ group, depth = 0, onDone }: ActionLinesProps) {
  const state = useViewState((all) => all)
  const offered = useMemo(() => actionsOf(group, state), [group, state])
  const [open, setOpen] = useState<ActionFolder>()
  const lines: ReactNode[] = []
  let section: string | undefined
  for (const { key, sectionOf, line } of linesOf(offered)) {
    if (section !== undefined && sectionOf !== section) lines.push(<hr key={`before ${key}`} />)
    section = sectionOf ?? ''
    lines.push(
      'action' in line ? (
        <ActionItem key={key} action={line.action} depth={depth} onDone={onDone} />
      ) : (
        <Fragment key={key}>
          <MenuItem
            depth={depth}
            expanded={open === line.folder}
            disabled={line.actions.every((action) => action.objection?.(state))}
            onSelect={() => setOpen(open === line.folder ? undefined : line.folder)}
            onExpand={(expanded) => setOpen(expanded ? line.folder : undefined)}
          >
            {folderWords[line.folder]}
          </MenuItem>
          {open === line.folder &&
            line.actions.map((action) => (
              <ActionItem key={action.id} action={action} depth={depth + 1} onDone={onDone} />
            ))}
        </Fragment>
      ),
    )
  }
  return lines
}

/** Actions of one folder stand together where its first one is. */
function linesOf(actions: readonly Action[]) {
  const lines: { key: string; sectionOf: string | undefined; line: Line }[] = []
  for (const action of actions) {
    const { folder, section } = action
    const known = lines.find(({ key }) => key === folder)?.line
    if (known && 'folder' in known) known.actions.push(action)
    else if (folder)
      lines.push({ key: folder, sectionOf: section, line: { folder, actions: [action] } })
    else lines.push({ key: action.id, sectionOf: section, line: { action } })
  }
  return lines
}
