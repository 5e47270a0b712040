// SPDX-License-Identifier: GPL-2.0-or-later
import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import type { Dock } from '../../core/settings.ts'
import { useView, useViewState } from '../ui/view.ts'
import { extentSetting, fittingExtent, leastExtent, mostExtent } from './dock-extent.ts'

/** CSS pixels that one press of an arrow key moves it. */
const STEP = 24

/** The edge between the picture and the inspector: dragged, or moved by the arrow keys. */
export function Splitter({ dock }: { readonly dock: Dock }) {
  const { store, session } = useView()
  const name = extentSetting[dock]
  const chosen = useViewState((state) => state.settings[name])
  const isDragged = useRef(false)
  const room = () => (dock === 'right' ? window.innerWidth : window.innerHeight)
  const extent = fittingExtent(dock, chosen, room())
  const set = (wanted: number, isFinal: boolean) => {
    const fitting = fittingExtent(dock, wanted, room())
    if (isFinal) void session.change({ [name]: fitting })
    else store.setState(({ settings }) => ({ settings: { ...settings, [name]: fitting } }))
  }
  const key = (event: KeyboardEvent) => {
    const [larger, smaller] =
      dock === 'right' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown']
    const to: Readonly<Record<string, number>> = {
      [larger]: extent + STEP,
      [smaller]: extent - STEP,
      Home: leastExtent[dock],
      End: mostExtent(dock, room()),
    }
    const wanted = to[event.key]
    if (wanted === undefined) return
    event.preventDefault()
    set(wanted, true)
  }
  const at = (event: PointerEvent) =>
    dock === 'right' ? window.innerWidth - event.clientX : window.innerHeight - event.clientY
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <div
      className="splitter"
      role="separator"
      tabIndex={0}
      aria-label="Size of the inspector"
      aria-orientation={dock === 'right' ? 'vertical' : 'horizontal'}
      aria-valuenow={extent}
      aria-valuemin={leastExtent[dock]}
      aria-valuemax={mostExtent(dock, room())}
      onKeyDown={key}
      onPointerDown={(event) => {
        isDragged.current = true
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => isDragged.current && set(at(event), false)}
      onLostPointerCapture={(event) => {
        isDragged.current = false
        set(at(event), true)
      }}
    />
  )
}
