// SPDX-License-Identifier: GPL-2.0-or-later
import { type Failure, failureLine } from '../core/failure.ts'
import { type GuestInfo, noCapabilities, type VmAction } from '../core/guest.ts'
import type { GuestRequest } from '../core/guest-channel.ts'
import type { Capture } from '../core/plane.ts'
import type { Calls, Hello } from '../core/protocol.ts'
import { fail, ok, type Result } from '../core/result.ts'
import type { SessionState } from '../core/session-state.ts'
import type { PresenterWish, ScaleMode } from '../core/settings.ts'
import { FrameStatistics } from './frame-statistics.ts'
import type { InputDevice } from './input/qmp-input.ts'
import { hostMeasures, Inspection } from './inspector/inspection.ts'
import { log } from './log.ts'
import { type ProbedPicture, Probes } from './probes.ts'
import { type RecordingPlan, SessionRecordings } from './recording/session-recordings.ts'
import { SessionFrames } from './session-frames.ts'
import { SessionInput } from './session-input.ts'
import { pageHandlers } from './session-page.ts'
import { noLauncher, noMonitor, noViewer, onlyViews } from './session-refusals.ts'
import { SessionShots } from './session-shots.ts'
import { SessionSource, type SessionSourceParts } from './session-source.ts'
import type { SettingsFile } from './settings.ts'
import type { SessionDocument, Shell, ShellWindow, WindowEnd } from './shell/shell.ts'
import { SoundGate } from './sound-gate.ts'
import type { Address } from './source/source.ts'
import type { VmControl } from './vm/vm-control.ts'

export type SessionOptions = {
  readonly address: Address
  /** Undefined: the VM's own name. */
  readonly title: string | undefined
  readonly fullscreen: boolean
  readonly headless: boolean
  /** For this window only; the remembered one stays. */
  readonly presenter: PresenterWish | undefined
  /** False: a person wants no dma-bufs in the window's GPU. */
  readonly zeroCopy?: boolean
  readonly viewOnly: boolean
  /** The window begins with the clipboard shared. */
  readonly clipboard: boolean
  /** For this window only; the remembered one stays. */
  readonly scale: ScaleMode | undefined
  /** Waits for a VM that is not there yet. */
  readonly wait: boolean
  /** Shows a VM that went away again when it is back. */
  readonly reconnect: boolean
  /** Without a window: what is recorded instead of shown. */
  readonly recording?: RecordingPlan
}

export type SessionParts = SessionSourceParts & {
  readonly shell: Shell
  readonly settings: SettingsFile
  /** Opens what is dropped on the window in a viewer of its own. */
  readonly openDropped?: Calls['drop:open'] | undefined
  /** Takes input in the place of the source. Owned by whoever made it. */
  readonly input?: InputDevice | undefined
  /** Tells and changes what the VM does. Owned by whoever made it. */
  readonly vm?: VmControl | undefined
  /** Puts the VM into the desktop's menu under a name, with a picture where there is one. */
  readonly createLauncher?: (
    name: string,
    capture: Result<Capture, Failure>,
  ) => ReturnType<Calls['launcher:create']>
}

/** One VM in one window: owns the source, the window and what passes between them. */
export class Session implements AsyncDisposable {
  readonly statistics = new FrameStatistics()
  readonly #frames = new SessionFrames(this.statistics)
  readonly #options: SessionOptions
  readonly #parts: SessionParts
  readonly #source: SessionSource
  readonly #ending = new AbortController()
  readonly #probes = new Probes((id, cursor) => this.#window?.send('probe:read', id, cursor))
  readonly #sound = new SoundGate()
  readonly #shots = new SessionShots({
    capture: () => this.capture(),
    origin: () => ({ name: this.title, address: this.#options.address.text }),
    settings: () => this.#parts.settings.current,
    tell: (series, failure) => this.#window?.send('shots:changed', series, failure),
  })
  readonly #inspection: Inspection
  readonly #recordings: SessionRecordings
  readonly #listeners = new Set<() => void>()
  readonly #window$ = Promise.withResolvers<ShellWindow>()
  readonly #closed = Promise.withResolvers<WindowEnd>()
  readonly #greeted = Promise.withResolvers<void>()
  readonly #input: SessionInput
  #window: ShellWindow | undefined
  #presenter: string | undefined
  #uuid: string | undefined
  #problem: Failure | undefined

