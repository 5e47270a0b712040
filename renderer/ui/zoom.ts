// SPDX-License-Identifier: GPL-2.0-or-later
import type { ViewState } from '../store.ts'

/** Percent. Halves and doubles, with the steps that browsers have between them. */
export const zoomSteps = [
  10, 25, 33, 50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300, 400, 500, 600, 800,
] as const

/** The step after a factor, or before it; the outermost stay. Percent. */
export function nextZoom(percent: number, direction: 1 | -1): number {
  const found =
    direction === 1
      ? zoomSteps.find((step) => step > percent)
      : zoomSteps.findLast((step) => step < percent)
  return found ?? (direction === 1 ? zoomSteps[zoomSteps.length - 1] : zoomSteps[0]) ?? 100
}

/** Percent of a screen pixel that a guest pixel takes now, whichever mode decides that. */
export function zoomOf({ settings, factor }: ViewState): number {
  return settings.scale === '1:1' ? settings.zoom : Math.round((factor ?? 1) * 100)
}
