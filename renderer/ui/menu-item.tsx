// SPDX-License-Identifier: GPL-2.0-or-later
import type { KeyboardEvent, ReactNode } from 'react'
import { Icon } from './icon.tsx'

type MenuItemProps = {
  readonly children: ReactNode
  readonly onSelect: () => void
  /** Key combination, shown at the end of the line. */
  readonly keys?: string
  /** Makes it an item with a tick. */
  readonly checked?: boolean
  /** Makes it the head of a group that opens below it. */
  readonly expanded?: boolean
  readonly onExpand?: (expanded: boolean) => void
  /** 1 for a line of such a group, 2 for a group in it. */
  readonly depth?: number
  readonly disabled?: boolean
  /** Says more: what it does, or why it cannot be done now. */
  readonly hint?: string
}

/** One line of a menu. */
export function MenuItem(props: MenuItemProps) {
  const { children, onSelect, keys, checked, expanded, onExpand, depth = 0, disabled, hint } = props
  const arrows = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight') onExpand?.(true)
    if (event.key === 'ArrowLeft') onExpand?.(false)
  }
  return (
    <button
      type="button"
      className={depth === 0 ? 'menu-item' : `menu-item menu-nested menu-depth-${depth}`}
      {...(checked === undefined
        ? { role: 'menuitem' }
        : { role: 'menuitemcheckbox', 'aria-checked': checked })}
      aria-haspopup={expanded === undefined ? undefined : 'menu'}
      aria-expanded={expanded}
      disabled={disabled}
      title={hint}
      onClick={onSelect}
      onKeyDown={arrows}
    >
      <span className="menu-mark">{checked && <Icon name="check" />}</span>
      <span className="menu-text">{children}</span>
      {keys && <kbd>{keys}</kbd>}
      {expanded !== undefined && <Icon name={expanded ? 'chevron' : 'aside'} />}
    </button>
  )
}
