// SPDX-License-Identifier: GPL-2.0-or-later
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Failure } from '../../../core/failure.ts'
import type { LauncherEvents } from '../../../core/launcher-protocol.ts'
import type { Events } from '../../../core/protocol.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { log } from '../../log.ts'
import { PrivateFolder, runtimeFolder } from '../../private-folder.ts'
import { chooseTransport } from '../../transport/transports.ts'
import { raiseWindow } from '../../x11/raise.ts'
import { launcherDoor } from '../launcher-door.ts'
import { type PageDoor, viewerDoor } from '../page-door.ts'
import { builtPage, PageFiles } from '../page-files.ts'
import type {
  FrameSink,
  LauncherRequest,
  LauncherShell,
  LauncherWindow,
  Shell,
  ShellWindow,
  WindowEnd,
  WindowRequest,
} from '../shell.ts'
import { Browser, browserFailure } from './browser.ts'
import { findBrowser, snapFolder } from './browser-binary.ts'
import { type BrowserRequest, browserFlags, hostFacts } from './flags.ts'
import { findFrameFile, isInMemory } from './frame-file.ts'
import { makeProfile } from './profile.ts'
import { PageServer } from './server.ts'

/** Time that a browser gets until its page reports, ms. Cold disks and software hosts are slow. */
const ARRIVAL_MS = 60_000
/** Time that a page may be away: a reload takes far less, ms. */
const ABSENCE_MS = 5000

/** Memory as files, on every Linux; in containers often little of it, which the browser needs itself. */
const SHARED_MEMORY = '/dev/shm'
const ROOM = 512 * 2 ** 20

/** Of the launcher's window, CSS pixels. */
const LAUNCHER_SIZE = { width: 860, height: 640 }

type Environment = Readonly<Record<string, string | undefined>>

/** The distribution's Chromium as one app window, served over an authenticated loopback. */
export class ChromiumShell implements Shell, LauncherShell {
  readonly kind = 'chromium'
  readonly #env: Environment
  readonly #page: string

  /** @param page folder of the built page */
  constructor(env: Environment, page: string = builtPage()) {
    this.#env = env
    this.#page = page
  }

  async open(request: WindowRequest, signal: AbortSignal): Promise<Result<ShellWindow, Failure>> {
    const { headless, fullscreen, presenter, size, document, page } = request
    const look = { headless, fullscreen, presenter, ...(size && { size }) }
    return this.#open<Events>(viewerDoor(page, presenter, document), look, signal)
  }

  async openLauncher(
    request: LauncherRequest,
    signal: AbortSignal,
  ): Promise<Result<LauncherWindow, Failure>> {
    const { headless } = request
    const look = { headless, fullscreen: false, presenter: 'auto', size: LAUNCHER_SIZE } as const
    return this.#open<LauncherEvents>(launcherDoor(request.page), look, signal)
  }

