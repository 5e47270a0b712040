// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Failure } from '../../core/failure.ts'
import type { TextProblem } from '../../core/key-file.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { parseSessionFile } from '../../core/session-file.ts'
import { LINK_SCHEME, parseSessionLink } from '../../core/session-link.ts'
import type { SessionFields, SessionWish } from '../../core/session-wish.ts'
import { type Io, wrongUse } from '../command.ts'
import { parseAddress, schemes } from '../source/address.ts'
import type { Address } from '../source/source.ts'
import { type Origin, wholeAddress, wholePath } from './place.ts'
import { readSessionStream, readSessionText } from './session-text.ts'

/** What is to be shown, and what the file or the link that named it wishes for besides. */
export type Viewing = {
  readonly address: Address
  /** Empty for a bare address. */
  readonly wish: Omit<SessionFields, 'address' | 'delete-this-file'>
}

/**
 * Reads what a person or the desktop named: an address, a session file by its path or `file:` address,
 * a `scanout:` link, or `-` for a session on stdin. A file that wishes so is deleted once it was read
 * and is right.
 */
export async function readViewing(text: string, io: Io): Promise<Result<Viewing, Failure>> {
  if (text === '-') return readStdin(io)
  if (text.startsWith(LINK_SCHEME)) {
    const link = parseSessionLink(text)
    const what = `cannot open ${text.slice(0, 80)}`
    if (!link.ok) return fail({ code: 'usage', what, ...link.failure })
    return placed(what, link.value, { kind: 'link' })
  }
  const file = text.startsWith('file:') ? pathOf(text) : ok(text)
  if (!file.ok) return file
  if (isSessionFile(file.value, io.cwd)) return readFile(path.resolve(io.cwd, file.value))
  const address = parseAddress(file.value)
  return address.ok ? ok({ address: address.value, wish: {} }) : address
}

/** An address that begins with a known scheme is one, whatever its end. */
function isSessionFile(text: string, cwd: string): boolean {
  if (schemes.some(({ scheme }) => text.startsWith(`${scheme}:`))) return false
  if (/\.(scanout|vv)$/i.test(text)) return true
  return text !== '' && !text.endsWith('.json') && existsSync(path.resolve(cwd, text))
}

async function readFile(file: string): Promise<Result<Viewing, Failure>> {
  const read = await readSessionText(file)
  if (!read.ok) return read
  const what = `cannot use session file ${file}`
  const session = parseSessionFile(read.value.text)
  if (!session.ok) return fail(badLine(what, session.failure))
  const viewing = placed(what, session.value, { kind: 'file', folder: path.dirname(file) })
  if (viewing.ok && session.value['delete-this-file']) await read.value.discard()
  return viewing
}

/** Who writes to our stdin has started us: no less is trusted than on the command line. */
async function readStdin({ stdin, cwd, signal }: Io): Promise<Result<Viewing, Failure>> {
  const what = 'cannot use the session from stdin'
  if (!stdin) return wrongUse(what, 'there is no stdin', 'Write: scanout - < FILE.scanout')
  const text = await readSessionStream(stdin, signal)
  if (!text.ok) return text
  const session = parseSessionFile(text.value)
  if (!session.ok) return fail(badLine(what, session.failure))
  if (session.value['delete-this-file']) {
    const why = 'it says delete-this-file, and stdin is no file'
    return fail({ code: 'bad-session', what, why, remedy: 'Leave delete-this-file out' })
  }
  return placed(what, session.value, { kind: 'stdin', folder: cwd })
}

function placed(what: string, wish: SessionWish, origin: Origin): Result<Viewing, Failure> {
  const address = wholeAddress(wish.address, origin)
  if (!address.ok) return named(what, address.failure)
  const { address: _address, 'delete-this-file': _delete, qmp, ...rest } = wish
  if (qmp === undefined) return ok({ address: address.value, wish: rest })
  const socket = wholePath(qmp, origin)
  if (!socket.ok) return named(what, socket.failure)
  return ok({ address: address.value, wish: { ...rest, qmp: socket.value } })
}

/** The failure of a part, told of the file or link that holds it. */
function named(what: string, { code, what: part, why, remedy }: Failure): Result<never, Failure> {
  return fail({ code, what, why: `${part}: ${why}`, remedy })
}

function badLine(what: string, { line, why, remedy }: TextProblem): Failure {
  return { code: 'bad-session', what, why: `line ${line}: ${why}`, remedy }
}

/** `file:///path` as file managers hand files over. */
function pathOf(text: string): Result<string, Failure> {
  try {
    const url = new URL(text)
    if (url.hostname === '' || url.hostname === 'localhost') {
      return ok(fileURLToPath(`file://${url.pathname}`))
    }
  } catch {
    // Said below.
  }
  return wrongUse(
    `cannot open ${text.slice(0, 80)}`,
    'it names no file of this host',
    'Give its path',
  )
}
