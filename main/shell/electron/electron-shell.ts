// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { app, BrowserWindow, type BrowserWindowConstructorOptions, Menu, session } from 'electron'
import { MEMORY_SOCKET_SWITCH } from '../../../core/channels.ts'
import type { Failure } from '../../../core/failure.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { NativeShim } from '../../../native-shim/api.ts'
import { MemoryChannel } from '../../transport/memory-channel.ts'
import { type TextureParts, TextureTransport } from '../../transport/texture-transport.ts'
import { launcherDoor } from '../launcher-door.ts'
import { type PageDoor, viewerDoor } from '../page-door.ts'
import { appFolder, builtPage, PageFiles } from '../page-files.ts'
import type {
  LauncherRequest,
  LauncherShell,
  LauncherWindow,
  Shell,
  ShellWindow,
  WindowRequest,
} from '../shell.ts'
import { APP_ORIGIN, serveApp } from './app-scheme.ts'
import { ElectronLauncher } from './launcher-window.ts'
import { limitPermissions, lockNavigation } from './lockdown.ts'
import { noTransports, PageIpc, type TransportAnswers } from './page-ipc.ts'
import { ElectronWindow } from './viewer-window.ts'
import { windowTextures } from './window-textures.ts'

/** Time that the preload gets to map the canary, ms. */
const CANARY_MS = 5000

type Environment = Readonly<Record<string, string | undefined>>
type Shim = Pick<NativeShim, 'listen' | 'createMemfd' | 'map'>

/** What dma-bufs in the window's GPU need, but for the window; or why there can be none. */
export type TextureChoice = Result<TextureParts, string>

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
  readonly #textures: TextureChoice
  readonly #page: string

  constructor(
    env: Environment,
    shim: ShimChoice,
    textures: TextureChoice,
    page: string = builtPage(),
  ) {
    this.#env = env
    this.#shim = shim
    this.#textures = textures
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
    let textures: TextureTransport | undefined
    const { browser, ipc } = this.#browser(door, options, owned, {
      memoryTried: canary.resolve,
      memoryMapped: (surface, image) => memory?.mapped(surface, image),
      textureTried: (objection) => textures?.tried(objection),
      textureBroken: (why) => textures?.break(why),
      pageCame: () => textures?.pageLeft(),
    })
    const choice: TextureChoice =
      request.zeroCopy === false ? fail('--no-zero-copy was given') : this.#textures
    if (choice.ok) {
      textures = owned.use(new TextureTransport(windowTextures(browser.webContents), choice.value))
    }
    const window = new ElectronWindow(browser, ipc, { memory, textures })
    const loaded = await load(browser, door.query)
    if (!loaded.ok) return loaded
    const memoryObjection = this.#shim.ok ? await objection(canary.promise) : this.#shim.failure
    const textureObjection = choice.ok ? 'it is being tried' : choice.failure
    window.settle({ memoryObjection, textureObjection })
    // The first picture does not wait for it: it comes as copies.
    void textures?.judge().then((found) => {
      window.settle({ memoryObjection, textureObjection: found })
    })
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
      noTransports,
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
    answers: TransportAnswers,
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
    const ipc = owned.use(new PageIpc(browser.webContents, door, answers))
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
