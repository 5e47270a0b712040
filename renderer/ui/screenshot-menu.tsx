// SPDX-License-Identifier: GPL-2.0-or-later
import { useCallback, useRef, useState } from 'react'
import { type PlaneKind, planeKinds } from '../../core/plane.ts'
import { canShoot, type Saving } from '../store.ts'
import { Icon } from './icon.tsx'
import { Menu } from './menu.tsx'
import { MenuItem } from './menu-item.tsx'
import { keyOf } from './shortcuts.ts'
import { useView, useViewState } from './view.ts'
import { shownPlane } from './words.ts'

const planeNames: Readonly<Record<PlaneKind, string>> = {
  primary: 'Primary…',
  overlay: 'Overlay…',
  cursor: 'Cursor…',
}

/** The button that opens the screenshot menu. */
export function ScreenshotMenu() {
  const { store } = useView()
  const holder = useRef<HTMLDivElement>(null)
  const open = useViewState((state) => state.panel === 'screenshot')
  const enabled = useViewState(canShoot)
  return (
    <div className="holder" ref={holder}>
      <button
        type="button"
        className="button-icon"
        aria-label="Screenshot"
        aria-haspopup="menu"
        aria-expanded={open}
        title={`Screenshot (${keyOf('save')})`}
        disabled={!enabled}
        onClick={() => store.setState({ panel: open ? 'none' : 'screenshot' })}
      >
        <Icon name="camera" />
      </button>
      {open && <Items holder={holder} />}
    </div>
  )
}

function Items({ holder }: { readonly holder: React.RefObject<HTMLDivElement | null> }) {
  const { store, session } = useView()
  const statuses = useViewState((state) => state.statuses)
  const cursor = useViewState((state) => state.settings.screenshotCursor)
  const [planesOpen, setPlanesOpen] = useState(false)
  const close = useCallback(() => store.setState({ panel: 'none' }), [store])

  const save = (saving: Saving) => store.setState({ saving, panel: 'none' })
  return (
    <Menu label="Screenshot" holder={holder} onClose={close}>
      <MenuItem keys={keyOf('save')} onSelect={() => save({ plane: 'all', as: 'png' })}>
        Save as PNG…
      </MenuItem>
      <MenuItem
        keys={keyOf('copy')}
        onSelect={() => {
          close()
          void session.copy()
        }}
      >
        Copy to clipboard
      </MenuItem>
      <MenuItem
        checked={cursor}
        onSelect={() => void session.change({ screenshotCursor: !cursor })}
      >
        With cursor
      </MenuItem>
      <hr />
      <MenuItem
        expanded={planesOpen}
        onSelect={() => setPlanesOpen(!planesOpen)}
        onExpand={setPlanesOpen}
      >
        This plane only
      </MenuItem>
      {planesOpen &&
        planeKinds.map((plane) => (
          <MenuItem
            key={plane}
            nested
            disabled={!shownPlane(statuses, plane)}
            onSelect={() => save({ plane, as: 'png' })}
          >
            {planeNames[plane]}
          </MenuItem>
        ))}
      <MenuItem onSelect={() => save({ plane: 'all', as: 'dump' })}>Raw plane dump…</MenuItem>
      <hr />
      <MenuItem
        onSelect={() => {
          close()
          void session.reveal()
        }}
      >
        Open folder
      </MenuItem>
    </Menu>
  )
}
