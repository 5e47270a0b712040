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
  /** A line of such a group. */
  readonly nested?: boolean
  readonly disabled?: boolean
}

/** One line of a menu. */
export function MenuItem(props: MenuItemProps) {
  const { children, onSelect, keys, checked, expanded, onExpand, nested, disabled } = props
  const arrows = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight') onExpand?.(true)
    if (event.key === 'ArrowLeft') onExpand?.(false)
  }
  return (
    <button
      type="button"
      className={nested ? 'menu-item menu-nested' : 'menu-item'}
      {...(checked === undefined
        ? { role: 'menuitem' }
        : { role: 'menuitemcheckbox', 'aria-checked': checked })}
      aria-haspopup={expanded === undefined ? undefined : 'menu'}
      aria-expanded={expanded}
      disabled={disabled}
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
