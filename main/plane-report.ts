// SPDX-License-Identifier: GPL-2.0-or-later
import { type PlaneFacts, type PlaneReport, planeFacts, planeReport } from '../core/plane-facts.ts'
import type { SourceDescription, SourceInfo } from './source/source.ts'

// What `inspect` knows, as plain JSON: the human form is made of the same object.

export type SourceReport = {
  readonly scanoutInspect: 1
  readonly source: SourceInfo
  readonly planes: readonly PlaneReport[]
  readonly cache: readonly {
    readonly identity: string
    readonly bytes: number
    readonly plane: PlaneFacts
  }[]
  readonly counters: {
    readonly refreshes: number
    readonly frames: number
    readonly queryErrors: number
  }
}

/**
 * Everything that a source says of itself.
 *
 * @param engine what decodes its planes here
 */
export function sourceReport(
  description: SourceDescription,
  engine: string | null = null,
): SourceReport {
  const { info, statuses, surfaces, refreshes, frames, queryErrors } = description
  return {
    scanoutInspect: 1,
    source: info,
    planes: statuses.map((status) => planeReport(status, engine)),
    cache: surfaces.map(({ identity, bytes, plane }) => ({
      identity,
      bytes,
      plane: planeFacts(plane),
    })),
    counters: { refreshes, frames, queryErrors },
  }
}
