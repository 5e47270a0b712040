// SPDX-License-Identifier: GPL-2.0-or-later
import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Screens } from '../desktop/screens.ts'
import type { Typing } from '../input/typing.ts'
import type { Inspector } from '../inspector/inspector.ts'
import type { Recorder } from '../recording/recorder.ts'
import type { Session } from '../session.ts'
import type { Shots } from '../shots.ts'
import type { Store, ViewState } from '../store.ts'

export type View = {
  readonly store: Store
  readonly session: Session
  readonly typing: Typing
  readonly inspector: Inspector
  readonly shots: Shots
  readonly recorder: Recorder
  readonly screens: Pick<Screens, 'find'>
  /** Pointer and keys, as far as they are the guest's. */
  readonly input: { leave(): void }
}

export const ViewContext = createContext<View | undefined>(undefined)

/** The store of this window, and who does what a person asks. */
export function useView(): View {
  const view = useContext(ViewContext)
  if (!view) throw new Error('outside of the window')
  return view
}

/** A part of the state; the component renders again only when it changes. */
export function useViewState<T>(select: (state: ViewState) => T): T {
  return useStore(useView().store, select)
}
