// SPDX-License-Identifier: GPL-2.0-or-later
import { type RefObject, useEffect, useRef, useState } from 'react'
import { toolbarToggle } from './toolbar-toggle.ts'

/** The pointer this close to the top edge brings the toolbar. CSS pixels. */
const NEAR = 6
/** It goes when the pointer has been this far below it, this long. */
const AWAY = 32
const LEAVE_MS = 700
/** A new picture shows the toolbar for this long, so that people know it is there. */
const GREET_MS = 3000

/**
 * Whether the toolbar shows.
 *
 * @param pinned true while it must not go: no picture, or one of its panels is open
 * @param atEdge the pointer at the top edge brings it
 */
export function useReveal(
  bar: RefObject<HTMLElement | null>,
  pinned: boolean,
  atEdge: boolean,
): boolean {
  const [shown, setShown] = useState(true)
  const isShown = useRef(shown)
  isShown.current = shown
  useEffect(() => {
    if (pinned) {
      setShown(true)
      return
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    const stay = () => {
      clearTimeout(timer)
      timer = undefined
    }
    const leave = () => {
      timer = undefined
      if (!bar.current?.querySelector(':focus-visible')) setShown(false)
    }
    const leaveAfter = (ms: number) => {
      timer ??= setTimeout(leave, ms)
    }
    const move = ({ clientY }: PointerEvent) => {
      const bottom = bar.current?.getBoundingClientRect().height ?? 0
      if (clientY <= NEAR && (atEdge || isShown.current)) {
        stay()
        setShown(true)
      } else if (clientY <= bottom + AWAY) stay()
      else leaveAfter(LEAVE_MS)
    }
    const out = () => leaveAfter(LEAVE_MS)
    const toggle = () => {
      stay()
      setShown((was) => {
        if (was) (document.activeElement as HTMLElement | null)?.blur()
        else queueMicrotask(() => bar.current?.querySelector<HTMLElement>('button')?.focus())
        return !was
      })
    }
    const focus = () => {
      stay()
      setShown(true)
    }
    const element = bar.current
    leaveAfter(GREET_MS)
    window.addEventListener('pointermove', move, { passive: true })
    document.documentElement.addEventListener('pointerleave', out)
    window.addEventListener(toolbarToggle, toggle)
    element?.addEventListener('focusin', focus)
    return () => {
      stay()
      window.removeEventListener('pointermove', move)
      document.documentElement.removeEventListener('pointerleave', out)
      window.removeEventListener(toolbarToggle, toggle)
      element?.removeEventListener('focusin', focus)
    }
  }, [bar, pinned, atEdge])
  return shown
}
