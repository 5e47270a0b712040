// SPDX-License-Identifier: GPL-2.0-or-later

import type { PlaneStatus } from '../../core/plane.ts'
import { type PlaneFacts, planeReport } from '../../core/plane-facts.ts'
import type { LivePlane } from './inspector-state.ts'

/** One fact about a plane. */
export type PlaneRow = {
  readonly name: string
  readonly value: string
  /** A code that belongs to it, worth copying by itself. */
  readonly code?: string
  /** It is why the plane cannot be shown. */
  readonly isWrong?: boolean
}

/**
 * What is known of a plane, row by row; empty while nothing is.
 *
 * @param live its place and buffer in the newest frame, which is newer than its status
 */
export function planeRows(status: PlaneStatus, live?: LivePlane): readonly PlaneRow[] {
  const { plane, identity, verdict } = planeReport(status)
  if (!plane) return []
  const field = verdict?.field ?? ''
  const wrong = (name: string) => (field === name ? { isWrong: true } : {})
  const { x, y } = live ?? plane
  const rows: PlaneRow[] = [
    {
      name: 'Fourcc',
      value: named(plane.fourcc, plane.fourccName),
      ...(plane.fourccCode === null ? {} : { code: plane.fourccCode }),
      ...wrong('fourcc'),
    },
    {
      name: 'Modifier',
      value: plane.modifierName ?? 'Unknown',
      code: plane.modifier,
      ...wrong('modifier'),
    },
    {
      name: 'Size',
      value: `${plane.width} × ${plane.height}`,
      ...(field === 'width' || field === 'height' ? { isWrong: true } : {}),
    },
    {
      name: 'Position',
      value: `${x}, ${y}`,
      ...(field === 'x' || field === 'y' ? { isWrong: true } : {}),
    },
  ]
  if (status.kind === 'cursor') rows.push({ name: 'Hotspot', value: hotspotWords(plane, { x, y }) })
  if (plane.bottomUp) rows.push({ name: 'Rows', value: 'Bottom row first' })
  if (plane.color) {
    rows.push({ name: 'Colour', value: `${plane.color.matrix}, ${plane.color.range} range` })
  }
  for (const [at, memory] of plane.memory.entries())
    rows.push(...memoryRows(plane, memory, at, field))
  const buffer = live?.identity || identity
  if (buffer) rows.push({ name: 'Identity', value: buffer })
  return rows
}

/** Stride and sizes of one memory plane; several are told apart by their number. */
function memoryRows(
  plane: PlaneFacts,
  memory: PlaneFacts['memory'][number],
  at: number,
  field: string,
): readonly PlaneRow[] {
  const { buffer, offset, stride, size, needed } = memory
  const number = plane.memory.length > 1 ? ` ${at}` : ''
  const isField = (name: string) => field === name || field === `memory[${at}].${name}`
  const place = buffer > 0 || offset > 0 ? ` · buffer ${buffer}, offset ${offset}` : ''
  const isShort = needed !== null && size < needed
  return [
    {
      name: `Stride${number}`,
      value: `${stride} bytes${place}`,
      ...(['stride', 'offset', 'buffer'].some(isField) ? { isWrong: true } : {}),
    },
    {
      name: `Memory${number}`,
      value: needed === null ? `${size} bytes given` : `${size} bytes, needs ${needed}`,
      ...(isField('size') || isShort ? { isWrong: true } : {}),
    },
  ]
}

function hotspotWords(
  { hotspot }: PlaneFacts,
  at: { readonly x: number; readonly y: number },
): string {
  if (!hotspot) return 'None: it is drawn, and is never the pointer’s shape'
  return `${hotspot.x}, ${hotspot.y} · points at ${at.x + hotspot.x}, ${at.y + hotspot.y}`
}

function named(code: string, name: string | null): string {
  return name === null ? code : `${code} · ${name}`
}
