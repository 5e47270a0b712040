// SPDX-License-Identifier: GPL-2.0-or-later
import { useStore } from 'zustand'
import { useView } from '../ui/view.ts'
import type { InspectorState } from './inspector-state.ts'

/** A part of what the inspector knows; the component renders again only when it changes. */
export function useInspector<T>(select: (state: InspectorState) => T): T {
  return useStore(useView().inspector.state, select)
}
