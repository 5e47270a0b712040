// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rm, utimes } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { StraightPicture } from '../capture/picture.ts'
import { encodePng } from '../capture/png.ts'
import { fileFailure } from '../file-failure.ts'
import { iconsFolder } from '../settings-files.ts'
import { builtPage } from '../shell/page-files.ts'
import { writeWholeFile } from '../whole-file.ts'
import { desktopEntry, type LauncherEntry, type LauncherStart, readEntry } from './desktop-entry.ts'
import { drawVmIcon, iconSizes } from './vm-icon.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A launcher that is there. */
export type Launcher = LauncherEntry & {
  /** Absolute path of its desktop entry. */
  readonly file: string
  /** It is also an icon on the desktop itself. */
  readonly onDesktop: boolean
}

export type LauncherWish = Omit<LauncherStart, 'icon'> & {
  /** What the VM shows now; undefined when nobody knows. */
  readonly picture: StraightPicture | undefined
  /** Also as an icon on the desktop itself. One that is there stays. */
  readonly onDesktop: boolean
}

/** Every launcher's file begins so; the rest is made of its name. */
const PREFIX = 'org.scanout.Scanout.vm-'
const SUFFIX = '.desktop'
/** Longer entries are none of ours, bytes. */
const MAX_ENTRY = 64 * 1024

/** Desktops start only what may be run. */
const STARTABLE = 0o755

/** The launchers of this user: desktop entries and icons in `$XDG_DATA_HOME`, and icons on the desktop. */
export class LauncherFolder {
  readonly #entries: string
  readonly #icons: string
  readonly #desktop: string

  private constructor(env: Environment, desktop: string) {
    this.#desktop = desktop
    const data = env['XDG_DATA_HOME']
    const home = env['HOME'] || homedir()
    const base = data && path.isAbsolute(data) ? data : path.join(home, '.local', 'share')
    this.#entries = path.join(base, 'applications')
    this.#icons = path.join(base, 'icons', 'hicolor')
  }

  static async of(env: Environment): Promise<LauncherFolder> {
    return new LauncherFolder(env, await iconsFolder(env))
  }

  /** By name. Files that are no launchers of ours are left out. */
  async list(): Promise<readonly Launcher[]> {
    const names = await readdir(this.#entries).catch(() => [])
    const ours = names.filter((name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX))
    const found = await Promise.all(ours.map((name) => this.#read(path.join(this.#entries, name))))
    return found
      .filter((launcher) => launcher !== undefined)
      .toSorted((a, b) => a.name.localeCompare(b.name))
  }

  /**
   * Makes a launcher, or makes the one of this name and address anew. A name that leads to another VM is
   * left alone.
   */
  async create(wish: LauncherWish): Promise<Result<Launcher, Failure>> {
    const id = `${PREFIX}${fileName(wish.name)}`
    const file = path.join(this.#entries, `${id}${SUFFIX}`)
    const old = await this.#read(file)
    if (old && old.address !== wish.address) return fail(taken(old))
    const text = desktopEntry({ ...wish, icon: id })
    if (!text.ok) return text
    try {
      await this.#removeIcons(id)
      const drawn = await this.#writeIcons(id, wish.picture)
      if (!drawn.ok) return drawn
      await mkdir(this.#entries, { recursive: true })
    } catch (error) {
      return fail(fileFailure(`cannot write ${file}`, error))
    }
    const onDesktop = wish.onDesktop || (old?.onDesktop ?? false)
    const copies = onDesktop ? [this.#onDesktop(file), file] : [file]
    for (const copy of copies) {
      const written = await writeWholeFile(copy, Buffer.from(text.value), { mode: STARTABLE })
      if (!written.ok) return written
    }
    return ok({ name: wish.name, address: wish.address, file, onDesktop })
  }

  /** @param word its name or its address */
  async remove(word: string): Promise<Result<Launcher, Failure>> {
    const what = `cannot remove launcher ${word}`
    const all = await this.list()
    const named = all.filter(({ name }) => name === word)
    const found = named.length > 0 ? named : all.filter(({ address }) => address === word)
    const [launcher, other] = found
    if (!launcher) {
      const remedy = 'Run scanout launcher list for those there are'
      return fail({ code: 'not-found', what, why: 'there is none of this name', remedy })
    }
    if (other) {
      const why = `${found.length} launchers open it`
      const names = found.map(({ name }) => name).join(', ')
      return fail({ code: 'usage', what, why, remedy: `Name one of them: ${names}` })
    }
    try {
      if (launcher.onDesktop) await rm(this.#onDesktop(launcher.file))
      await rm(launcher.file)
      await this.#removeIcons(path.basename(launcher.file, SUFFIX))
      return ok(launcher)
    } catch (error) {
      return fail(fileFailure(what, error))
    }
  }

  async #read(file: string): Promise<Launcher | undefined> {
    try {
      const facts = await lstat(file)
      if (!facts.isFile() || facts.size > MAX_ENTRY) return undefined
      const entry = readEntry(await readFile(file, 'utf8'))
      const copy = await lstat(this.#onDesktop(file)).catch(() => undefined)
      return entry && { ...entry, file, onDesktop: copy?.isFile() ?? false }
    } catch {
      return undefined
    }
  }

  #onDesktop(file: string): string {
    return path.join(this.#desktop, path.basename(file))
  }

  async #writeIcons(
    id: string,
    picture: StraightPicture | undefined,
  ): Promise<Result<void, Failure>> {
    if (!picture) {
      const svg = await readFile(path.join(builtPage(), 'icon.svg'))
      return this.#writeIcon(this.#iconFile('scalable', id), svg)
    }
    for (const size of iconSizes) {
      const { rgba, width, height } = drawVmIcon(picture, size)
      const png = await encodePng(rgba, width, height, { Software: 'Scanout' })
      const written = await this.#writeIcon(this.#iconFile(size, id), png)
      if (!written.ok) return written
    }
    return ok(undefined)
  }

  async #writeIcon(file: string, bytes: Uint8Array): Promise<Result<void, Failure>> {
    await mkdir(path.dirname(file), { recursive: true })
    const written = await writeWholeFile(file, bytes)
    // Icon Theme Specification, "Implementation notes": a newer folder tells desktops to look again.
    if (written.ok) await utimes(this.#icons, new Date(), new Date())
    return written
  }

  async #removeIcons(id: string): Promise<void> {
    for (const size of [...iconSizes, 'scalable'] as const) {
      await rm(this.#iconFile(size, id), { force: true })
    }
  }

  #iconFile(size: (typeof iconSizes)[number] | 'scalable', id: string): string {
    const [folder, type] = size === 'scalable' ? [size, 'svg'] : [`${size}x${size}`, 'png']
    return path.join(this.#icons, folder, 'apps', `${id}.${type}`)
  }
}

/** Letters that a desktop file's name may have, and enough of a digest to tell names apart. */
function fileName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${plain || 'vm'}-${digest}`
}

function taken({ name, address }: Launcher): Failure {
  const what = `cannot make launcher ${name}`
  const remedy = `Choose another --name, or remove it: scanout launcher remove '${name}'`
  return { code: 'taken', what, why: `the one there is opens ${address}`, remedy }
}
