// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import { type LauncherBridge, MAX_SESSION_TEXT } from '../../core/launcher-protocol.ts'
import type { Result } from '../../core/result.ts'
import { activeRow, listedRows, type Row, rowFrom } from './rows.ts'
import type { LauncherState, LauncherStore } from './store.ts'
import { needsPath } from './words.ts'

/** Time that `Copied` is shown, ms. */
const COPIED_MS = 2000
/** `5 minutes ago` is right to the minute, ms. */
const CLOCK_MS = 30_000

/** All that a person can do in the launcher, and what main tells. */
export class Launcher {
  readonly #bridge: LauncherBridge
  readonly #store: LauncherStore
  #copied: ReturnType<typeof setTimeout> | undefined

  constructor(bridge: LauncherBridge, store: LauncherStore) {
    this.#bridge = bridge
    this.#store = store
  }

  /** Asks main for the list and follows it. Resolves when the list is in the store. */
  async start(): Promise<void> {
    const bridge = this.#bridge
    bridge.on('found:changed', (found) => this.#set({ found, nowMs: Date.now() }))
    bridge.onClosed(() => this.#set({ closed: true }))
    const visible = () => bridge.tell('view:visible', document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', visible)
    visible()
    setInterval(() => this.#set({ nowMs: Date.now() }), CLOCK_MS)
    const hello = await bridge.call('launcher:hello')
    this.#set({ hello, found: hello.found, nowMs: Date.now() })
  }

  rows(): readonly Row[] {
    const { found, text } = this.#store.getState()
    return listedRows(found, text)
  }

  active(): Row | undefined {
    return activeRow(this.rows(), this.#store.getState().chosen)
  }

  type(text: string): void {
    // The best match is the first one again.
    this.#set({ text, chosen: undefined, trouble: undefined })
  }

  choose(row: Row | undefined): void {
    this.#set({ chosen: row?.id })
  }

  move(by: number): void {
    this.choose(rowFrom(this.rows(), this.active(), by))
  }

  /** @param stays the launcher stays open */
  open(row: Row | undefined, stays: boolean): void {
    if (!row) return
    this.choose(row)
    if (!row.usable) return
    const request = { target: row.address, stays }
    void this.#open(row.name, () => this.#bridge.call('launcher:open', request))
  }

  /** Opens a file of which a browser gives the content, and not the path. */
  async openFile(file: File): Promise<void> {
    if (!/\.(?:scanout|vv)$/i.test(file.name)) {
      this.#set({ trouble: needsPath(file.name) })
      return
    }
    const text = await file.slice(0, MAX_SESSION_TEXT + 1).text()
    const name = file.name.slice(-255)
    if (text.length > MAX_SESSION_TEXT) this.#set({ trouble: tooLong(name) })
    else await this.#open(name, () => this.#bridge.call('launcher:open-text', name, text))
  }

  forget(row: Row | undefined): void {
    if (!isForgettable(row)) return
    const rows = this.rows()
    const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1]
    this.choose(next)
    void this.#bridge.call('launcher:forget', row.address)
  }

  /** Puts a text on the clipboard and says so. */
  async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const remedy = 'Select it and copy it by hand'
      this.#set({ trouble: { code: 'clipboard', what: 'cannot copy', why, remedy } })
      return
    }
    clearTimeout(this.#copied)
    this.#set({ copied: text })
    this.#copied = setTimeout(() => this.#set({ copied: undefined }), COPIED_MS)
  }

  dismiss(): void {
    this.#set({ trouble: undefined })
  }

  close(): void {
    void this.#bridge.call('window:close')
  }

  async #open(name: string, call: () => Promise<Result<void, Failure>>): Promise<void> {
    if (this.#store.getState().opening !== undefined) return
    this.#set({ opening: name, trouble: undefined })
    try {
      const opened = await call()
      if (!opened.ok) this.#set({ trouble: opened.failure })
    } finally {
      this.#set({ opening: undefined })
    }
  }

  #set(change: Partial<LauncherState>): void {
    this.#store.setState(change)
  }
}

/** What a person may take off the list: an address that is only remembered. */
export function isForgettable(row: Row | undefined): row is Row {
  return row?.kind === 'recent'
}

/** What is worth copying of a row: its fix where it has one, else its address. */
export function copyText(row: Row): string {
  return row.fix || row.address
}

function tooLong(name: string): Failure {
  return {
    code: 'too-long',
    what: `cannot open ${name}`,
    why: `it has more than ${MAX_SESSION_TEXT} characters`,
    remedy: 'Check that it is a session file',
  }
}
