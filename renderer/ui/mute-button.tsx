// SPDX-License-Identifier: GPL-2.0-or-later
import { firstKeyOf } from './actions.ts'
import { Icon } from './icon.tsx'
import { useView, useViewState } from './view.ts'
import { words } from './words-window.ts'

/** Switches the guest's sound off and on; nothing where it cannot be heard anyway. */
export function MuteButton() {
  const { session } = useView()
  const muted = useViewState((state) => state.settings.muted)
  const keys = useViewState(({ settings }) => firstKeyOf('mute', settings.keys))
  const isOffered = useViewState((state) => state.guest.capabilities.audio && !state.closed)
  if (!isOffered) return null
  return (
    <button
      type="button"
      className="button-icon"
      aria-label={words.toolbar.mute}
      aria-pressed={muted}
      title={`${muted ? words.toolbar.hearGuest : words.toolbar.muteGuest} (${keys})`}
      onClick={() => void session.change({ muted: !muted })}
    >
      <Icon name={muted ? 'muted' : 'sound'} />
    </button>
  )
}
