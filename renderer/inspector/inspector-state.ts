// SPDX-License-Identifier: GPL-2.0-or-later
import type { Point } from '../../core/geometry.ts'
import type { InspectFacts } from '../../core/inspection.ts'
import type { PlaneKind } from '../../core/plane.ts'
import type { SurfaceId } from '../../core/protocol.ts'
import type { Statistics } from './frame-meter.ts'

/** How much time the timeline shows, ms. */
export const spans = [1000, 5000] as const
export type Span = (typeof spans)[number]

/** A plane of the newest frame. */
export type LivePlane = Point & {
  readonly surface: SurfaceId
  readonly identity: string
}

/** All that the inspector and the statistics show and that nobody else knows. */
export type InspectorState = {
  readonly span: Span
  /** The moment at which the timeline stands still, on main's clock, ms; undefined while it runs. */
  readonly heldAtMs: number | undefined
  /** Undefined until main spoke; null while no source is open. */
  readonly facts: InspectFacts | null | undefined
  readonly live: Readonly<Partial<Record<PlaneKind, LivePlane>>>
  /** Counts what the timeline has to show anew. */
  readonly moment: number
  /** Counts changes of each plane's pixels, slowly enough to be looked at. */
  readonly pictures: Readonly<Record<PlaneKind, number>>
  /** Undefined until the first second was measured. */
  readonly statistics: Statistics | undefined
}

export const initialInspector: InspectorState = {
  span: 5000,
  heldAtMs: undefined,
  facts: undefined,
  live: {},
  moment: 0,
  pictures: { primary: 0, overlay: 0, cursor: 0 },
  statistics: undefined,
}