  async #open<E extends EventTable>(
    door: PageDoor,
    look: Omit<BrowserRequest, 'profile' | 'entry'>,
    signal: AbortSignal,
  ): Promise<Result<ChromiumWindow<E>, Failure>> {
    const program = findBrowser(this.#env)
    if (!program.ok) return program
    await using owned = new AsyncDisposableStack()
    const server = owned.use(
      await PageServer.listen(new PageFiles(this.#page, door.document), door),
    )
    const folder = owned.use(profileFolder(this.#env, program.value))
    const entry = writeEntry(folder.path, server.guard.entryUrl)
    const host = hostFacts()
    if (host.root) log.warn('running as root: Chromium runs without its sandbox')
    const profile = path.join(folder.path, 'profile')
    makeProfile(profile, server.guard.origin)
    server.findFile = (token) => findFrameFile(profile, token)
    const flags = browserFlags(host, {
      profile,
      entry: pathToFileURL(entry).href,
      onlyWayland: Boolean(this.#env['WAYLAND_DISPLAY']) && !this.#env['DISPLAY'],
      ...look,
    })
    signal.throwIfAborted()
    try {
      const browser = owned.use(await Browser.start(program.value, flags, folder.path))
      const parts = { program: program.value, server, browser, env: this.#env, entry }
      return ok(new ChromiumWindow<E>(parts, owned.move()))
    } catch (error) {
      return fail({
        code: 'no-browser',
        what: `cannot start ${program.value}`,
        why: error instanceof Error ? error.message : String(error),
        remedy: 'Set SCANOUT_BROWSER to a Chromium that runs',
      })
    }
  }
}

/** The profile's folder, in memory wherever the browser can be there: pixels go through it. */
function profileFolder(env: Environment, program: string): PrivateFolder {
  const [snap] = snapFolder(program)
  if (snap !== undefined) return new PrivateFolder(env, snap)
  const isThere = isInMemory(runtimeFolder(env)) || !isInMemory(SHARED_MEMORY, ROOM)
  return isThere ? new PrivateFolder(env) : new PrivateFolder(env, SHARED_MEMORY)
}

/** The page that lets the browser in: a file only this user can read, because command lines are public. */
function writeEntry(folder: string, url: string): string {
  const file = path.join(folder, 'open.html')
  const html = `<!doctype html><title>Scanout</title><meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="0;url=${url}">`
  writeFileSync(file, html, { mode: 0o600, flag: 'wx' })
  return file
}

/** Names of events and what they carry. */
type EventTable = Readonly<Record<string, readonly unknown[]>>

type WindowParts = {
  readonly program: string
  readonly server: PageServer
  readonly browser: Browser
  readonly env: Environment
  /** The file that let the browser in. */
  readonly entry: string
}

class ChromiumWindow<E extends EventTable> {
  readonly kind = 'chromium'
  readonly sharing = chooseTransport({
    shell: 'chromium',
    textureObjection: undefined,
    memoryObjection: undefined,
  })
  readonly frames: FrameSink
  readonly ended: Promise<WindowEnd>
  readonly #server: PageServer
  readonly #browser: Browser
  readonly #env: Environment
  readonly #owned: AsyncDisposableStack
  readonly #end = Promise.withResolvers<WindowEnd>()
  readonly #entry: string
  #patience: NodeJS.Timeout | undefined
  #arrived = false

  constructor(parts: WindowParts, owned: AsyncDisposableStack) {
    const { program, server, browser, entry } = parts
    this.#entry = entry
    this.#env = parts.env
    this.#browser = browser
    this.#server = server
    this.#owned = owned
    this.ended = this.#end.promise
    this.frames = {
      frame: (frame, payload, filed) => server.frame(frame, payload, filed),
      file: () => server.takeFile(),
      surfaceMemory: (_surface, _image, memfd) => memfd[Symbol.dispose](),
      surfaceTexture: (_surface, _plane, dmabufs) => {
        for (const fd of dmabufs) fd[Symbol.dispose]()
      },
      sourceEnded: () => {},
    }
    this.#expectPage(ARRIVAL_MS)
    server.onPresence = (present) => this.#presence(present)
    void browser.exited.then((exit) => {
      const closed = this.#arrived && exit.code === 0
      this.#finish(
        closed ? { kind: 'closed' } : { kind: 'broken', failure: browserFailure(program, exit) },
      )
    })
  }

  /** It never changes. */
  onSharing(): () => void {
    return () => {}
  }

  onTextureRefused(): () => void {
    return () => {}
  }

  send<N extends keyof E & string>(name: N, ...args: E[N]): void {
    this.#server.send(name, args)
  }

  /** A page keeps the display awake by itself, and no page can keep a window on top. */
  wish(): void {}

  raise(): Promise<Result<void, Failure>> {
    return raiseWindow(this.#browser.group, this.#env)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#finish({ kind: 'closed' })
    await this.#owned.disposeAsync()
  }

  #presence(present: boolean): void {
    clearTimeout(this.#patience)
    if (!present) {
      this.#expectPage(ABSENCE_MS)
      return
    }
    // The token in it is spent.
    if (!this.#arrived) rmSync(this.#entry, { force: true })
    this.#arrived = true
  }

  #expectPage(withinMs: number): void {
    this.#patience = setTimeout(() => {
      const failure: Failure = {
        code: 'page-gone',
        what: this.#arrived ? 'the window stopped answering' : 'the window did not open',
        why: `its page was not heard of for ${withinMs / 1000} s`,
        remedy: 'Start Scanout again; with SCANOUT_LOG=debug it says what the browser says',
      }
      this.#finish({ kind: 'broken', failure })
    }, withinMs)
  }

  #finish(end: WindowEnd): void {
    clearTimeout(this.#patience)
    this.#end.resolve(end)
  }
}
