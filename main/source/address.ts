// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { didYouMean } from '../nearest.ts'
import type { Address } from './source.ts'

/** One way to name a source. */
export type SchemeRow = {
  readonly scheme: string
  /** What follows the colon, as shown in messages; undefined when nothing may. */
  readonly path: string | undefined
  /** What the path must look like, beyond not being empty. */
  readonly shape?: RegExp
  /** Names that may stand in the query. */
  readonly options: readonly string[]
}

const demoOptions = [
  'size',
  'fourcc',
  'modifier',
  'buffers',
  'hotspot',
  'cursor',
  'overlay',
  'fps',
  'still',
  'modes',
  'errors',
  'mappable',
  'transport',
  'blank',
  'gone',
]
/** Up to PID_MAX_LIMIT's seven digits. */
const pid = /^[1-9]\d{0,6}$/
const number = /^\d{1,9}$/
const mdev =
  /^(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|\/.*)$/

// biome-ignore format: one row per scheme
const rows = [
  // scheme                  what follows the colon             its shape      options of the query
  { scheme: 'demo',         path: undefined,                                  options: demoOptions },
  { scheme: 'dump',         path: 'FILE',                                     options: [] },
  { scheme: 'vfio',         path: 'UUID or /sys/…/UUID',       shape: mdev,   options: ['pid'] },
  { scheme: 'vfio+fd',      path: 'NUMBER',                    shape: number, options: ['pid'] },
  { scheme: 'vfio+unix',    path: 'SOCKET',                                   options: ['pid'] },
  { scheme: 'vfio+pid',     path: 'PID',                       shape: pid,    options: ['fd'] },
  { scheme: 'planes+unix',  path: 'SOCKET',                                   options: [] },
  { scheme: 'qemu',         path: 'QMP-SOCKET',                               options: ['console'] },
  { scheme: 'qemu+dbus',    path: 'BUS',                                      options: ['vm', 'console'] },
  { scheme: 'libvirt',      path: 'NAME',                                     options: ['uri', 'console'] },
] as const satisfies readonly SchemeRow[]

/** Every scheme that is known by name. */
export const schemes: readonly SchemeRow[] = rows

export type Scheme = (typeof rows)[number]['scheme']

const MAX_ADDRESS = 4096

/**
 * Reads `SCHEME:PATH?NAME=VALUE&…`. The path is taken as it stands, so it cannot hold a question mark;
 * values are percent-decoded. An existing file whose name ends in `.json` needs no scheme: it is a dump.
 * Failures have code `usage`.
 *
 * @param exists whether a path names something; the file system unless a test says otherwise
 */
export function parseAddress(
  text: string,
  exists: (path: string) => boolean = existsSync,
): Result<Address, Failure> {
  if (text.length > MAX_ADDRESS) {
    return wrong(`${text.slice(0, 40)}…`, `it has ${text.length} characters`, 'Use a shorter one')
  }
  if (text.endsWith('.json') && !/^dump:/.test(text) && exists(text)) {
    return ok({ text, scheme: 'dump', path: text, query: new Map() })
  }
  const colon = text.indexOf(':')
  const scheme = text.slice(0, Math.max(0, colon))
  const row = schemes.find((known) => known.scheme === scheme)
  if (!row) return wrong(text, unknownScheme(text, scheme), schemeHelp(text, scheme))
  const rest = text.slice(colon + 1)
  const mark = rest.indexOf('?')
  const path = mark < 0 ? rest : rest.slice(0, mark)
  const query = parseQuery(text, row, mark < 0 ? '' : rest.slice(mark + 1))
  if (!query.ok) return query
  const form = `${scheme}:${row.path ?? ''}`
  if (row.path === undefined && path !== '') {
    return wrong(text, `nothing may stand between the colon and a question mark`, `Write ${form}`)
  }
  if (row.path !== undefined && path === '') {
    return wrong(text, `${row.path} is missing after the colon`, `Write ${form}`)
  }
  if (path.includes('\0')) return wrong(text, 'it holds a NUL character', `Write ${form}`)
  if (row.shape && !row.shape.test(path)) {
    return wrong(text, `${path} is not a ${row.path}`, `Write ${form}`)
  }
  return ok({ text, scheme, path, query: query.value })
}

function unknownScheme(text: string, scheme: string): string {
  if (text === '') return 'it is empty'
  if (scheme !== '') return `${scheme}: is no scheme`
  return text.endsWith('.json') ? 'there is no such file' : 'it has no scheme'
}

function schemeHelp(text: string, scheme: string): string {
  const names = schemes.map((row) => `${row.scheme}:`)
  const guess = didYouMean(scheme === '' ? text : `${scheme}:`, names)
  return [guess, `Use one of ${names.join(' ')}`].filter((part) => part).join(' ')
}

function parseQuery(
  text: string,
  row: SchemeRow,
  query: string,
): Result<ReadonlyMap<string, string>, Failure> {
  const values = new Map<string, string>()
  for (const part of query.split('&').filter((piece) => piece !== '')) {
    const equals = part.indexOf('=')
    const name = equals < 0 ? part : part.slice(0, equals)
    if (!row.options.includes(name)) {
      const known = row.options.join(', ')
      return wrong(
        text,
        `${row.scheme}: has no option ${name}`,
        known === '' ? 'Leave the question mark out' : `Its options are ${known}`,
      )
    }
    if (equals < 0) return wrong(text, `option ${name} has no value`, `Write ${name}=VALUE`)
    if (values.has(name)) return wrong(text, `option ${name} stands twice`, 'Keep one')
    try {
      values.set(name, decodeURIComponent(part.slice(equals + 1)))
    } catch {
      return wrong(text, `option ${name} has a malformed % escape`, 'Write % itself as %25')
    }
  }
  return ok(values)
}

function wrong(text: string, why: string, remedy: string): Result<never, Failure> {
  return fail({ code: 'usage', what: `cannot use address ${text || '(empty)'}`, why, remedy })
}
