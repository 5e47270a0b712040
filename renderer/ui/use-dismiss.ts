// SPDX-License-Identifier: GPL-2.0-or-later
import { type RefObject, useEffect } from 'react'

/** Calls `dismiss` on Escape and on a press outside of the element. */
export function useDismiss(inside: RefObject<HTMLElement | null>, dismiss: () => void): void {
  useEffect(() => {
    const press = (event: PointerEvent) => {
      if (!inside.current?.contains(event.target as Node)) dismiss()
    }
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      dismiss()
      inside.current?.querySelector('button')?.focus()
    }
    window.addEventListener('pointerdown', press)
    window.addEventListener('keydown', key)
    return () => {
      window.removeEventListener('pointerdown', press)
      window.removeEventListener('keydown', key)
    }
  }, [inside, dismiss])
}
