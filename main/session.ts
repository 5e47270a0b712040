// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../core/assert-never.ts'
import { type Failure, failureLine } from '../core/failure.ts'
import { type GuestInfo, noCapabilities } from '../core/guest.ts'
import type { GuestRequest } from '../core/guest-channel.ts'
import { type InputAccepts, type InputEvent, noInput, sameInput } from '../core/input.ts'
import type { Capture, PlaneStatus } from '../core/plane.ts'
import type { Calls, Hello, Notes, ScaleMode, Settings } from '../core/protocol.ts'
import { fail, ok, type Result } from '../core/result.ts'
import { nextSession, type SessionEvent, type SessionState } from '../core/session-state.ts'
import { FrameStatistics } from './frame-statistics.ts'
import { InputGate } from './input/input-gate.ts'
import type { InputDevice } from './input/qmp-input.ts'
import { log } from './log.ts'
import { type ProbedPicture, Probes } from './probes.ts'
import { Publisher } from './publisher.ts'
import type { SettingsFile } from './settings.ts'
import type { PageHandlers, Shell, ShellWindow, WindowEnd } from './shell/shell.ts'
import { revealFolder, saveShot, shotPng, suggestShot } from './shots.ts'
import type { Address, SourceHandle } from './source/source.ts'

/** Opens an address; main/source/handle.ts is the real one. */
export type OpenSourceHandle = (
  address: Address,
  signal: AbortSignal,
) => Promise<Result<SourceHandle, Failure>>

export type SessionOptions = {
  readonly address: Address
  /** Undefined: the VM's own name. */
  readonly title: string | undefined
  readonly fullscreen: boolean
  readonly headless: boolean
  readonly viewOnly: boolean
  /** For this window only; the remembered one stays. */
  readonly scale: ScaleMode | undefined
}

export type SessionParts = {
  readonly openSource: OpenSourceHandle
  readonly shell: Shell
  readonly settings: SettingsFile
  /** Takes input in the place of the source. Owned by whoever made it. */
  readonly input?: InputDevice | undefined
}

/** One VM in one window: owns the source, the window and what passes between them. */
export class Session implements AsyncDisposable {
  readonly statistics = new FrameStatistics()
  readonly #options: SessionOptions
  #address: Address
  readonly #parts: SessionParts
  readonly #ending = new AbortController()
  readonly #probes = new Probes((id, cursor) => this.#window?.send('probe:read', id, cursor))
  readonly #listeners = new Set<() => void>()
  readonly #window$ = Promise.withResolvers<ShellWindow>()
  readonly #closed = Promise.withResolvers<WindowEnd>()
  #scale: ScaleMode | undefined
  #window: ShellWindow | undefined
  #handle: SourceHandle | undefined
  readonly #gate: InputGate
  #publisher: Publisher | undefined
  #opening: Promise<void> = Promise.resolve()
  #state: SessionState = { kind: 'connecting' }
  #statuses: readonly PlaneStatus[] = []
  #accepts: InputAccepts = noInput
  #pageListens = false
  #presenter: string | undefined
  #problem: Failure | undefined

