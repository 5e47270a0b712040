// SPDX-License-Identifier: GPL-2.0-or-later
import { type ReactNode, type RefObject, useCallback, useRef } from 'react'
import type { VmAction } from '../../core/guest.ts'
import { actsOnVm, type ViewState } from '../store.ts'
import { ClipboardItem } from './clipboard-item.tsx'
import { FollowItem } from './follow-item.tsx'
import { Icon } from './icon.tsx'
import { Menu } from './menu.tsx'
import { MenuItem } from './menu-item.tsx'
import { keyOf } from './shortcuts.ts'
import { useView, useViewState } from './view.ts'
import { runActions, runWords } from './vm-words.ts'
import { actionWords } from './words.ts'

/** There is something to do about the VM itself, or to say why there is not. */
function isOffered({ guest, vm, closed }: ViewState): boolean {
  const { resize, clipboard, input } = guest.capabilities
  return !closed && (vm !== null || resize || clipboard || input)
}

/** The button that opens the menu of the VM as a whole; nothing where the picture is all there is. */
export function VmMenu() {
  const { store } = useView()
  const holder = useRef<HTMLDivElement>(null)
  const open = useViewState((state) => state.panel === 'vm')
  if (!useViewState(isOffered)) return null
  return (
    <div className="holder" ref={holder}>
      <button
        type="button"
        className="button-icon"
        aria-label="Virtual machine"
        aria-haspopup="menu"
        aria-expanded={open}
        title="Virtual machine"
        onClick={() => store.setState({ panel: open ? 'none' : 'vm' })}
      >
        <Icon name="power" />
      </button>
      {open && <Items holder={holder} />}
    </div>
  )
}

/** What the VM does, what it shares with this desktop, and the way out: a group each. */
function Items({ holder }: { readonly holder: RefObject<HTMLDivElement | null> }) {
  const { store, session } = useView()
  const close = useCallback(() => store.setState({ panel: 'none' }), [store])
  return (
    <Menu label="Virtual machine" holder={holder} onClose={close}>
      <PowerItems onDone={close} />
      <FollowItem />
      <ClipboardItem />
      <hr />
      <MenuItem keys={keyOf('close')} onSelect={() => void session.close()}>
        Quit viewer
      </MenuItem>
    </Menu>
  )
}

function PowerItems({ onDone }: { readonly onDone: () => void }) {
  const { store, session } = useView()
  const vm = useViewState((state) => state.vm)
  const enabled = useViewState(actsOnVm)
  if (!vm) {
    return (
      <p className="menu-note">
        Pause, reset and power go through QEMU's monitor. Start Scanout with --qmp SOCKET to have
        them here.
      </p>
    )
  }
  const next = runWords(vm.run)?.action
  const goesOn = next === 'reset' ? undefined : next
  const item = (action: VmAction, label: ReactNode, disabled = false) => (
    <MenuItem
      disabled={!enabled || disabled}
      onSelect={() => {
        onDone()
        void session.act(action)
      }}
    >
      {label}
    </MenuItem>
  )
  return (
    <>
      {goesOn
        ? item(runActions[goesOn], actionWords[goesOn])
        : item('pause', 'Pause', next === 'reset')}
      {item('power-button', 'Press power button', next === 'reset')}
      <MenuItem disabled={!enabled} onSelect={() => store.setState({ panel: 'reset' })}>
        Reset…
      </MenuItem>
    </>
  )
}
