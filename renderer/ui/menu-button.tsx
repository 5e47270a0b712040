// SPDX-License-Identifier: GPL-2.0-or-later
import { type ReactNode, type RefObject, useCallback, useRef } from 'react'
import type { Panel } from '../store.ts'
import { Icon, type IconName } from './icon.tsx'
import { Menu } from './menu.tsx'
import { useView, useViewState } from './view.ts'

type MenuButtonProps = {
  readonly panel: Panel
  readonly icon: IconName
  readonly label: string
  /** Key that does the first thing in it. */
  readonly keys?: string
  readonly disabled?: boolean
  /** The lines of the menu. */
  readonly children: (close: () => void) => ReactNode
}

/** A button of the toolbar, and the menu that hangs off it. */
export function MenuButton(props: MenuButtonProps) {
  const { panel, icon, label, keys, disabled, children } = props
  const { store } = useView()
  const holder = useRef<HTMLDivElement>(null)
  const open = useViewState((state) => state.panel === panel)
  return (
    <div className="holder" ref={holder}>
      <button
        type="button"
        className="button-icon"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        title={keys ? `${label} (${keys})` : label}
        disabled={disabled}
        onClick={() => store.setState({ panel: open ? 'none' : panel })}
      >
        <Icon name={icon} />
      </button>
      {open && (
        <OpenMenu label={label} holder={holder}>
          {children}
        </OpenMenu>
      )}
    </div>
  )
}

type OpenMenuProps = Pick<MenuButtonProps, 'label' | 'children'> & {
  readonly holder: RefObject<HTMLDivElement | null>
}

function OpenMenu({ label, holder, children }: OpenMenuProps) {
  const { store } = useView()
  const close = useCallback(() => store.setState({ panel: 'none' }), [store])
  return (
    <Menu label={label} holder={holder} onClose={close}>
      {children(close)}
    </Menu>
  )
}
