// SPDX-License-Identifier: GPL-2.0-or-later
import {
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  ipcMain,
  MessageChannelMain,
  type MessagePortMain,
  type WebContents,
} from 'electron'
import { channels } from '../../../core/channels.ts'
import type { FrameMessage } from '../../../core/protocol.ts'
import { log } from '../../log.ts'
import { postFrame } from '../../transport/frame-port.ts'
import type { PageDoor } from '../page-door.ts'
import { APP_ORIGIN } from './app-scheme.ts'

/** Hears what only the memory preload says. */
export type MemoryAnswers = {
  tried(objection: string): void
  mapped(surface: number, image: number): void
}

/**
 * Main's end of one window's IPC. Every message is checked for its sender, the window's own main frame
 * at the page's origin, and then for its content.
 */
export class PageIpc implements Disposable {
  readonly #contents: WebContents
  readonly #door: PageDoor
  readonly #owned = new DisposableStack()
  #port: MessagePortMain | undefined

  constructor(contents: WebContents, door: PageDoor, memory: MemoryAnswers) {
    this.#contents = contents
    this.#door = door
    ipcMain.handle(channels.call, (event, name: unknown, args: unknown) => {
      const call = this.#trusts(event) ? door.call(name, args) : undefined
      if (!call) throw new Error('not a call that this window may make')
      return call()
    })
    this.#owned.defer(() => ipcMain.removeHandler(channels.call))
    this.#hear(channels.note, (_event, name, args) => {
      const note = door.note(name, args)
      if (note) note()
      else log.warn('the page sent a note that it may not send; it was dropped')
    })
    this.#hear(channels.framesWanted, () => this.#openPort())
    this.#hear(channels.memoryTried, (_event, objection) => {
      if (typeof objection === 'string') memory.tried(objection)
    })
    this.#hear(channels.memoryMapped, (_event, surface, image) => {
      if (Number.isSafeInteger(surface) && Number.isSafeInteger(image)) {
        memory.mapped(surface as number, image as number)
      }
    })
    this.#owned.defer(() => this.#closePort())
  }

  send(name: string, args: readonly unknown[]): void {
    if (!this.#contents.isDestroyed()) this.#contents.send(channels.event, name, args)
  }

  /** False when no page listens. The payload may be reused when this returns. */
  frame(frame: FrameMessage, payload: Uint8Array<ArrayBuffer>): boolean {
    if (!this.#port) return false
    postFrame(this.#port, frame, payload)
    return true
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #trusts(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
    const trusted =
      event.sender === this.#contents &&
      event.senderFrame !== null &&
      event.senderFrame === this.#contents.mainFrame &&
      event.senderFrame.origin === APP_ORIGIN
    if (!trusted) log.warn('a message from a stranger was dropped')
    return trusted
  }

  #hear(channel: string, listener: (event: IpcMainEvent, ...args: unknown[]) => void): void {
    const checked = (event: IpcMainEvent, ...args: unknown[]): void => {
      if (this.#trusts(event)) listener(event, ...args)
    }
    ipcMain.on(channel, checked)
    this.#owned.defer(() => void ipcMain.off(channel, checked))
  }

  #openPort(): void {
    this.#closePort()
    const { port1, port2 } = new MessageChannelMain()
    this.#port = port1
    port1.on('close', () => {
      if (this.#port === port1) this.#dropped()
    })
    port1.start()
    this.#contents.postMessage(channels.frames, null, [port2])
    this.#door.framesWanted()
  }

  #closePort(): void {
    const port = this.#port
    if (!port) return
    this.#dropped()
    port.close()
  }

  #dropped(): void {
    this.#port = undefined
    this.#door.framesDropped()
  }
}
