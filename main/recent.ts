// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { type Failure, failureLine } from '../core/failure.ts'
import { fail, ok, type Result } from '../core/result.ts'
import { fileFailure } from './file-failure.ts'
import { log } from './log.ts'
import { type Scheme, schemes } from './source/address.ts'
import type { Address } from './source/source.ts'
import { writeWholeFile } from './whole-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** An address that a viewer showed. */
export type Recent = {
  /** Names its files and its picture: 32 hex digits. */
  readonly key: string
  readonly address: string
  /** Of the VM, as the window was called. */
  readonly name: string
  /** When it was last shown, ms since 1970. */
  readonly seenMs: number
  readonly hasPicture: boolean
}

/** No more are kept; the oldest go first. */
export const MOST_RECENT = 24
/** Longer files are none of ours, bytes. */
const MAX_NOTE = 16_384
const MAX_PICTURE = 1 << 20
/** The last moment that a Date can hold, less a day for places ahead of UTC, ms. */
const MAX_TIME = 8.64e15 - 86_400_000
const PRIVATE = 0o600
const noteName = /^[0-9a-f]{32}\.json$/

/** Whether an address of a scheme is worth keeping: it means the same tomorrow. */
const lasting: Readonly<Record<Scheme, boolean>> = {
  demo: false,
  dump: true,
  vfio: true,
  'vfio+fd': false,
  'vfio+unix': true,
  'vfio+pid': false,
  'planes+unix': true,
  qemu: true,
  'qemu+dbus': true,
  libvirt: true,
}

/** Schemes whose path names a file. */
const withFile: readonly string[] = ['dump', 'vfio+unix', 'planes+unix', 'qemu']

/**
 * An address as it can be opened from another folder and another day; undefined for one that cannot.
 *
 * @param cwd absolute folder that a relative path is from
 */
export function lastingAddress(
  { scheme, path: file, query, text }: Address,
  cwd: string,
): string | undefined {
  const known = schemes.find((row) => row.scheme === scheme)?.scheme as Scheme | undefined
  if (known === undefined || !lasting[known]) return undefined
  // The name of a connection to a bus is never given to another.
  if (query.get('vm')?.startsWith(':')) return undefined
  if (!withFile.includes(scheme)) return text
  const mark = text.indexOf('?')
  const rest = mark < 0 || query.size === 0 ? '' : text.slice(mark)
  return `${scheme}:${path.resolve(cwd, file)}${rest}`
}

/**
 * What viewers showed lately, in `$XDG_CACHE_HOME/scanout/recent`: a note and a picture per address,
 * each replaced whole, so that viewers need not know of each other. Nobody but their user can read them.
 */
export class RecentFolder {
  readonly #folder: string

  constructor(env: Environment) {
    const cache = env['XDG_CACHE_HOME']
    const home = env['HOME'] || homedir()
    const base = cache && path.isAbsolute(cache) ? cache : path.join(home, '.cache')
    this.#folder = path.join(base, 'scanout', 'recent')
  }

  /** The last one first. What cannot be read is left out. */
  async list(): Promise<readonly Recent[]> {
    const names = await readdir(this.#folder).catch(() => [])
    const notes = names.filter((name) => noteName.test(name)).slice(0, 4 * MOST_RECENT)
    const found = await Promise.all(notes.map((name) => this.#read(name, names)))
    return found
      .filter((recent) => recent !== undefined)
      .toSorted((a, b) => b.seenMs - a.seenMs)
      .slice(0, MOST_RECENT)
  }

  /**
   * Writes down that an address was shown. A disk that refuses costs a line in the log.
   *
   * @param png the picture; without one an older one stays
   */
  async note(address: string, name: string, seenMs: number, png?: Uint8Array): Promise<void> {
    const key = keyOf(address)
    const text = JSON.stringify({ scanoutRecent: 1, address, name: name.slice(0, 200), seenMs })
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      if (png) this.#told(await writeWholeFile(this.#at(`${key}.png`), png, { mode: PRIVATE }))
      this.#told(
        await writeWholeFile(this.#at(`${key}.json`), Buffer.from(text), { mode: PRIVATE }),
      )
      await this.#trim()
    } catch (error) {
      log.info(failureLine(fileFailure(`cannot remember ${address}`, error)))
    }
  }

  async forget(address: string): Promise<void> {
    await this.#remove(keyOf(address))
  }

  /** The picture of one, by its key. */
  async picture(key: string): Promise<Result<Uint8Array, Failure>> {
    const file = this.#at(`${key}.png`)
    try {
      const { size } = await stat(file)
      if (size <= MAX_PICTURE) return ok(await readFile(file))
      const remedy = 'Remove it'
      return fail({
        code: 'file',
        what: `cannot read ${file}`,
        why: `it has ${size} bytes`,
        remedy,
      })
    } catch (error) {
      return fail(fileFailure(`cannot read ${file}`, error))
    }
  }

  #at(name: string): string {
    return path.join(this.#folder, name)
  }

  #told(written: Result<void, Failure>): void {
    if (!written.ok) log.info(failureLine(written.failure))
  }

  async #read(name: string, names: readonly string[]): Promise<Recent | undefined> {
    const key = name.slice(0, -'.json'.length)
    try {
      const { size } = await stat(this.#at(name))
      if (size > MAX_NOTE) return undefined
      const value: unknown = JSON.parse(await readFile(this.#at(name), 'utf8'))
      const note = checkNote(value)
      return note && keyOf(note.address) === key
        ? { key, ...note, hasPicture: names.includes(`${key}.png`) }
        : undefined
    } catch {
      return undefined
    }
  }

  /** Removes what is too much, and pictures and unfinished files that belong to no note. */
  async #trim(): Promise<void> {
    const kept = new Set((await this.list()).map(({ key }) => key))
    const names = await readdir(this.#folder)
    const notes = names.filter((name) => noteName.test(name)).map((name) => name.slice(0, 32))
    if (notes.length <= MOST_RECENT) return
    await Promise.all(notes.filter((key) => !kept.has(key)).map((key) => this.#remove(key)))
  }

  async #remove(key: string): Promise<void> {
    await Promise.all(['json', 'png'].map((end) => rm(this.#at(`${key}.${end}`), { force: true })))
  }
}

function keyOf(address: string): string {
  return createHash('sha256').update(address).digest('hex').slice(0, 32)
}

function checkNote(value: unknown): Pick<Recent, 'address' | 'name' | 'seenMs'> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { scanoutRecent, address, name, seenMs } = value as Record<string, unknown>
  if (scanoutRecent !== 1 || typeof address !== 'string' || typeof name !== 'string')
    return undefined
  const isTime = typeof seenMs === 'number' && seenMs >= 0 && seenMs <= MAX_TIME
  return isTime ? { address, name, seenMs: Number(seenMs) } : undefined
}
