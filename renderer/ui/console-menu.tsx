// SPDX-License-Identifier: GPL-2.0-or-later
import { type RefObject, useCallback, useRef } from 'react'
import { Icon } from './icon.tsx'
import { Menu } from './menu.tsx'
import { MenuItem } from './menu-item.tsx'
import { useView, useViewState } from './view.ts'
import { consoleWords } from './words.ts'

/** The button that opens the list of the VM's consoles; nothing where there is only one. */
export function ConsoleMenu() {
  const { store } = useView()
  const holder = useRef<HTMLDivElement>(null)
  const open = useViewState((state) => state.panel === 'consoles')
  const offered = useViewState(({ guest, closed }) => guest.consoles.length > 1 && !closed)
  if (!offered) return null
  return (
    <div className="holder" ref={holder}>
      <button
        type="button"
        className="button-icon"
        aria-label="Consoles"
        aria-haspopup="menu"
        aria-expanded={open}
        title="Consoles"
        onClick={() => store.setState({ panel: open ? 'none' : 'consoles' })}
      >
        <Icon name="screens" />
      </button>
      {open && <Items holder={holder} />}
    </div>
  )
}

function Items({ holder }: { readonly holder: RefObject<HTMLDivElement | null> }) {
  const { store, session } = useView()
  const guest = useViewState((state) => state.guest)
  const close = useCallback(() => store.setState({ panel: 'none' }), [store])
  return (
    <Menu label="Consoles" holder={holder} onClose={close}>
      {guest.consoles.map((console) => {
        const isShown = console.id === guest.console?.id
        return (
          <MenuItem
            key={console.id}
            checked={isShown}
            onSelect={() => {
              close()
              if (!isShown) void session.showConsole(console.id)
            }}
          >
            {consoleWords(console)}
          </MenuItem>
        )
      })}
    </Menu>
  )
}
