// SPDX-License-Identifier: GPL-2.0-or-later
import { fail, ok, type Result } from './result.ts'
import {
  type FieldProblem,
  fieldRow,
  fieldValue,
  type SessionFields,
  type SessionWish,
  sessionFields,
} from './session-wish.ts'

export const LINK_SCHEME = 'scanout:'

/** Characters of a link. */
const MAX_LINK = 8192

/**
 * Reads a `scanout:` link, in one of two forms: `scanout:ADDRESS`, all of the rest being the address, or
 * `scanout:?address=ADDRESS&title=…` with the fields of a session file. Both are percent-encoded;
 * `scanout://?…` is the same as `scanout:?…`, because some programs know links only so.
 */
export function parseSessionLink(text: string): Result<SessionWish, FieldProblem> {
  if (text.length > MAX_LINK) {
    return fail({ why: `it has ${text.length} characters`, remedy: `Use at most ${MAX_LINK}` })
  }
  const rest = text.slice(LINK_SCHEME.length)
  const query = /^(?:\/\/\/?)?\?(.*)$/s.exec(rest)?.[1]
  const pieces = query === undefined ? [`address=${rest}`] : query.split('&')
  const fields: Record<string, string | boolean> = {}
  for (const piece of pieces.filter((one) => one !== '')) {
    const read = readPiece(piece)
    if (!read.ok) return read
    const [key, value] = read.value
    if (Object.hasOwn(fields, key)) return fail({ why: `${key} stands twice`, remedy: 'Keep one' })
    fields[key] = value
  }
  const { address } = fields
  if (typeof address !== 'string') {
    return fail({ why: 'address is missing', remedy: 'Write scanout:?address=ADDRESS' })
  }
  return ok({ ...(fields as SessionFields), address })
}

function readPiece(piece: string): Result<readonly [string, string | boolean], FieldProblem> {
  const equals = piece.indexOf('=')
  const key = equals < 0 ? piece : piece.slice(0, equals)
  const row = fieldRow(key)
  if (!row?.inLink) {
    const known = sessionFields.filter((field) => field.inLink).map((field) => field.key)
    const remedy = `Its fields are ${known.join(', ')}`
    return fail({ why: `a link has no ${key.slice(0, 40)}`, remedy })
  }
  if (equals < 0) return fail({ why: `${key} has no value`, remedy: `Write ${key}=VALUE` })
  let text: string
  try {
    text = decodeURIComponent(piece.slice(equals + 1))
  } catch {
    return fail({ why: `${key} has a malformed % escape`, remedy: 'Write % itself as %25' })
  }
  const value = fieldValue(row, text)
  return value.ok ? ok([key, value.value]) : value
}
