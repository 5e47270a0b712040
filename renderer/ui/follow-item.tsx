// SPDX-License-Identifier: GPL-2.0-or-later
import { MenuItem } from './menu-item.tsx'
import { useView, useViewState } from './view.ts'

/** The line that lets the guest's screen have the window's size; nothing where no guest can be asked. */
export function FollowItem() {
  const { session } = useView()
  const follows = useViewState((state) => state.settings.guestFollows)
  const viewOnly = useViewState((state) => state.viewOnly)
  const isOffered = useViewState((state) => state.guest.capabilities.resize)
  if (!isOffered) return null
  return (
    <>
      <hr />
      <MenuItem
        checked={follows}
        disabled={viewOnly}
        onSelect={() => void session.change({ guestFollows: !follows })}
      >
        Guest follows window size
      </MenuItem>
    </>
  )
}
