// SPDX-License-Identifier: GPL-2.0-or-later
import { type Found, type FoundKind, foundKinds } from '../../core/launcher-protocol.ts'

/** One line of the list: something found, or what was typed, to be opened as it stands. */
export type Row = Omit<Found, 'kind'> & { readonly kind: FoundKind | 'typed' }

export type RowGroup = { readonly kind: Row['kind']; readonly rows: readonly Row[] }

/** The identity of the row of what was typed. */
export const TYPED = 'typed'

const fileName = /\.(?:json|scanout|vv)$/i
const beginning = /^(?:[a-z][a-z+]*:|\/|~\/|\.{1,2}\/)/i

/** True for a text that reads like an address, a link or a path, and not like a part of a name. */
export function isTarget(text: string): boolean {
  const trimmed = text.trim()
  return beginning.test(trimmed) || fileName.test(trimmed)
}

/** What is listed for a text in the field, in order: every word of it is somewhere in a row. */
export function listedRows(found: readonly Found[], text: string): readonly Row[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const rows = found.filter((row) => {
    const all = `${row.name}\n${row.what}\n${row.address}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
  const target = text.trim()
  if (!isTarget(target) || rows.some(({ address }) => address === target)) return rows
  return [typedRow(target), ...rows]
}

function typedRow(address: string): Row {
  const state = { usable: true, why: '', remedy: '', fix: '' }
  return { id: TYPED, kind: TYPED, name: address, what: '', address, ...state }
}

/** The rows by kind, kinds without rows left out. */
export function groupRows(rows: readonly Row[]): readonly RowGroup[] {
  return ([TYPED, ...foundKinds] as const)
    .map((kind) => ({ kind, rows: rows.filter((row) => row.kind === kind) }))
    .filter((group) => group.rows.length > 0)
}

/** The row that keys act on: the chosen one while it is listed, else the first. */
export function activeRow(rows: readonly Row[], chosen: string | undefined): Row | undefined {
  return rows.find(({ id }) => id === chosen) ?? rows[0]
}

/** The row so many lines further, without leaving the list. */
export function rowFrom(rows: readonly Row[], from: Row | undefined, by: number): Row | undefined {
  const at = from ? rows.indexOf(from) : -1
  return rows[Math.min(Math.max(at + by, 0), rows.length - 1)]
}

/** True when nothing of this host is listed that a person may have looked for. */
export function isBare(found: readonly Found[]): boolean {
  return found.every(({ kind }) => kind === 'demo')
}
