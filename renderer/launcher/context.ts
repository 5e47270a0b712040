// SPDX-License-Identifier: GPL-2.0-or-later
import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Launcher } from './launcher.ts'
import type { LauncherState, LauncherStore } from './store.ts'

type LauncherView = { readonly launcher: Launcher; readonly store: LauncherStore }

export const LauncherContext = createContext<LauncherView | undefined>(undefined)

export function useLauncher(): Launcher {
  return useView().launcher
}

export function useLauncherState<T>(select: (state: LauncherState) => T): T {
  return useStore(useView().store, select)
}

function useView(): LauncherView {
  const view = useContext(LauncherContext)
  if (!view) throw new Error('there is no launcher around this')
  return view
}
