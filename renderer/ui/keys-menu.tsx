// SPDX-License-Identifier: GPL-2.0-or-later
import { type RefObject, useCallback, useRef, useState } from 'react'
import { Icon } from './icon.tsx'
import { type KeyCombination, keyCombinations, sysrqs, terminals } from './key-combinations.ts'
import { Menu } from './menu.tsx'
import { MenuItem } from './menu-item.tsx'
import { useView, useViewState } from './view.ts'

/** The button that opens the menu of keys to send; nothing where the guest takes no keyboard from us. */
export function KeysMenu() {
  const { store } = useView()
  const holder = useRef<HTMLDivElement>(null)
  const open = useViewState((state) => state.panel === 'keys')
  const offered = useViewState(
    ({ hello, input, closed }) => hello?.viewOnly === false && input.keyboard && !closed,
  )
  if (!offered) return null
  return (
    <div className="holder" ref={holder}>
      <button
        type="button"
        className="button-icon"
        aria-label="Send keys"
        aria-haspopup="menu"
        aria-expanded={open}
        title="Send keys"
        onClick={() => store.setState({ panel: open ? 'none' : 'keys' })}
      >
        <Icon name="keyboard" />
      </button>
      {open && <Items holder={holder} />}
    </div>
  )
}

function Items({ holder }: { readonly holder: RefObject<HTMLDivElement | null> }) {
  const { store, session, typing } = useView()
  const viewOnly = useViewState((state) => state.viewOnly)
  const [group, setGroup] = useState<'none' | 'terminals' | 'sysrqs'>('none')
  const close = useCallback(() => store.setState({ panel: 'none' }), [store])
  const line = ({ label, codes }: KeyCombination, nested = false) => (
    <MenuItem
      key={label}
      nested={nested}
      disabled={viewOnly}
      onSelect={() => {
        close()
        session.sendKeys(codes)
      }}
    >
      {label}
    </MenuItem>
  )
  const folder = (name: 'terminals' | 'sysrqs', label: string) => (
    <MenuItem
      expanded={group === name}
      disabled={viewOnly}
      onSelect={() => setGroup(group === name ? 'none' : name)}
      onExpand={(expanded) => setGroup(expanded ? name : 'none')}
    >
      {label}
    </MenuItem>
  )
  return (
    <Menu label="Send keys" holder={holder} onClose={close}>
      {keyCombinations.map((one) => line(one))}
      <hr />
      {folder('terminals', 'Virtual terminal')}
      {group === 'terminals' && terminals.map((one) => line(one, true))}
      {folder('sysrqs', 'Magic SysRq')}
      {group === 'sysrqs' && sysrqs.map((one) => line(one, true))}
      <hr />
      <MenuItem
        disabled={viewOnly}
        onSelect={() => {
          close()
          void typing.begin()
        }}
      >
        Type clipboard text
      </MenuItem>
      <hr />
      <MenuItem checked={viewOnly} onSelect={() => store.setState({ viewOnly: !viewOnly })}>
        View only
      </MenuItem>
    </Menu>
  )
}
