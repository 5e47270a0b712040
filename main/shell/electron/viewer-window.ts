// SPDX-License-Identifier: GPL-2.0-or-later
import { type BrowserWindow, powerSaveBlocker } from 'electron'
import type { Failure } from '../../../core/failure.ts'
import type { Events, FrameMessage } from '../../../core/protocol.ts'
import type { Result } from '../../../core/result.ts'
import type { MemoryChannel } from '../../transport/memory-channel.ts'
import type { TextureTransport } from '../../transport/texture-transport.ts'
import { chooseTransport } from '../../transport/transports.ts'
import type { DesktopWish, FrameSink, SharingChoice, ShellWindow, WindowEnd } from '../shell.ts'
import type { PageIpc } from './page-ipc.ts'
import { raiseBrowserWindow } from './raise.ts'

/** Ways for pixels beside the stream, where there are any. */
type Ways = {
  readonly memory: MemoryChannel | undefined
  readonly textures: TextureTransport | undefined
}

/** Why each of them cannot be used; undefined when it can. */
type Objections = {
  readonly memoryObjection: string | undefined
  readonly textureObjection: string | undefined
}

/** Reasons for copying that are shown at most. */
const MOST_REFUSALS = 4

/** A VM in a window of Electron. */
export class ElectronWindow implements ShellWindow {
  readonly kind = 'electron'
  readonly frames: FrameSink
  readonly ended: Promise<WindowEnd>
  readonly #browser: BrowserWindow
  readonly #ipc: PageIpc
  readonly #ways: Ways
  readonly #end = Promise.withResolvers<WindowEnd>()
  readonly #sharingListeners = new Set<() => void>()
  readonly #refusalListeners = new Set<(layout: string) => void>()
  #owned: AsyncDisposableStack | undefined
  #objections: Objections = { memoryObjection: 'not tried', textureObjection: 'not tried' }
  /** Layouts that are copied although others are not, and why. */
  readonly #refusals = new Map<string, string>()
  /** Keeps the display from sleeping while there is one. */
  #blocker: number | undefined
  /** Frames in their order: one that waits for its memory holds those after it. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(browser: BrowserWindow, ipc: PageIpc, ways: Ways) {
    this.#browser = browser
    this.#ipc = ipc
    this.#ways = ways
    this.ended = this.#end.promise
    const { memory, textures } = ways
    this.frames = {
      frame: (frame, payload) => this.#frame(frame, payload),
      surfaceMemory: (surface, image, memfd, size) => {
        if (memory) memory.share(surface, image, memfd, size)
        else memfd[Symbol.dispose]()
      },
      surfaceTexture: (surface, plane, dmabufs) => {
        if (textures) textures.share(surface, plane, dmabufs)
        else for (const fd of dmabufs) fd[Symbol.dispose]()
      },
      sourceEnded: () => textures?.forgetAll(),
    }
    if (textures) {
      textures.onBroken = (textureObjection) =>
        this.settle({ ...this.#objections, textureObjection })
      textures.onRefused = (layout, why) => this.#refuse(layout, why)
    }
    // What cannot be sent to a window that closes says nothing about its GPU.
    browser.once('close', () => textures?.close())
    browser.once('closed', () => {
      textures?.close()
      this.#end.resolve({ kind: 'closed' })
    })
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
    const choice = chooseTransport({ shell: 'electron', ...this.#objections })
    if (choice.sharing !== 'shared-texture') return choice
    return {
      ...choice,
      reason: [choice.reason, ...this.#refusals.values()].filter((one) => one).join('; '),
    }
  }

  onSharing(listener: () => void): () => void {
    this.#sharingListeners.add(listener)
    return () => this.#sharingListeners.delete(listener)
  }

  onTextureRefused(listener: (layout: string) => void): () => void {
    this.#refusalListeners.add(listener)
    return () => this.#refusalListeners.delete(listener)
  }

  /** What was found out about the ways that pixels may take. */
  settle(objections: Objections): void {
    this.#objections = objections
    for (const listener of [...this.#sharingListeners]) listener()
  }

  /** Takes over what the window needs, and lets go of it at the end. */
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

  #refuse(layout: string, why: string): void {
    if (this.#refusals.size < MOST_REFUSALS) this.#refusals.set(layout, why)
    for (const listener of [...this.#refusalListeners]) listener(layout)
    for (const listener of [...this.#sharingListeners]) listener()
  }

  #frame(frame: FrameMessage, payload: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const { memory, textures } = this.#ways
    const sent = this.#last.then(async () => {
      await memory?.ready(frame)
      if (textures && !(await textures.ready(frame))) return false
      return this.#ipc.frame(frame, payload)
    })
    this.#last = sent.catch(() => false)
    return sent.catch(() => false)
  }
}
