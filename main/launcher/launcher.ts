// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Failure } from '../../core/failure.ts'
import type {
  LauncherCalls,
  LauncherHello,
  LauncherNotes,
  OpenRequest,
} from '../../core/launcher-protocol.ts'
import { ok, type Result } from '../../core/result.ts'
import type { Discovery } from '../discovery/discovery.ts'
import { libvirtXml, qemuOptions } from '../discovery/qemu.ts'
import { log } from '../log.ts'
import { PrivateFolder } from '../private-folder.ts'
import type { RecentFolder } from '../recent.ts'
import type { LauncherHandlers, LauncherShell, LauncherWindow, WindowEnd } from '../shell/shell.ts'
import type { Program, ViewerStart } from './start-viewer.ts'
import { viewerWords } from './target.ts'

export type LauncherParts = {
  readonly shell: LauncherShell
  /** Owned by whoever made it. */
  readonly discovery: Discovery
  readonly recent: Pick<RecentFolder, 'forget' | 'picture'>
  readonly start: (start: ViewerStart) => Promise<Result<void, Failure>>
  readonly program: Program
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

export type LauncherOptions = {
  readonly headless: boolean
  /** The window stays when something was opened. */
  readonly stays: boolean
}

/** The window that lists what can be shown on this host, and starts viewers for it. */
export class Launcher implements AsyncDisposable {
  readonly #parts: LauncherParts
  readonly #options: LauncherOptions
  readonly #closed = Promise.withResolvers<WindowEnd>()
  readonly #ending = new AbortController()
  #first: Promise<unknown> | undefined
  #window: LauncherWindow | undefined

  constructor(options: LauncherOptions, parts: LauncherParts) {
    this.#options = options
    this.#parts = parts
  }

  /** Resolves when the person closed the window, opened something, or it broke. */
  get closed(): Promise<WindowEnd> {
    return this.#closed.promise
  }

  /** Looks at this host while the window opens: the list is there when the page asks for it. */
  async open(): Promise<Result<void, Failure>> {
    const { discovery, shell } = this.#parts
    this.#first = discovery.look()
    discovery.onChange = (found) => this.#window?.send('found:changed', found)
    const { headless } = this.#options
    const opened = await shell.openLauncher({ headless, page: this.#page() }, this.#ending.signal)
    if (!opened.ok) return opened
    this.#window = opened.value
    void opened.value.ended.then((end) => this.#closed.resolve(end))
    return ok(undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    this.#parts.discovery.watch(false)
    await this.#window?.[Symbol.asyncDispose]()
  }

  #page(): LauncherHandlers {
    const calls: LauncherCalls = {
      'launcher:hello': () => this.#hello(),
      'launcher:open': (request) => this.#show(request),
      'launcher:open-text': (name, text) => this.#showText(name, text),
      'launcher:forget': async (address) => {
        await this.#parts.recent.forget(address)
        await this.#parts.discovery.look()
      },
      'window:close': async () => this.#close(),
    }
    return {
      calls,
      note: (name, ...args) => this.#hear(name, args),
      picture: (key) => this.#parts.recent.picture(key),
    }
  }

  async #hello(): Promise<LauncherHello> {
    await this.#first
    const { discovery, env } = this.#parts
    const { stays } = this.#options
    return { found: discovery.found, qemuOptions: qemuOptions(env), libvirtXml, stays }
  }

  #hear<N extends keyof LauncherNotes>(name: N, args: LauncherNotes[N]): void {
    if (name === 'view:visible') this.#parts.discovery.watch(args[0] === true)
    if (name === 'view:painted') log.debug(`launcher: painted after ${args.join(' and ')} ms`)
    if (name === 'log:problem') log.warn(`page: ${args[0]}`)
  }

  async #show({ target, stays }: OpenRequest): Promise<Result<void, Failure>> {
    const words = viewerWords(target, this.#parts.discovery.found, this.#parts.cwd)
    if (!words.ok) return words
    return this.#start(words.value, stays || this.#options.stays)
  }

  /** Through a file of its own, so that it is trusted no more than any other file. */
  async #showText(name: string, text: string): Promise<Result<void, Failure>> {
    await using folder = new PrivateFolder(this.#parts.env)
    const file = path.join(folder.path, /\.vv$/i.test(name) ? 'dropped.vv' : 'dropped.scanout')
    await writeFile(file, text, { mode: 0o600 })
    return await this.#start(['view', '--', file], this.#options.stays)
  }

  async #start(words: readonly string[], stays: boolean): Promise<Result<void, Failure>> {
    const { start, program, env, cwd } = this.#parts
    const shown = await start({ program, words, env, cwd })
    if (shown.ok && !stays) this.#close()
    return shown
  }

  #close(): void {
    this.#closed.resolve({ kind: 'closed' })
  }
}
