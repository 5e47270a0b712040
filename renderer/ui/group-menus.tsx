// SPDX-License-Identifier: GPL-2.0-or-later
import { canShoot } from '../store.ts'
import { ActionItem } from './action-item.tsx'
import { ActionLines } from './action-lines.tsx'
import { actionById, actionsOf, firstKeyOf } from './actions.ts'
import { MenuButton } from './menu-button.tsx'
import { useViewState } from './view.ts'
import { groupWords } from './words-actions.ts'
import { words } from './words-window.ts'

/** The VM's consoles; nothing where there is only one. */
export function ConsoleMenu() {
  const offered = useViewState((state) => actionsOf('consoles', state).length > 0)
  if (!offered) return null
  return (
    <MenuButton panel="consoles" icon="screens" label={groupWords.consoles}>
      {(close) => <ActionLines group="consoles" onDone={close} />}
    </MenuButton>
  )
}

/** What the VM does and shares, and the way out; nothing where the picture is all there is. */
export function VmMenu() {
  const hasMonitor = useViewState(({ vm }) => vm !== null)
  const offered = useViewState(({ guest, vm, closed }) => {
    const { resize, clipboard, input } = guest.capabilities
    return !closed && (vm !== null || resize || clipboard || input)
  })
  const quit = actionById('close')
  if (!offered) return null
  return (
    <MenuButton panel="vm" icon="power" label={groupWords.vm}>
      {(close) => (
        <>
          {!hasMonitor && <p className="menu-note">{words.vmMenu.noMonitor}</p>}
          <ActionLines group="vm" onDone={close} />
          <hr />
          {quit && <ActionItem action={quit} onDone={close} />}
        </>
      )}
    </MenuButton>
  )
}

/** Keys to send; nothing where the guest takes no keyboard from us. */
export function KeysMenu() {
  const offered = useViewState((state) => actionsOf('keys', state).length > 0)
  if (!offered) return null
  return (
    <MenuButton panel="keys" icon="keyboard" label={groupWords.keys}>
      {(close) => <ActionLines group="keys" onDone={close} />}
    </MenuButton>
  )
}

export function ScreenshotMenu() {
  const enabled = useViewState(canShoot)
  const keys = useViewState(({ settings }) => firstKeyOf('save', settings.keys))
  return (
    <MenuButton
      panel="screenshot"
      icon="camera"
      label={groupWords.screenshot}
      keys={keys}
      disabled={!enabled}
    >
      {(close) => <ActionLines group="screenshot" onDone={close} />}
    </MenuButton>
  )
}

export function RecordMenu() {
  const enabled = useViewState(({ picture, closed, recording }) => {
    return !closed && (picture !== undefined || recording.kind !== 'idle')
  })
  const keys = useViewState(({ settings }) => firstKeyOf('record', settings.keys))
  return (
    <MenuButton
      panel="record"
      icon="record"
      label={groupWords.record}
      keys={keys}
      disabled={!enabled}
    >
      {(close) => <ActionLines group="record" onDone={close} />}
    </MenuButton>
  )
}
