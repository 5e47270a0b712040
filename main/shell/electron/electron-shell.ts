// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import {
  app,
  BrowserWindow,
  type BrowserWindowConstructorOptions,
  Menu,
  powerSaveBlocker,
  session,
} from 'electron'
import { MEMORY_SOCKET_SWITCH } from '../../../core/channels.ts'
import type { Failure } from '../../../core/failure.ts'
import type { Events, FrameMessage } from '../../../core/protocol.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { NativeShim } from '../../../native-shim/api.ts'
import { MemoryChannel } from '../../transport/memory-channel.ts'
import { chooseTransport } from '../../transport/transports.ts'
import { launcherDoor } from '../launcher-door.ts'
import { type PageDoor, viewerDoor } from '../page-door.ts'
import { appFolder, builtPage, PageFiles } from '../page-files.ts'
import type {
  DesktopWish,
  FrameSink,
  LauncherRequest,
  LauncherShell,
  LauncherWindow,
  SharingChoice,
  Shell,
  ShellWindow,
  WindowEnd,
  WindowRequest,
} from '../shell.ts'
import { APP_ORIGIN, serveApp } from './app-scheme.ts'
import { ElectronLauncher } from './launcher-window.ts'
import { limitPermissions, lockNavigation } from './lockdown.ts'
import { type MemoryAnswers, PageIpc } from './page-ipc.ts'
import { raiseBrowserWindow } from './raise.ts'

/** Time that the preload gets to map the canary, ms. */
const CANARY_MS = 5000

type Environment = Readonly<Record<string, string | undefined>>
type Shim = Pick<NativeShim, 'listen' | 'createMemfd' | 'map'>

/** The addon, or why it cannot be used; decides whether the preload leaves its sandbox. */
export type ShimChoice = Result<Shim, string>

/** One window's options. The sandbox is left only for the preload that maps memory. */
export function windowOptions(
  request: Pick<WindowRequest, 'title' | 'fullscreen' | 'size'>,
  preload: string,
  memorySocket: string | undefined,
): BrowserWindowConstructorOptions {
  return {
    title: request.title,
    fullscreen: request.fullscreen,
    width: request.size?.width ?? 1280,
    height: request.size?.height ?? 800,
    show: false,
    backgroundColor: '#000000',
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      partition: 'scanout',
      sandbox: memorySocket === undefined,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      devTools: !app.isPackaged,
      additionalArguments: memorySocket ? [`${MEMORY_SOCKET_SWITCH}${memorySocket}`] : [],
    },
  }
}

/** Electron's own window. Runs in Electron's main process, after `app` is ready. */
export class ElectronShell implements Shell, LauncherShell {
  readonly kind = 'electron'
  readonly #env: Environment
  readonly #shim: ShimChoice
  readonly #page: string

  constructor(env: Environment, shim: ShimChoice, page: string = builtPage()) {
    this.#env = env
    this.#shim = shim
    this.#page = page
  }

  async open(request: WindowRequest, signal: AbortSignal): Promise<Result<ShellWindow, Failure>> {
    await using owned = new AsyncDisposableStack()
    const memory = this.#shim.ok
      ? owned.use(new MemoryChannel(this.#shim.value, this.#env))
      : undefined
    const script = memory ? 'memory-preload.cjs' : 'preload.cjs'
    signal.throwIfAborted()
    const canary = Promise.withResolvers<string>()
    const options = windowOptions(request, preloadScript(script), memory?.socketPath)
    const door = viewerDoor(request.page, request.presenter, request.document)
    const { browser, ipc } = this.#browser(door, options, owned, {
      tried: canary.resolve,
      mapped: (surface, image) => memory?.mapped(surface, image),
    })
    const window = new ElectronWindow(browser, ipc, memory)
    const loaded = await load(browser, door.query)
    if (!loaded.ok) return loaded
    window.settle(this.#shim.ok ? await objection(canary.promise) : this.#shim.failure)
    window.own(owned.move())
    return ok(window)
  }

  async openLauncher(
    request: LauncherRequest,
    signal: AbortSignal,
  ): Promise<Result<LauncherWindow, Failure>> {
    await using owned = new AsyncDisposableStack()
    signal.throwIfAborted()
    const viewer = windowOptions(
      { title: 'Scanout', fullscreen: false },
      launcherPreload,
      undefined,
    )
    const { browser, ipc } = this.#browser(
      launcherDoor(request.page),
      { ...viewer, ...launcherSize, backgroundColor: '#f2f2f4' },
      owned,
      { tried: () => {}, mapped: () => {} },
    )
    const window = new ElectronLauncher(browser, ipc)
    const loaded = await load(browser)
    if (!loaded.ok) return loaded
    window.own(owned.move())
    return ok(window)
  }

