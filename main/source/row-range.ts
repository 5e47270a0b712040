// SPDX-License-Identifier: GPL-2.0-or-later
import type { RowRange } from '../../native-shim/api.ts'

/** All rows, however many there are. */
export const everyRow: RowRange = { first: 0, end: Number.MAX_SAFE_INTEGER }

/** The smallest range that holds both. */
export function joinRows(one: RowRange | undefined, other: RowRange): RowRange {
  if (!one) return other
  return { first: Math.min(one.first, other.first), end: Math.max(one.end, other.end) }
}

/** The part of a range that lies within so many rows; empty when it lies elsewhere. */
export function clampRows({ first, end }: RowRange, rows: number): RowRange {
  const last = Math.max(0, Math.min(end, rows))
  return { first: Math.max(0, Math.min(first, last)), end: last }
}
