// SPDX-License-Identifier: GPL-2.0-or-later
import type { Dock, Settings } from '../../core/settings.ts'

/** What is left of the picture at least, CSS pixels. */
const LEAST_PICTURE = 160
/** What the inspector needs to say anything, CSS pixels. */
export const leastExtent: Readonly<Record<Dock, number>> = { right: 300, bottom: 160 }

/** The setting that keeps how far the inspector reaches into the window. */
export const extentSetting = { right: 'inspectorWidth', bottom: 'inspectorHeight' } as const

/** How far it reaches at most in a window of this extent, CSS pixels. */
export function mostExtent(dock: Dock, windowExtent: number): number {
  return Math.max(leastExtent[dock], windowExtent - LEAST_PICTURE)
}

/** The nearest extent that a window allows, whole CSS pixels. */
export function fittingExtent(dock: Dock, wanted: number, windowExtent: number): number {
  const most = mostExtent(dock, windowExtent)
  return Math.round(Math.min(Math.max(wanted, leastExtent[dock]), most))
}

/** The extent that was chosen, as far as this window allows. */
export function extentOf(settings: Settings, window: { width: number; height: number }): number {
  const dock = settings.inspectorDock
  const windowExtent = dock === 'right' ? window.width : window.height
  return fittingExtent(dock, settings[extentSetting[dock]], windowExtent)
}
