// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlaneKind } from '../../core/plane.ts'
import type { PlaneUpdate } from './flip-history.ts'

/** A pause is long when it is this much longer than usual … */
const LONG_RATIO = 2.5
/** … and long enough to be seen: three refreshes of a 60 Hz display, ms. */
const LONG_MS = 50

/** A plane's time from one change to the next. */
export type Stretch = {
  readonly update: PlaneUpdate
  readonly fromMs: number
  /** Until the next change; for the newest, until now. */
  readonly toMs: number
  /** Longer than what is usual here. */
  readonly isGap: boolean
}

/** What happened to one plane in a span of time. */
export type LaneSummary = {
  readonly kind: PlaneKind
  readonly stretches: readonly Stretch[]
  readonly flips: number
  /** Changes within the shown buffer, and moves. */
  readonly others: number
  /** Flips per second, over the span. */
  readonly rate: number
  /** By colour: what the buffers are called. */
  readonly buffers: readonly { readonly colour: number; readonly identity: string }[]
  /** The longest time without a change, ms; the running one counts. */
  readonly longestMs: number
}

/**
 * Sums up one plane's updates between two moments of main's clock.
 *
 * @param updates oldest first; those before the span give what it begins with
 */
export function summarise(
  kind: PlaneKind,
  updates: readonly PlaneUpdate[],
  fromMs: number,
  toMs: number,
): LaneSummary {
  const own = updates.filter((update) => update.kind === kind && update.atMs <= toMs)
  const before = own.findLastIndex(({ atMs }) => atMs < fromMs)
  const reach = own.slice(Math.max(0, before))
  const usual = usualMs(reach)
  const least = Math.max(
    LONG_MS,
    usual === undefined ? Number.POSITIVE_INFINITY : usual * LONG_RATIO,
  )
  const stretches = reach.map((update, at): Stretch => {
    const next = reach[at + 1]
    const endMs = next?.atMs ?? toMs
    const isGap = next !== undefined && endMs - update.atMs > least
    return { update, fromMs: Math.max(fromMs, update.atMs), toMs: endMs, isGap }
  })
  const within = reach.filter(({ atMs }) => atMs >= fromMs)
  const flips = within.filter(({ isFlip }) => isFlip).length
  const names = new Map(reach.map(({ colour, identity }) => [colour, identity]))
  return {
    kind,
    stretches,
    flips,
    others: within.length - flips,
    rate: toMs > fromMs ? (flips * 1000) / (toMs - fromMs) : 0,
    buffers: [...names].map(([colour, identity]) => ({ colour, identity })).sort(byColour),
    longestMs: stretches.reduce((most, one) => Math.max(most, one.toMs - one.fromMs), 0),
  }
}

/** The median time between two changes; undefined with too few to speak of a habit. */
function usualMs(updates: readonly PlaneUpdate[]): number | undefined {
  const pauses = updates.slice(1).map(({ atMs }, at) => atMs - (updates[at]?.atMs ?? atMs))
  if (pauses.length < 4) return undefined
  return pauses.sort((a, b) => a - b)[Math.floor(pauses.length / 2)]
}

function byColour(a: { readonly colour: number }, b: { readonly colour: number }): number {
  return a.colour - b.colour
}