  constructor(options: SessionOptions, parts: SessionParts) {
    this.#options = options
    this.#address = options.address
    this.#parts = parts
    this.#scale = options.scale
    this.#gate = new InputGate(
      (events) => this.#send(events),
      options.viewOnly,
      () => performance.now(),
    )
    this.#window$.promise.catch(() => {})
    const { input } = parts
    if (!input) return
    this.#accepts = input.accepts
    input.onChange = () => this.#accept(input.accepts)
  }

  get state(): SessionState {
    return this.#state
  }

  get window(): ShellWindow | undefined {
    return this.#window
  }

  /** What draws in the page; undefined until it said so. */
  get presenter(): string | undefined {
    return this.#presenter
  }

  /** Why the page cannot draw, while it cannot. */
  get problem(): Failure | undefined {
    return this.#problem
  }

  /** Resolves when the person closed the window, or it broke. */
  get closed(): Promise<WindowEnd> {
    return this.#closed.promise
  }

  /** Opens the source and the window at once. A source that fails is shown in the window. */
  async open(): Promise<Result<void, Failure>> {
    this.#opening = this.#openSource()
    const { title, fullscreen, headless, address } = this.#options
    const request = { title: title ?? address.text, fullscreen, headless, page: this.#page() }
    const opened = await this.#parts.shell.open(request, this.#ending.signal)
    if (!opened.ok) {
      this.#window$.reject(new Error(opened.failure.what))
      return opened
    }
    this.#window = opened.value
    this.#window$.resolve(opened.value)
    void opened.value.ended.then((end) => this.#closed.resolve(end))
    this.#join()
    return ok(undefined)
  }

  /** Runs after every change of state and after every presented frame. Returns its undo. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The guest's picture as the page draws it, at guest size. Rejects when the signal aborts. */
  probe(cursor: boolean, signal: AbortSignal): Promise<ProbedPicture> {
    return this.#probes.read(cursor, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    const source = this.#opening.then(() => this.#leaveSource())
    await Promise.all([source, this.#window?.[Symbol.asyncDispose]()])
    await this.#parts.settings.flush()
  }

  async #openSource(): Promise<void> {
    const opened = await this.#parts.openSource(this.#address, this.#ending.signal)
    if (!opened.ok) {
      if (this.#ending.signal.aborted) return
      log.info(`${opened.failure.what}: ${opened.failure.why}`)
      this.#step({ kind: 'open-failed', failure: opened.failure })
      return
    }
    const handle = opened.value
    if (this.#ending.signal.aborted) return handle[Symbol.asyncDispose]()
    this.#handle = handle
    handle.on('planes', (statuses) => {
      this.#statuses = statuses
      this.#step({ kind: 'planes', statuses })
    })
    if (!this.#parts.input) handle.on('input', (accepts) => this.#accept(accepts))
    handle.on('news', (news) => this.#window?.send('guest:news', news))
    handle.on('gone', (failure) => {
      this.#step({ kind: 'gone', failure })
      void this.#leaveSource()
    })
    this.#window?.send('guest:changed', this.#guest())
    this.#step({ kind: 'opened' })
    this.#join()
  }

  /** Connects source and window as soon as there are both. */
  #join(): void {
    if (!this.#handle || !this.#window || this.#publisher) return
    this.#publisher = new Publisher(this.#handle, this.#window, this.statistics)
    if (this.#pageListens) this.#publisher.attach()
  }

  async #leaveSource(): Promise<void> {
    const handle = this.#handle
    this.#gate.release()
    if (!this.#parts.input) this.#accept(noInput)
    this.#publisher?.[Symbol.dispose]()
    this.#publisher = undefined
    this.#handle = undefined
    await handle?.[Symbol.asyncDispose]()
  }

  #send(events: readonly InputEvent[]): void {
    const { input } = this.#parts
    if (!input) {
      this.#handle?.input(events)
      return
    }
    const primary = this.#statuses.find(({ kind }) => kind === 'primary')
    input.send(events, primary?.state === 'shown' ? primary.plane : undefined)
    this.#handle?.input([])
  }

  #accept(accepts: InputAccepts): void {
    if (sameInput(accepts, this.#accepts)) return
    this.#accepts = accepts
    this.#window?.send('input:changed', accepts)
  }

  #step(event: SessionEvent): void {
    this.#state = nextSession(this.#state, event)
    this.#window?.send('session:changed', this.#state, this.#statuses)
    this.#changed()
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener()
  }

  #page(): PageHandlers {
    return {
      calls: this.#calls(),
      note: (name, ...args) => this.#hear({ name, args } as HeardNote),
      shot: async (request) => shotPng(await this.#capture(), request),
      framesWanted: () => {
        this.#pageListens = true
        this.#publisher?.attach()
      },
      framesDropped: () => {
        this.#pageListens = false
        this.#gate.release()
        this.#publisher?.detach()
      },
    }
  }

  #calls(): Calls {
    return {
      'session:hello': () => this.#hello(),
      'session:reopen': () => this.#reopen(),
      'session:console': (id) => this.#showConsole(id),
      'vm:act': async () => fail(noMonitor),
      'shot:save': async (request) => saveShot(await this.#capture(), request),
      'shot:suggest': async () => suggestShot(this.#title(), this.#settings().screenshotFolder),
      'shot:reveal': () => revealFolder(this.#settings().screenshotFolder),
      'settings:change': async (change) => this.#change(change),
      'window:close': async () => this.#closed.resolve({ kind: 'closed' }),
    }
  }

  #hear(note: HeardNote): void {
    switch (note.name) {
      case 'frame:presented':
        this.#publisher?.presented(...note.args)
        this.#changed()
        break
      case 'frame:resend':
        this.#publisher?.resend()
        break
      case 'input:events':
        this.#gate.pass(...note.args)
        break
      case 'guest:request':
        this.#request(...note.args)
        break
      case 'view:visible':
        this.#handle?.setVisible(...note.args)
        break
      case 'view:presenter':
        this.#presenter = note.args[0]
        break
      case 'view:problem':
        this.#problem = note.args[0] ?? undefined
        if (this.#problem) log.warn(`page: ${failureLine(this.#problem)}`)
        this.#changed()
        break
      case 'probe:picture':
        this.#probes.answer(...note.args)
        break
      case 'log:problem':
        log.warn(`page: ${note.args[0]}`)
        break
      default:
        assertNever(note)
    }
  }

  async #hello(): Promise<Hello> {
    const window = await this.#window$.promise
    return {
      guest: this.#guest(),
      vm: null,
      address: this.#options.address.text,
      shell: window.kind,
      sharing: window.sharing.sharing,
      sharingReason: window.sharing.reason,
      settings: this.#settings(),
      fullscreen: this.#options.fullscreen,
      viewOnly: this.#options.viewOnly,
      input: this.#accepts,
      state: this.#state,
      statuses: this.#statuses,
    }
  }

  #guest(): GuestInfo {
    const info = this.#handle?.info
    return {
      title: this.#title(),
      ...(info?.console && { console: info.console }),
      consoles: info?.consoles ?? [],
      capabilities: info?.capabilities ?? noCapabilities,
    }
  }

  /** What a person who only views may not do to the guest is left out. */
  #request(request: GuestRequest): void {
    if (this.#options.viewOnly && request.kind !== 'sound') return
    this.#handle?.request(request)
  }

  #title(): string {
    return this.#options.title ?? this.#handle?.info.name ?? this.#options.address.text
  }

  async #reopen(): Promise<void> {
    await this.#opening
    if (this.#ending.signal.aborted) return
    this.#step({ kind: 'reopening' })
    await this.#leaveSource()
    this.#opening = this.#openSource()
    await this.#opening
  }

  /** Another screen of the same VM, in this window. */
  async #showConsole(id: number): Promise<void> {
    const query = new Map(this.#address.query).set('console', String(id))
    this.#address = { ...this.#address, query }
    await this.#reopen()
  }

  #settings(): Settings {
    const { current } = this.#parts.settings
    return this.#scale ? { ...current, scale: this.#scale } : current
  }

  #change(change: Partial<Settings>): Settings {
    if (change.scale) this.#scale = undefined
    this.#parts.settings.change(change)
    const settings = this.#settings()
    this.#window?.send('settings:changed', settings)
    return settings
  }

  async #capture(): Promise<Result<Capture, Failure>> {
    if (this.#handle) return this.#handle.capture()
    return fail({
      code: 'no-picture',
      what: `cannot take a picture of ${this.#options.address.text}`,
      why: 'it is not connected',
      remedy: 'Connect again first',
    })
  }
}

const noMonitor: Failure = {
  code: 'no-monitor',
  what: 'cannot tell the VM',
  why: 'Scanout has no line to its monitor',
  remedy: 'Start Scanout with --qmp SOCKET',
}

type HeardNote = {
  [N in keyof Notes]: { readonly name: N; readonly args: Notes[N] }
}[keyof Notes]
