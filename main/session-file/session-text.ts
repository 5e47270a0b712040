// SPDX-License-Identifier: GPL-2.0-or-later
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, unlink } from 'node:fs/promises'
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { fileFailure } from '../file-failure.ts'
import { log } from '../log.ts'

/** Bytes of a session file. A virt-viewer file with certificates in it has some 4000. */
export const MAX_SESSION_BYTES = 64 * 1024

/** A session file's text, and the way to delete the file that it was read from. */
export type SessionText = {
  readonly text: string
  /**
   * Deletes the file: the name must still be the regular file that was read, and the user's own. What
   * speaks against it is logged; a file that stays is no reason not to show a VM.
   */
  discard(): Promise<void>
}

/** Reads a session file; anything but a regular file of moderate size is refused unread. */
export async function readSessionText(file: string): Promise<Result<SessionText, Failure>> {
  const what = `cannot read session file ${file}`
  try {
    // A pipe must not hold us up: only its kind is looked at.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const facts = await handle.stat()
    if (!facts.isFile()) {
      return bad(
        what,
        facts.isDirectory() ? 'it is a folder' : 'it is no regular file',
        'Name a file',
      )
    }
    const bytes = await readSome(handle)
    const text = decodeSession(what, bytes)
    if (!text.ok) return text
    return ok({ text: text.value, discard: () => discard(file, facts) })
  } catch (error) {
    return fail(fileFailure(what, error))
  }
}

/** The same of a stream: stdin. A writer that never ends is left when the signal aborts. */
export async function readSessionStream(
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Result<string, Failure>> {
  const what = 'cannot read the session from stdin'
  const interrupted = Promise.withResolvers<undefined>()
  const stop = () => interrupted.resolve(undefined)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const bytes = await Promise.race([gather(stream), interrupted.promise])
  signal.removeEventListener('abort', stop)
  if (bytes) return decodeSession(what, bytes)
  return fail({ code: 'interrupted', what, why: 'it was interrupted', remedy: 'Try again' })
}

async function gather(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of stream) {
    pieces.push(piece)
    length += piece.length
    if (length > MAX_SESSION_BYTES) break
  }
  return Buffer.concat(pieces)
}

/** One byte more than may be tells of all that are too many. */
async function readSome(handle: FileHandle): Promise<Uint8Array> {
  const bytes = new Uint8Array(MAX_SESSION_BYTES + 1)
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}

/** UTF-8 and nothing else, with or without its mark. */
export function decodeSession(what: string, bytes: Uint8Array): Result<string, Failure> {
  if (bytes.length > MAX_SESSION_BYTES) {
    const why = `it has more than ${MAX_SESSION_BYTES / 1024} KiB`
    return bad(what, why, 'Check that it is a session file')
  }
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return bad(what, 'it is written in UTF-16', 'Save it as UTF-8')
  }
  const nul = bytes.indexOf(0)
  if (nul >= 0) {
    const why = `line ${lineAt(bytes, nul)} holds a NUL character`
    return bad(what, why, 'Check that it is a session file')
  }
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return bad(what, `line ${lineOfBadText(bytes)} is not UTF-8`, 'Save it as UTF-8')
  }
}

function lineAt(bytes: Uint8Array, end: number): number {
  let line = 1
  for (const byte of bytes.subarray(0, end)) if (byte === 0x0a) line += 1
  return line
}

/** The first line that is not UTF-8. A line end is no part of any longer character. */
function lineOfBadText(bytes: Uint8Array): number {
  let line = 1
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, from)
    const to = end < 0 ? bytes.length : end
    if (Buffer.from(bytes.subarray(from, to)).toString('utf8').includes('\ufffd')) return line
    from = to + 1
  }
  return line
}

async function discard(
  file: string,
  read: { readonly dev: number; readonly ino: number; readonly uid: number },
): Promise<void> {
  try {
    const now = await lstat(file)
    const isSame = now.isFile() && now.dev === read.dev && now.ino === read.ino
    if (!isSame) log.warn(`${file} was not deleted: it is not the file that was read`)
    else if (now.uid !== process.geteuid?.()) log.warn(`${file} was not deleted: it is not yours`)
    else await unlink(file)
  } catch (error) {
    log.warn(`${file} was not deleted: ${fileFailure('it stays', error).why}`)
  }
}

function bad(what: string, why: string, remedy: string): Result<never, Failure> {
  return fail({ code: 'bad-session', what, why, remedy })
}
