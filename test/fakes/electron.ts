// SPDX-License-Identifier: GPL-2.0-or-later
import { EventEmitter } from 'node:events'
import { FakeSharedTexture } from './fake-shared-texture.ts'

// The parts of Electron that main and the preload use, as vitest puts them in place of `electron`.
// Tests look at `electron` below to see what was asked of it.

type Handler = (...args: never[]) => unknown

class FakeWebFrame {
  origin = 'app://scanout'
  readonly contents: FakeWebContents

  constructor(contents: FakeWebContents) {
    this.contents = contents
  }
}

export class FakePort extends EventEmitter {
  peer: FakePort | undefined
  readonly posted: unknown[] = []
  closed = false

  postMessage(message: unknown): void {
    this.posted.push(structuredClone(message))
  }

  start(): void {}

  close(): void {
    this.closed = true
    this.emit('close')
  }
}

export class FakeWebContents extends EventEmitter {
  readonly mainFrame = new FakeWebFrame(this)
  readonly sent: unknown[][] = []
  readonly ports: FakePort[] = []
  openHandler: ((details: { url: string }) => { action: string }) | undefined
  url = 'app://scanout/'
  destroyed = false

  send(...message: unknown[]): void {
    this.sent.push(message)
  }

  postMessage(channel: string, message: unknown, transfer: FakePort[]): void {
    this.sent.push([channel, message])
    this.ports.push(...transfer)
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }

  getURL(): string {
    return this.url
  }

  isDestroyed(): boolean {
    return this.destroyed
  }
}

/** Blockers that run, by their number. */
const blockers = new Map<number, string>()
export const powerSaveBlocker = {
  running: blockers,
  start(type: string): number {
    blockers.set(blockers.size + 1, type)
    return blockers.size
  },
  stop(id: number): void {
    blockers.delete(id)
  },
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new FakeWebContents()
  readonly options: Record<string, unknown> & { webPreferences: Record<string, unknown> }
  loaded: string | undefined
  shown = false

  constructor(options: BrowserWindow['options']) {
    super()
    this.options = options
    electron.windows.push(this)
  }

  async loadURL(url: string): Promise<void> {
    this.loaded = url
    if (electron.loadError) throw electron.loadError
    this.emit('ready-to-show')
    electron.onLoad?.(this)
  }

  show(): void {
    this.shown = true
  }

  onTop = false

  setAlwaysOnTop(onTop: boolean): void {
    this.onTop = onTop
  }

  isDestroyed(): boolean {
    return this.webContents.destroyed
  }

  destroy(): void {
    if (this.webContents.destroyed) throw new TypeError('Object has been destroyed')
    this.webContents.destroyed = true
    this.emit('closed')
  }
}

class FakeSession {
  readonly schemes = new Map<string, (request: Request) => Promise<Response>>()
  requestHandler: Handler | undefined
  checkHandler: Handler | undefined
  deviceHandler: Handler | undefined
  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
      this.schemes.set(scheme, handler),
    unhandle: (scheme: string) => this.schemes.delete(scheme),
  }

  setPermissionRequestHandler(handler: Handler): void {
    this.requestHandler = handler
  }

  setPermissionCheckHandler(handler: Handler): void {
    this.checkHandler = handler
  }

  setDevicePermissionHandler(handler: Handler): void {
    this.deviceHandler = handler
  }
}

class FakeIpcMain extends EventEmitter {
  readonly handlers = new Map<string, Handler>()

  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) throw new Error(`a second handler for ${channel}`)
    this.handlers.set(channel, handler)
  }

  removeHandler(channel: string): void {
    this.handlers.delete(channel)
  }
}

/** What happened, and what shall happen. */
export const electron = {
  windows: [] as BrowserWindow[],
  sessions: new Map<string, FakeSession>(),
  privileged: [] as unknown[],
  menu: undefined as unknown,
  loadError: undefined as Error | undefined,
  onLoad: undefined as ((window: BrowserWindow) => void) | undefined,
  reset(): void {
    electron.windows.length = 0
    electron.sessions.clear()
    electron.privileged.length = 0
    electron.menu = undefined
    electron.loadError = undefined
    electron.onLoad = undefined
    app.removeAllListeners()
    app.compositing = 'disabled_software'
    app.commandLine.switches.clear()
    sharedTexture.reset()
    ipcMain.removeAllListeners()
    ipcMain.handlers.clear()
  },
}

export const ipcMain = new FakeIpcMain()
export const app = Object.assign(new EventEmitter(), {
  isPackaged: true,
  commandLine: {
    switches: new Map<string, string>(),
    hasSwitch: (name: string): boolean => app.commandLine.switches.has(name),
    appendSwitch: (name: string, value: string): void => {
      app.commandLine.switches.set(name, value)
    },
  },
  compositing: 'disabled_software',
  gpuDevice: [{ active: true, vendorId: 0x8086, deviceId: 0x3e92 }] as unknown,
  getGPUFeatureStatus: (): { gpu_compositing: string } => ({ gpu_compositing: app.compositing }),
  getGPUInfo: async (): Promise<unknown> => {
    setImmediate(() => app.emit('gpu-info-update'))
    return { gpuDevice: app.gpuDevice }
  },
})
export const Menu = {
  setApplicationMenu: (menu: unknown): void => {
    electron.menu = menu
  },
}
export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown[]) => electron.privileged.push(...schemes),
}
export const session = {
  fromPartition(name: string): FakeSession {
    const known = electron.sessions.get(name) ?? new FakeSession()
    electron.sessions.set(name, known)
    return known
  },
}
export class MessageChannelMain {
  readonly port1 = new FakePort()
  readonly port2 = new FakePort()

  constructor() {
    this.port1.peer = this.port2
    this.port2.peer = this.port1
  }
}

/** Both halves of it: main imports and sends, a page receives. */
export const sharedTexture = new FakeSharedTexture()

/** The renderer's half: what a preload is given. */
export const ipcRenderer = Object.assign(new EventEmitter(), {
  sent: [] as unknown[][],
  invoke: async (...message: unknown[]): Promise<unknown> => {
    ipcRenderer.sent.push(message)
    return message
  },
  send: (...message: unknown[]): void => {
    ipcRenderer.sent.push(message)
  },
})
export const contextBridge = {
  executed: [] as { func: (...args: never[]) => unknown; args: unknown[] }[],
  executeInMainWorld(script: { func: (...args: never[]) => unknown; args: unknown[] }): void {
    contextBridge.executed.push(script)
  },
}