  constructor(options: SessionOptions, parts: SessionParts) {
    this.#options = options
    this.#parts = parts
    if (options.scale) parts.settings.override({ scale: options.scale, zoom: 100 })
    this.#window$.promise.catch(() => {})
    this.#inspection = new Inspection({
      ...hostMeasures(),
      clock: parts.clock,
      tellSource: (facts) => this.#window?.send('inspect:changed', facts),
      tellStats: (facts) => this.#window?.send('stats:changed', facts),
    })
    this.#recordings = new SessionRecordings(
      { title: () => this.title, folder: () => parts.settings.current.recordingFolder },
      options.recording,
    )
    const { input, vm } = parts
    this.#input = new SessionInput(
      () => this.#source,
      input,
      options.viewOnly,
      (accepts) => this.#window?.send('input:changed', accepts),
    )
    this.#source = new SessionSource(options.address, options, parts, {
      onChange: () => this.#tellState(),
      onOpening: () => vm?.release(),
      onOpen: () => this.#opened(),
      onLeave: (failure) => this.#leave(failure),
      onInput: (accepts) => this.#input.sourceAccepts(accepts),
      onNews: (news) => this.#sound.admits(news) && this.#window?.send('guest:news', news),
    })
    if (vm) vm.onChange = () => this.#window?.send('vm:changed', vm.state)
  }

  get state(): SessionState {
    return this.#source.state
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

  /** Resolves when the window's page is there. */
  get greeted(): Promise<void> {
    return this.#greeted.promise
  }

  /** Resolves when the person closed the window, or it broke. */
  get closed(): Promise<WindowEnd> {
    return this.#closed.promise
  }

  /** Opens the source and the window at once. A source that fails is shown in the window. */
  async open(): Promise<Result<void, Failure>> {
    this.#source.open()
    const { title, fullscreen, headless, address } = this.#options
    const page = pageHandlers({
      hello: () => this.#hello(),
      source: this.#source,
      publisher: () => this.#frames.publisher,
      gate: this.#input.gate,
      probes: this.#probes,
      sound: this.#sound,
      inspection: this.#inspection,
      recordings: this.#recordings,
      act: (action) => this.#act(action),
      request: (request) => this.#request(request),
      shots: this.#shots,
      settings: this.#parts.settings,
      tellSettings: () => this.#tellSettings(),
      stayAwake: (awake) => this.#window?.wish({ awake }),
      openDropped: async (files) => this.#parts.openDropped?.(files) ?? fail(noViewer),
      listens: (listens) => this.#listen(listens),
      presented: () => this.#changed(),
      copies: (wanted) => this.#frames.copy(wanted),
      presenter: (presenter, pixels) => {
        this.#presenter = presenter
        this.#frames.needPixels(pixels)
      },
      pace: (hz) => this.#frames.pace(hz),
      problem: (problem) => this.#hearProblem(problem),
      createLauncher: async () =>
        this.#parts.createLauncher?.(this.title, await this.capture()) ?? fail(noLauncher),
      close: () => this.#closed.resolve({ kind: 'closed' }),
    })
    const document: SessionDocument = this.#options.recording ? 'recorder' : 'viewer'
    const presenter = this.#options.presenter ?? this.#parts.settings.current.presenter
    const { windowSize } = this.#parts.settings.current
    const request = {
      title: title ?? address.text,
      fullscreen,
      headless,
      presenter,
      zeroCopy: this.#options.zeroCopy ?? true,
      ...(windowSize && { size: windowSize }),
      page,
      document,
    }
    const opened = await this.#parts.shell.open(request, this.#ending.signal)
    if (!opened.ok) {
      this.#window$.reject(new Error(opened.failure.what))
      return opened
    }
    this.#window = opened.value
    this.#window$.resolve(opened.value)
    opened.value.onSharing(() => this.#tellSharing(opened.value))
    void opened.value.ended.then((end) => this.#closed.resolve(end))
    this.#tellSettings()
    this.#frames.join(this.#source.handle, this.#window)
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
    this.#shots[Symbol.dispose]()
    this.#inspection[Symbol.dispose]()
    await this.#recordings[Symbol.asyncDispose]()
    const source = this.#source[Symbol.asyncDispose]()
    await Promise.all([source, this.#window?.[Symbol.asyncDispose]()])
    await this.#parts.settings.flush()
  }

  #opened(): void {
    void this.#takeOwnSettings(this.#source.handle?.info.uuid)
    this.#window?.send('guest:changed', this.#guest())
    this.#inspection.follow(this.#source.handle)
    this.#parts.vm?.follow()
    this.#frames.join(this.#source.handle, this.#window)
  }

  /** A VM that is known by its UUID has its settings under whichever address it is opened. */
  async #takeOwnSettings(uuid: string | undefined): Promise<void> {
    if (uuid === undefined || uuid === this.#uuid) return
    this.#uuid = uuid
    await this.#parts.settings.takeVm(this.#options.address.text, uuid)
    this.#tellSettings()
  }

  #tellSharing({ sharing }: ShellWindow): void {
    this.#window?.send('sharing:changed', sharing.sharing, sharing.reason)
  }

  #tellSettings(): void {
    const { current } = this.#parts.settings
    this.#window?.send('settings:changed', current)
    this.#window?.wish({ keepOnTop: current.keepOnTop })
  }

  #leave(failure: Failure | undefined): void {
    this.#input.leave()
    this.#inspection.follow(undefined)
    this.#frames.leave()
    if (failure) this.#parts.vm?.forget()
  }

  #listen(listens: boolean): void {
    this.#frames.listen(listens)
    if (!listens) this.#input.gate.release()
  }

  #tellState(): void {
    this.#window?.send('session:changed', this.#source.state, this.#source.statuses)
    this.#changed()
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener()
  }

  #hearProblem(problem: Failure | undefined): void {
    this.#problem = problem
    if (problem) log.warn(`page: ${failureLine(problem)}`)
    this.#changed()
  }

  async #hello(): Promise<Hello> {
    const window = await this.#window$.promise
    this.#greeted.resolve()
    return {
      guest: this.#guest(),
      vm: this.#parts.vm?.state ?? null,
      address: this.#options.address.text,
      shell: window.kind,
      sharing: window.sharing.sharing,
      sharingReason: window.sharing.reason,
      settings: this.#parts.settings.current,
      fullscreen: this.#options.fullscreen,
      viewOnly: this.#options.viewOnly,
      shareClipboard: this.#options.clipboard,
      input: this.#input.accepts,
      state: this.#source.state,
      statuses: this.#source.statuses,
    }
  }

  #guest(): GuestInfo {
    const info = this.#source.handle?.info
    return {
      title: this.title,
      ...(info?.console && { console: info.console }),
      consoles: info?.consoles ?? [],
      capabilities: info?.capabilities ?? noCapabilities,
    }
  }

  /** Of the window: as it was wished, else the VM's name. */
  get title(): string {
    return this.#options.title ?? this.#source.handle?.info.name ?? this.#options.address.text
  }

  /** What a person who only views may not do to the guest is left out. */
  #request(request: GuestRequest): void {
    if (this.#options.viewOnly && request.kind !== 'sound') return
    this.#source.handle?.request(request)
  }

  async #act(action: VmAction): Promise<Result<void, Failure>> {
    if (this.#options.viewOnly) return fail(onlyViews)
    const { vm } = this.#parts
    return vm?.state ? vm.act(action) : fail(noMonitor)
  }

  /** The planes as they are now. */
  async capture(): Promise<Result<Capture, Failure>> {
    const { handle } = this.#source
    if (handle) return handle.capture()
    return fail({
      code: 'no-picture',
      what: `cannot take a picture of ${this.#options.address.text}`,
      why: 'it is not connected',
      remedy: 'Connect again first',
    })
  }
}
