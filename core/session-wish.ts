// SPDX-License-Identifier: GPL-2.0-or-later

import { parseHotkeys } from './hotkeys.ts'
import { fail, ok, type Result } from './result.ts'
import { type ScaleMode, scaleModes } from './settings.ts'

// What a session file or a link may wish for: how a viewer opens, and nothing else. None of it names a
// program, a file to write or words of a shell. The clipboard is not among it: what a person copied is
// shown to a guest only when that person says so.

type FieldRow = {
  readonly key: string
  readonly takes: 'text' | 'flag' | 'scale' | 'hotkeys'
  /** Most characters of what is written freely. */
  readonly most?: number
  /** May stand in a link. */
  readonly inLink: boolean
}

const MAX_TITLE = 200
const MAX_KEYS = 2000
const MAX_PATH = 4096

// biome-ignore format: one row per field
const rows = [
  // its name, which is also the option of `scanout view`; what it takes; how long; links have it, too
  { key: 'address',          takes: 'text',  most: MAX_PATH,  inLink: true  },
  { key: 'title',            takes: 'text',  most: MAX_TITLE, inLink: true  },
  { key: 'fullscreen',       takes: 'flag',                   inLink: true  },
  { key: 'scale',            takes: 'scale',                  inLink: true  },
  { key: 'follow',           takes: 'flag',                   inLink: true  },
  { key: 'mute',             takes: 'flag',                   inLink: true  },
  { key: 'view-only',        takes: 'flag',                   inLink: true  },
  { key: 'wait',             takes: 'flag',                   inLink: true  },
  { key: 'reconnect',        takes: 'flag',                   inLink: true  },
  { key: 'qmp',              takes: 'text',  most: MAX_PATH,  inLink: true  },
  { key: 'hotkeys',          takes: 'hotkeys', most: MAX_KEYS,  inLink: true  },
  { key: 'delete-this-file', takes: 'flag',                   inLink: false },
] as const satisfies readonly FieldRow[]

export const sessionFields: readonly FieldRow[] = rows

type Row = (typeof rows)[number]
type ValueOf<R extends Row> = R['takes'] extends 'flag'
  ? boolean
  : R['takes'] extends 'scale'
    ? ScaleMode
    : string

/** Everything that a file or a link said, by the names of the table. */
export type SessionFields = { readonly [R in Row as R['key']]?: ValueOf<R> }
export type SessionWish = SessionFields & { readonly address: string }

/** Why a field was not taken. */
export type FieldProblem = { readonly why: string; readonly remedy: string }

/** Control characters, and marks that make a text read other than it is. */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

/** The first character that no value may hold, as `U+202E`. */
export function unseenCharacter(text: string): string | undefined {
  const found = unseen.exec(text)?.[0].codePointAt(0)
  return found === undefined ? undefined : `U+${found.toString(16).toUpperCase().padStart(4, '0')}`
}

export function fieldRow(key: string): FieldRow | undefined {
  return sessionFields.find((row) => row.key === key)
}

/** The value of a field from its text. */
export function fieldValue(
  { key, takes, most = MAX_TITLE }: FieldRow,
  text: string,
): Result<string | boolean, FieldProblem> {
  const strange = unseenCharacter(text)
  if (strange !== undefined) {
    return fail({ why: `${key} holds the unseen character ${strange}`, remedy: 'Take it out' })
  }
  switch (takes) {
    case 'flag':
      if (text === 'true' || text === '1') return ok(true)
      if (text === 'false' || text === '0') return ok(false)
      return fail({ why: `${key} cannot be ${shortened(text)}`, remedy: 'Write true or false' })
    case 'scale': {
      const mode = scaleModes.find((one) => one === text)
      if (mode) return ok(mode)
      const remedy = `Write one of ${scaleModes.join(', ')}`
      return fail({ why: `${key} cannot be ${shortened(text)}`, remedy })
    }
    case 'hotkeys': {
      const keys = parseHotkeys(text.slice(0, most), 'stranger')
      if (keys.ok && text.length <= most) return ok(text)
      const why = keys.ok ? `it has ${text.length} characters` : keys.failure
      const remedy = 'Write ACTION=KEYS,ACTION=KEYS: fullscreen=shift+f11'
      return fail({ why: `hotkeys cannot be read: ${why}`, remedy })
    }
    case 'text':
      if (text === '')
        return fail({ why: `${key} has no value`, remedy: 'Give one, or leave it out' })
      if (text.length <= most) return ok(text)
      return fail({ why: `${key} has ${text.length} characters`, remedy: `Use at most ${most}` })
  }
}

/** A value as messages show it. */
function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text || 'empty'
}
