// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import type { Failure } from '../../core/failure.ts'
import type { Found } from '../../core/launcher-protocol.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { parseAddress } from '../source/address.ts'

/** Files that hold how to show a VM. */
const sessionFile = /\.(?:scanout|vv)$/i

/** A link, as a browser or a mail hands it on. */
const sessionLink = /^scanout:/i

/**
 * The command line of the viewer for what a person chose or typed: an address, a link, a file. A path
 * may begin with `~/`, and is from `cwd` when it is relative.
 *
 * @param found what is known of this host: what was seen before and is not there now is waited for
 * @returns words of which none is an option but our own
 */
export function viewerWords(
  target: string,
  found: readonly Found[],
  cwd: string,
): Result<readonly string[], Failure> {
  const text = target.trim()
  const row = found.find(({ address }) => address !== '' && address === text)
  const waits = row?.kind === 'recent' && !text.startsWith('dump:') ? ['--wait'] : []
  const operand = (word: string) => ok(['view', ...waits, '--', word])
  if (sessionLink.test(text)) return operand(text)
  const file = path.resolve(cwd, text.startsWith('~/') ? path.join(homedir(), text.slice(2)) : text)
  const isFile = sessionFile.test(text) || text.endsWith('.json')
  if (isFile && existsSync(file)) return operand(file)
  if (sessionFile.test(text)) {
    const what = `cannot open ${text}`
    return fail({ code: 'file', what, why: 'there is no such file', remedy: 'Check the path' })
  }
  const parsed = parseAddress(text, () => false)
  return parsed.ok ? operand(text) : parsed
}
