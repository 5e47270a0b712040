// SPDX-License-Identifier: GPL-2.0-or-later
import { plainText } from '../../core/failure.ts'
import type { Point } from '../../core/geometry.ts'
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

type Claimed = PlaneFacts['memory'][number]

/** No fourcc has more memory planes; who claims more was refused for it. */
const MOST_MEMORY = 4
/** Names come from outside, and one may be a book. */
const LONGEST_NAME = 64

/**
 * What is known of a plane, row by row; empty while nothing is. Of a refused one, any field may hold
 * anything of its type.
 *
 * @param live its place and buffer in the newest frame, which is newer than its status
 */
export function planeRows(status: PlaneStatus, live?: LivePlane): readonly PlaneRow[] {
  const { plane, identity, verdict, readBack } = planeReport(status)
  if (!plane) return []
  /** @param fields the verdict's names for what the row shows */
  const row = (name: string, value: string, fields: readonly string[], code?: string | null) => ({
    name,
    value,
    ...(code && { code }),
    ...(verdict && fields.includes(verdict.field) && { isWrong: true }),
  })
  const at = live ?? plane
  const fourcc = [tidy(plane.fourcc), ...(plane.fourccName === null ? [] : [plane.fourccName])]
  // What a frame names then is the copy.
  const buffer = readBack ? identity : live?.identity || identity
  const { width, height, color } = plane
  const rows: PlaneRow[] = [
    row('Fourcc', fourcc.join(' · '), ['fourcc'], plane.fourccCode),
    row('Modifier', plane.modifierName ?? 'Unknown', ['modifier'], plane.modifier),
    row('Size', `${width} × ${height}`, ['width', 'height']),
    row('Position', `${at.x}, ${at.y}`, ['x', 'y']),
  ]
  if (status.kind === 'cursor') {
    rows.push(
      row('Hotspot', hotspotWords(plane.hotspot, at), ['hotspot', 'hotspot.x', 'hotspot.y']),
    )
  }
  if (plane.bottomUp) rows.push(row('Rows', 'Bottom row first', ['bottomUp']))
  if (color) {
    const words = `${tidy(color.matrix)}, ${tidy(color.range)} range`
    rows.push(row('Colour', words, ['color', 'color.matrix', 'color.range']))
  }
  for (const [index, memory] of plane.memory.slice(0, MOST_MEMORY).entries()) {
    const number = plane.memory.length > 1 ? ` ${index}` : ''
    const fields = (...names: readonly string[]) => names.map((name) => `memory[${index}].${name}`)
    rows.push(row(`Stride${number}`, strideWords(memory), fields('stride', 'offset', 'buffer')))
    const size = row(`Memory${number}`, sizeWords(memory), ['memory', ...fields('size')])
    rows.push(isShort(memory) ? { ...size, isWrong: true } : size)
  }
  if (buffer) rows.push(row('Identity', tidy(buffer), []))
  if (readBack) rows.push(row('GPU read-back', tidy(readBack.device), []))
  return rows
}

function strideWords({ stride, buffer, offset }: Claimed): string {
  const isPlain = buffer === 0 && offset === 0
  return `${stride} bytes${isPlain ? '' : ` · buffer ${buffer}, offset ${offset}`}`
}

function sizeWords({ size, needed }: Claimed): string {
  return needed === null ? `${size} bytes given` : `${size} bytes, needs ${needed}`
}

function isShort({ size, needed }: Claimed): boolean {
  return needed !== null && size < needed
}

function hotspotWords(hotspot: Point | null, at: Point): string {
  if (!hotspot) return 'None: it is drawn, and is never the pointer’s shape'
  return `${hotspot.x}, ${hotspot.y} · points at ${at.x + hotspot.x}, ${at.y + hotspot.y}`
}

function tidy(name: string): string {
  return plainText(name.slice(0, LONGEST_NAME))
}
