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

/** Hears what the preload says of the ways that pixels take. */
export type TransportAnswers = {
  readonly memoryTried: (objection: string) => void
  readonly memoryMapped: (surface: number, image: number) => void
  readonly textureTried: (objection: string) => void
  readonly textureBroken: (why: string) => void
  /** Another page is about to get frames. */
  readonly pageCame: () => void
}

/** Of a document that gets no frames. */
export const noTransports: TransportAnswers = {
  memoryTried: () => {},
  memoryMapped: () => {},
  textureTried: () => {},
  textureBroken: () => {},
  pageCame: () => {},
}

/** Words of a page are no longer. */
const LONGEST_WORDS = 300

/**
 * Main's end of one window's IPC. Every message is checked for its sender, the window's own main frame
 * at the page's origin, and then for its content.
 */
export class PageIpc implements Disposable {
  readonly #contents: WebContents
  readonly #door: PageDoor
  readonly #answers: TransportAnswers
  readonly #owned = new DisposableStack()
  #port: MessagePortMain | undefined

  constructor(contents: WebContents, door: PageDoor, answers: TransportAnswers) {
    this.#contents = contents
    this.#door = door
    this.#answers = answers
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
    this.#hearWords(channels.memoryTried, answers.memoryTried)
    this.#hearWords(channels.textureTried, answers.textureTried)
    this.#hearWords(channels.textureBroken, answers.textureBroken)
    this.#hear(channels.memoryMapped, (_event, surface, image) => {
      if (Number.isSafeInteger(surface) && Number.isSafeInteger(image)) {
        answers.memoryMapped(surface as number, image as number)
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

  #hearWords(channel: string, listener: (words: string) => void): void {
    this.#hear(channel, (_event, words) => {
      if (typeof words === 'string') listener(words.slice(0, LONGEST_WORDS))
    })
  }

  #openPort(): void {
    this.#closePort()
    this.#answers.pageCame()
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
