// SPDX-License-Identifier: GPL-2.0-or-later
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { useDismiss } from './use-dismiss.ts'

type MenuProps = {
  readonly label: string
  /** The button's element around the menu: a press outside of it closes. */
  readonly holder: RefObject<HTMLElement | null>
  /** Must be the same function at every render. */
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A list of menu items that hangs off the toolbar: arrow keys move in it, Escape and Tab leave it. */
export function Menu({ label, holder, onClose, children }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null)
  useDismiss(holder, onClose)
  useEffect(() => menu.current?.querySelector('button')?.focus(), [])
  const move = (event: KeyboardEvent) => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('button:enabled') ?? [])]
    const at = items.indexOf(document.activeElement as HTMLElement)
    const to: Record<string, number> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    }
    const next = to[event.key]
    if (event.key === 'Tab') onClose()
    if (next === undefined) return
    event.preventDefault()
    items[next]?.focus()
  }
  return (
    <div
      ref={menu}
      className="panel menu"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      onKeyDown={move}
    >
      {children}
    </div>
  )
}
