// SPDX-License-Identifier: GPL-2.0-or-later
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { type Settings, scaleModes } from '../core/protocol.ts'
import { log } from './log.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What is remembered between runs: one JSON file, read once, replaced whole at every change. */
export class SettingsFile {
  readonly #file: string
  #saved: Promise<void> = Promise.resolve()
  #settings: Settings
  #override: Partial<Settings> = {}

  private constructor(file: string, settings: Settings) {
    this.#file = file
    this.#settings = settings
  }

  /** Reads `$XDG_CONFIG_HOME/scanout/settings.json`. A damaged file or field gives way to its default. */
  static async open(env: Environment): Promise<SettingsFile> {
    const file = path.join(configFolder(env), 'scanout', 'settings.json')
    const defaults: Settings = {
      scale: 'fit',
      screenshotFolder: await picturesFolder(env),
      screenshotCursor: true,
      guestFollows: false,
      muted: false,
    }
    return new SettingsFile(file, { ...defaults, ...(await readSettings(file)) })
  }

  get current(): Settings {
    return { ...this.#settings, ...this.#override }
  }

  /** Holds for this run, until somebody changes it; the remembered value stays. */
  override(change: Partial<Settings>): void {
    this.#override = { ...this.#override, ...change }
  }

  /** Takes effect at once; a disk that refuses costs a line in the log, never the session. */
  change(change: Partial<Settings>): Settings {
    const changed = (name: string) => Object.hasOwn(change, name)
    const kept = Object.entries(this.#override).filter(([name]) => !changed(name))
    this.#override = Object.fromEntries(kept)
    this.#settings = { ...this.#settings, ...change }
    const text = `${JSON.stringify(this.#settings, null, 2)}\n`
    this.#saved = this.#saved.then(() => replaceFile(this.#file, text))
    return this.current
  }

  /** Resolves when all changes are on the disk. */
  flush(): Promise<void> {
    return this.#saved
  }
}

async function readSettings(file: string): Promise<Partial<Settings>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (!isMissing(error)) log.warn(`cannot read ${file}: ${String(error)}; using the defaults`)
    return {}
  }
  try {
    return checkSettings(JSON.parse(text))
  } catch {
    log.warn(`${file} is damaged; using the defaults`)
    return {}
  }
}

/** The fields that are there and right; everything else is left out. */
export function checkSettings(value: unknown): Partial<Settings> {
  if (typeof value !== 'object' || value === null) throw new TypeError('settings are no object')
  const { scale, screenshotFolder, screenshotCursor, guestFollows, muted } = value as Record<
    string,
    unknown
  >
  const mode = scaleModes.find((one) => one === scale)
  return {
    ...(mode && { scale: mode }),
    ...(typeof screenshotFolder === 'string' &&
      path.isAbsolute(screenshotFolder) && { screenshotFolder }),
    ...(typeof screenshotCursor === 'boolean' && { screenshotCursor }),
    ...(typeof guestFollows === 'boolean' && { guestFollows }),
    ...(typeof muted === 'boolean' && { muted }),
  }
}

/** Writes beside the file and renames over it, so that a crash leaves the old or the new one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(fresh, text, { flag: 'wx', mode: 0o600 })
    await rename(fresh, file)
  } catch (error) {
    log.warn(`cannot remember the settings: ${String(error)}`)
    await rm(fresh, { force: true }).catch(() => {})
  }
}

function configFolder(env: Environment): string {
  const folder = env['XDG_CONFIG_HOME']
  return folder && path.isAbsolute(folder) ? folder : path.join(home(env), '.config')
}

function home(env: Environment): string {
  return env['HOME'] || homedir()
}

/** XDG_PICTURES_DIR of user-dirs.dirs, `"$HOME/Pictures"` or an absolute path; else the home folder. */
async function picturesFolder(env: Environment): Promise<string> {
  try {
    const text = await readFile(path.join(configFolder(env), 'user-dirs.dirs'), 'utf8')
    const value = /^XDG_PICTURES_DIR="(.*)"\s*$/m.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1')
    if (value?.startsWith('$HOME')) return path.join(home(env), value.slice('$HOME'.length))
    if (value && path.isAbsolute(value)) return value
  } catch (error) {
    if (!isMissing(error)) log.info(`cannot read user-dirs.dirs: ${String(error)}`)
  }
  return home(env)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
