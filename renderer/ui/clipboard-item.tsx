// SPDX-License-Identifier: GPL-2.0-or-later
import { MenuItem } from './menu-item.tsx'
import { useView, useViewState } from './view.ts'

/** The line that gives the guest and this desktop one clipboard; nothing where the guest has none to share. */
export function ClipboardItem() {
  const { store } = useView()
  const shares = useViewState((state) => state.sharesClipboard)
  const mayNever = useViewState((state) => state.hello?.viewOnly !== false)
  const viewOnly = useViewState((state) => state.viewOnly)
  const resizes = useViewState((state) => state.guest.capabilities.resize)
  if (!useViewState((state) => state.guest.capabilities.clipboard)) return null
  return (
    <>
      {!resizes && <hr />}
      <MenuItem
        checked={shares && !mayNever}
        disabled={mayNever}
        onSelect={() => store.setState({ sharesClipboard: !shares })}
      >
        {mayNever ? 'Share clipboard, not with --view-only' : itemWords(shares && viewOnly)}
      </MenuItem>
    </>
  )
}

function itemWords(isOneWay: boolean): string {
  return isOneWay ? 'Share clipboard, from the guest only' : 'Share clipboard'
}
