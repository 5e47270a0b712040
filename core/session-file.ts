// SPDX-License-Identifier: GPL-2.0-or-later
import {
  type KeyLine,
  type KeySection,
  parseKeyFile,
  type TextProblem,
  unescapeValue,
} from './key-file.ts'
import { fail, ok, type Result } from './result.ts'
import {
  fieldRow,
  fieldValue,
  type SessionFields,
  type SessionWish,
  sessionFields,
} from './session-wish.ts'

/** The section that makes a file a session file, and the one that makes it virt-viewer's. */
export const SECTION = 'scanout'
export const VV_SECTION = 'virt-viewer'

/** What `version=` may say. */
const VERSION = '1'

/** Keys of virt-viewer's section that mean the same here. Its other keys are none of ours. */
const vvKeys = ['address', 'title', 'fullscreen', 'delete-this-file']
/** virt-viewer's own keys for what its `--hotkeys` calls by the same names. */
const vvHotkeys = ['toggle-fullscreen', 'release-cursor', 'secure-attention']

const canShow =
  'Scanout shows QEMU’s D-Bus display (qemu:SOCKET, libvirt:NAME), mediated devices (vfio:UUID) and ' +
  'planes (planes+unix:SOCKET); name one as address='

/**
 * Reads `NAME.scanout`: a `[scanout]` section of the fields of core/session-wish.ts. In a file with a
 * `[virt-viewer]` section as well, which is for both programs, only ours is read. A file with that one
 * alone opens when it says `address=`; virt-viewer looks over that key.
 */
export function parseSessionFile(text: string): Result<SessionWish, TextProblem> {
  const sections = parseKeyFile(text)
  if (!sections.ok) return sections
  const own = sections.value.find(({ name }) => name === SECTION)
  const foreign = sections.value.find(({ name }) => name === VV_SECTION)
  if (!own) {
    if (foreign) return readForeign(foreign)
    return problem(1, `it has no [${SECTION}] section`, `Begin it with [${SECTION}]`)
  }
  const unknown = sections.value.find(({ name }) => name !== SECTION)
  if (unknown && !foreign) {
    return problem(unknown.line, `[${unknown.name}] is no section of a session file`, 'Remove it')
  }
  return readOwn(own)
}

function readOwn(section: KeySection): Result<SessionWish, TextProblem> {
  const fields: Record<string, string | boolean> = {}
  for (const line of section.lines) {
    if (line.key === 'version') {
      if (line.value === VERSION) continue
      const why = `version ${line.value} is not known`
      return problem(line.line, why, `Write version=${VERSION}, or use a newer Scanout`)
    }
    const value = readLine(line)
    if (!value.ok) return value
    fields[line.key] = value.value
  }
  return withAddress(fields, section.line)
}

function readForeign(section: KeySection): Result<SessionWish, TextProblem> {
  const said = (key: string) => section.lines.find((line) => line.key === key)
  if (!said('address')) {
    const type = said('type')
    const what = type ? `it is for ${type.value.slice(0, 40)}` : 'it names no display of its own'
    const why = `${what}, which Scanout cannot show`
    return problem(type?.line ?? section.line, why, `Open it with remote-viewer. ${canShow}`)
  }
  const fields: Record<string, string | boolean> = {}
  for (const key of vvKeys) {
    const line = said(key)
    if (!line) continue
    const value = readLine(line)
    if (!value.ok) return value
    fields[key] = value.value
  }
  const hotkeys = vvHotkeys.flatMap((key) => {
    const keys = said(key)?.value
    return keys ? [`${key}=${keys}`] : []
  })
  if (hotkeys.length > 0) fields['hotkeys'] = hotkeys.join(',')
  return withAddress(fields, section.line)
}

function readLine({ key, value, line }: KeyLine): Result<string | boolean, TextProblem> {
  const row = fieldRow(key)
  if (!row) {
    const known = sessionFields.map((field) => field.key).join(', ')
    return problem(line, `a session has no ${key.slice(0, 40)}`, `Its keys are ${known}`)
  }
  const text = unescapeValue(value)
  if (text === undefined) {
    return problem(line, 'a backslash stands before a letter of no meaning', 'Write \\\\ for one')
  }
  const read = fieldValue(row, text)
  return read.ok ? read : problem(line, read.failure.why, read.failure.remedy)
}

function withAddress(
  fields: Record<string, string | boolean>,
  line: number,
): Result<SessionWish, TextProblem> {
  const { address } = fields
  if (typeof address !== 'string') {
    return problem(line, 'address is missing', 'Write address=libvirt:NAME, or another address')
  }
  return ok({ ...(fields as SessionFields), address })
}

function problem(line: number, why: string, remedy: string): Result<never, TextProblem> {
  return fail({ line, why, remedy })
}
