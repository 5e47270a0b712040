// SPDX-License-Identifier: GPL-2.0-or-later
import type { RowRange } from '../../native-shim/api.ts'

/** All rows, however many there are. */
export const everyRow: RowRange = { first: 0, end: Number.MAX_SAFE_INTEGER }

/** The smallest range that holds both. */
export function joinRows(one: RowRange | undefined, other: RowRange): RowRange {
  if (!one) return other
  const rows = { first: Math.min(one.first, other.first), end: Math.max(one.end, other.end) }
  const { left, right } = one
  if (left === undefined || right === undefined) return rows
  if (other.left === undefined || other.right === undefined) return rows
  return { ...rows, left: Math.min(left, other.left), right: Math.max(right, other.right) }
}

/** The part of a range that lies within so many rows, and bytes of one; empty when it lies elsewhere. */
export function clampRows(range: RowRange, rows: number, rowBytes: number): Required<RowRange> {
  const [first, end] = clamped(range.first, range.end, rows)
  const [left, right] = clamped(range.left ?? 0, range.right ?? rowBytes, rowBytes)
  return { first, end, left, right }
}

function clamped(from: number, to: number, most: number): readonly [number, number] {
  const end = Math.max(0, Math.min(to, most))
  return [Math.max(0, Math.min(from, end)), end]
}
