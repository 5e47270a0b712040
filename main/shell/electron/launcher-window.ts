// SPDX-License-Identifier: GPL-2.0-or-later
import type { BrowserWindow } from 'electron'
import type { LauncherEvents } from '../../../core/launcher-protocol.ts'
import type { LauncherWindow, WindowEnd } from '../shell.ts'
import type { PageIpc } from './page-ipc.ts'

/** The launcher in a window of Electron. */
export class ElectronLauncher implements LauncherWindow {
  readonly kind = 'electron'
  readonly ended: Promise<WindowEnd>
  readonly #ipc: PageIpc
  readonly #end = Promise.withResolvers<WindowEnd>()
  #owned: AsyncDisposableStack | undefined

  constructor(browser: BrowserWindow, ipc: PageIpc) {
    this.#ipc = ipc
    this.ended = this.#end.promise
    browser.once('closed', () => this.#end.resolve({ kind: 'closed' }))
    browser.webContents.on('render-process-gone', (_event, details) => {
      const failure = {
        code: 'page-gone',
        what: 'the window broke',
        why: `its process ended (${details.reason})`,
        remedy: 'Start Scanout again',
      }
      this.#end.resolve({ kind: 'broken', failure })
    })
  }

  /** Takes over what the window needs, and lets go of it at the end. */
  own(owned: AsyncDisposableStack): void {
    this.#owned = owned
  }

  send<N extends keyof LauncherEvents>(name: N, ...args: LauncherEvents[N]): void {
    this.#ipc.send(name, args)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.resolve({ kind: 'closed' })
    await this.#owned?.disposeAsync()
  }
}