  /** A window that is locked in, with its page's door; both belong to `owned`. */
  #browser(
    door: PageDoor,
    options: BrowserWindowConstructorOptions,
    owned: AsyncDisposableStack,
    memory: MemoryAnswers,
  ): { readonly browser: BrowserWindow; readonly ipc: PageIpc } {
    const ses = session.fromPartition('scanout')
    limitPermissions(ses)
    owned.use(serveApp(ses, new PageFiles(this.#page, door.document), door))
    Menu.setApplicationMenu(null)
    const browser = new BrowserWindow(options)
    owned.defer(() => {
      if (!browser.isDestroyed()) browser.destroy()
    })
    lockNavigation(browser.webContents)
    const ipc = owned.use(new PageIpc(browser.webContents, door, memory))
    browser.once('ready-to-show', () => browser.show())
    return { browser, ipc }
  }
}

function preloadScript(name: string): string {
  return path.join(appFolder(), 'out', 'preload', name)
}

const launcherPreload = preloadScript('launcher-preload.cjs')
const launcherSize = { width: 860, height: 680 } as const

async function load(browser: BrowserWindow, query = ''): Promise<Result<void, Failure>> {
  try {
    await browser.loadURL(`${APP_ORIGIN}/${query}`)
    return ok(undefined)
  } catch (error) {
    return fail(notLoaded(error instanceof Error ? error.message : String(error)))
  }
}

async function objection(canary: Promise<string>): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const late = setTimeout(() => resolve('the window did not map the canary in time'), CANARY_MS)
  const text = await Promise.race([canary, promise])
  clearTimeout(late)
  return text === '' ? undefined : text
}

function notLoaded(why: string): Failure {
  const remedy = 'Build Scanout again, or use --shell chromium'
  return { code: 'page-gone', what: 'the window did not open', why, remedy }
}

class ElectronWindow implements ShellWindow {
  readonly kind = 'electron'
  readonly frames: FrameSink
  readonly ended: Promise<WindowEnd>
  readonly #browser: BrowserWindow
  readonly #ipc: PageIpc
  readonly #memory: MemoryChannel | undefined
  readonly #end = Promise.withResolvers<WindowEnd>()
  #owned: AsyncDisposableStack | undefined
  #sharing: SharingChoice = { sharing: 'stream', reason: '' }
  /** Keeps the display from sleeping while there is one. */
  #blocker: number | undefined
  /** Frames in their order: one that waits for its memory holds those after it. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(browser: BrowserWindow, ipc: PageIpc, memory: MemoryChannel | undefined) {
    this.#browser = browser
    this.#ipc = ipc
    this.#memory = memory
    this.ended = this.#end.promise
    this.frames = {
      frame: (frame, payload) => this.#frame(frame, payload),
      surfaceMemory: (surface, image, memfd, size) => {
        if (memory) memory.share(surface, image, memfd, size)
        else memfd[Symbol.dispose]()
      },
    }
    browser.once('closed', () => this.#end.resolve({ kind: 'closed' }))
    browser.webContents.on('render-process-gone', (_event, details) => {
      const failure: Failure = {
        code: 'page-gone',
        what: 'the window broke',
        why: `its process ended (${details.reason})`,
        remedy: 'Start Scanout again',
      }
      this.#end.resolve({ kind: 'broken', failure })
    })
  }

  get sharing(): SharingChoice {
    return this.#sharing
  }

  settle(memoryObjection: string | undefined): void {
    this.#sharing = chooseTransport({ shell: 'electron', memoryObjection })
  }

  own(owned: AsyncDisposableStack): void {
    this.#owned = owned
  }

  send<N extends keyof Events>(name: N, ...args: Events[N]): void {
    this.#ipc.send(name, args)
  }

  wish({ keepOnTop, awake }: DesktopWish): void {
    if (keepOnTop !== undefined && !this.#browser.isDestroyed()) {
      this.#browser.setAlwaysOnTop(keepOnTop)
    }
    if (awake !== undefined) this.#stayAwake(awake)
  }

  async raise(): Promise<Result<void, Failure>> {
    return raiseBrowserWindow(this.#browser)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.resolve({ kind: 'closed' })
    this.#stayAwake(false)
    await this.#owned?.disposeAsync()
  }

  #stayAwake(awake: boolean): void {
    if (awake === (this.#blocker !== undefined)) return
    if (this.#blocker !== undefined) powerSaveBlocker.stop(this.#blocker)
    this.#blocker = awake ? powerSaveBlocker.start('prevent-display-sleep') : undefined
  }

  #frame(frame: FrameMessage, payload: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const sent = this.#last.then(async () => {
      await this.#memory?.ready(frame)
      return this.#ipc.frame(frame, payload)
    })
    this.#last = sent.catch(() => false)
    return sent.catch(() => false)
  }
}
