// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { failureLine } from '../core/failure.ts'
import {
  checkSettings,
  type SettingLayer,
  type SettingName,
  type Settings,
} from '../core/settings.ts'
import { log } from './log.ts'
import { writeWholeFile } from './whole-file.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The form that is written. Files without a number are the first form: the fields of `settings` bare. */
const SCHEMA = 2
/** Bytes; a file of ours has a few hundred. */
const MOST_BYTES = 1 << 20

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

type Fields = Readonly<Record<string, unknown>>

/**
 * One layer of settings in a file: `{"schema": 2, "settings": {…}}`, for a VM with its key as `vm`.
 * A damaged file or field counts as absent. What a newer Scanout wrote and this one does not know stays.
 */
export class SettingsLayerFile {
  readonly #file: string
  readonly #layer: SettingLayer
  readonly #vm: string | undefined
  #saved: Promise<void> = Promise.resolve()

  /** @param vm key of the VM whose file it is; undefined for what holds for all */
  constructor(file: string, vm?: string) {
    this.#file = file
    this.#layer = vm === undefined ? 'global' : 'vm'
    this.#vm = vm
  }

  async read(): Promise<Partial<Settings>> {
    return checkSettings(fieldsOf(await readJson(this.#file)), this.#layer)
  }

  /**
   * Changes some fields and forgets others. The file is read again for that, so that two viewers keep
   * each other's changes. A disk that refuses costs a line in the log, never the session.
   */
  write(change: Partial<Settings>, forgotten: readonly SettingName[] = []): void {
    this.#saved = this.#saved.then(() => this.#write(change, forgotten))
  }

  /** The UUID of the VM whose settings are meant by this address. */
  async pointsTo(): Promise<string | undefined> {
    const { is } = await readJson(this.#file)
    return typeof is === 'string' && uuidPattern.test(is) ? is : undefined
  }

  /** From now on the settings of this address are those of the VM with that UUID. */
  pointTo(uuid: string): void {
    this.#saved = this.#saved.then(() => this.#keep({ schema: SCHEMA, vm: this.#vm, is: uuid }))
  }

  /** Resolves when all changes are on the disk. */
  flush(): Promise<void> {
    return this.#saved
  }

  async #write(change: Partial<Settings>, forgotten: readonly SettingName[]): Promise<void> {
    const written = await readJson(this.#file)
    const gone = new Set<string>(forgotten)
    const kept = Object.entries(fieldsOf(written)).filter(([name]) => !gone.has(name))
    const settings = { ...Object.fromEntries(kept), ...change }
    const schema = Math.max(SCHEMA, schemaOf(written))
    const vm = this.#vm === undefined ? {} : { vm: this.#vm }
    await this.#keep({ schema, ...vm, settings })
  }

  async #keep(value: Fields): Promise<void> {
    const text = `${JSON.stringify(value, null, 2)}\n`
    try {
      await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 })
    } catch (error) {
      log.warn(`cannot remember the settings: ${String(error)}`)
      return
    }
    const saved = await writeWholeFile(this.#file, Buffer.from(text), { mode: 0o600, sync: true })
    if (!saved.ok) log.warn(`cannot remember the settings: ${failureLine(saved.failure)}`)
  }
}

/** `$XDG_CONFIG_HOME/scanout/settings.json`. */
export function globalFile(env: Environment): SettingsLayerFile {
  return new SettingsLayerFile(path.join(settingsFolder(env), 'settings.json'))
}

/** One file a VM, named by a digest of its key: keys hold anything, and can be long. */
export function vmFile(env: Environment, key: string): SettingsLayerFile {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32)
  return new SettingsLayerFile(path.join(settingsFolder(env), 'vms', `${name}.json`), key)
}

/** What a viewer left that was killed while it wrote; one that still writes takes no minute for it. */
export async function removeLeftovers(env: Environment): Promise<void> {
  const settings = settingsFolder(env)
  for (const folder of [settings, path.join(settings, 'vms')]) {
    const names = await readdir(folder).catch(() => [])
    for (const name of names.filter((one) => leftover.test(one))) {
      const file = path.join(folder, name)
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
      if (Date.now() - mtimeMs > 60_000) await rm(file, { force: true }).catch(() => {})
    }
  }
}

/** How main/whole-file.ts calls what is not complete. */
const leftover = /^\.(?:settings|[0-9a-f]{32})\.json\.[0-9a-f]{12}$/

/** XDG_PICTURES_DIR of user-dirs.dirs, `"$HOME/Pictures"` or an absolute path; else the home folder. */
export function picturesFolder(env: Environment): Promise<string> {
  return desktopFolder(env, 'PICTURES')
}

/** Where the desktop keeps videos; the home folder when it says nothing. */
export function videosFolder(env: Environment): Promise<string> {
  return desktopFolder(env, 'VIDEOS')
}

/** Where the desktop shows its icons from. */
export async function iconsFolder(env: Environment): Promise<string> {
  const folder = await desktopFolder(env, 'DESKTOP')
  return folder === home(env) ? path.join(folder, 'Desktop') : folder
}

async function desktopFolder(env: Environment, kind: string): Promise<string> {
  try {
    const text = await readFile(path.join(configFolder(env), 'user-dirs.dirs'), 'utf8')
    const line = new RegExp(`^XDG_${kind}_DIR="(.*)"\\s*$`, 'm')
    const value = line.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1')
    if (value?.startsWith('$HOME')) return path.join(home(env), value.slice('$HOME'.length))
    if (value && path.isAbsolute(value)) return value
  } catch (error) {
    if (!isMissing(error)) log.info(`cannot read user-dirs.dirs: ${String(error)}`)
  }
  return home(env)
}

/** The object in a file; an empty one for what is no file of ours. */
async function readJson(file: string): Promise<Fields> {
  let text: string
  try {
    text = await readShort(file)
  } catch (error) {
    if (!isMissing(error)) log.warn(`cannot read ${file}: ${String(error)}; using the defaults`)
    return {}
  }
  try {
    const value: unknown = JSON.parse(text)
    if (isFields(value)) return value
  } catch {
    // Said below: text that is no JSON is no worse than JSON that is no object.
  }
  log.warn(`${file} is damaged; using the defaults`)
  return {}
}

/** @throws when it is no file, or a larger one than we ever write */
async function readShort(file: string): Promise<string> {
  await using handle = await open(file, 'r')
  const facts = await handle.stat()
  if (!facts.isFile() || facts.size > MOST_BYTES) throw new Error('it is no settings file')
  return handle.readFile('utf8')
}

function fieldsOf(value: Fields): Fields {
  const { settings } = value
  if (isFields(settings)) return settings
  return value['schema'] === undefined ? value : {}
}

function schemaOf({ schema }: Fields): number {
  return Number.isSafeInteger(schema) ? Number(schema) : 0
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function settingsFolder(env: Environment): string {
  return path.join(configFolder(env), 'scanout')
}

function configFolder(env: Environment): string {
  const folder = env['XDG_CONFIG_HOME']
  return folder && path.isAbsolute(folder) ? folder : path.join(home(env), '.config')
}

function home(env: Environment): string {
  return env['HOME'] || homedir()
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
