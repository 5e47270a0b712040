// SPDX-License-Identifier: GPL-2.0-or-later
import type { GuestInfo, VmAction, VmState } from '../core/guest.ts'
import type { GuestNews, GuestRequest } from '../core/guest-channel.ts'
import { type InputEvent, MAX_INPUT_EVENTS } from '../core/input.ts'
import type { Bridge, Hello } from '../core/protocol.ts'
import type {
  ScaleMode,
  SettingLayer,
  SettingLayers,
  SettingName,
  Settings,
} from '../core/settings.ts'
import { base64 } from './base64.ts'
import type { Compositor } from './compositor/compositor.ts'
import { FrameRate } from './frame-rate.ts'
import { chord } from './input/keyboard.ts'
import { type Store, type Toast, takesKeys } from './store.ts'
import { sentence } from './ui/sentence.ts'
import { toastWords } from './ui/words-toasts.ts'

/** Without a frame for this long the picture counts as unchanging. */
const QUIET_MS = 1500
const TOAST_MS = 8000

/** Joins main, the compositor and the store, and does what the interface asks. */
export class Session implements Disposable {
  readonly #bridge: Bridge
  readonly #store: Store
  readonly #owned = new DisposableStack()
  readonly #rate = new FrameRate()
  /** What the guest takes was told since the start: newer than the answer to hello. */
  #heardInput = false
  /** The same of what the VM does. */
  #heardVm = false
  /** The same of the way of the pixels. */
  #sharing: Partial<Pick<Hello, 'sharing' | 'sharingReason'>> = {}
  #quiet: ReturnType<typeof setTimeout> | undefined
  #toastEnd: ReturnType<typeof setTimeout> | undefined

  constructor(bridge: Bridge, store: Store) {
    this.#bridge = bridge
    this.#store = store
    const undo = (end: () => void) => this.#owned.defer(end)
    undo(bridge.on('session:changed', (session, statuses) => store.setState({ session, statuses })))
    undo(bridge.on('settings:changed', (settings) => store.setState({ settings })))
    undo(
      bridge.on('input:changed', (input) => {
        this.#heardInput = true
        store.setState({ input })
      }),
    )
    undo(
      bridge.on('sharing:changed', (sharing, sharingReason) => {
        this.#sharing = { sharing, sharingReason }
        const { hello } = store.getState()
        if (hello) store.setState({ hello: { ...hello, ...this.#sharing } })
      }),
    )
    undo(bridge.on('guest:changed', (guest) => this.#rename(guest)))
    undo(bridge.on('vm:changed', (vm) => this.#follow(vm)))
    undo(bridge.onClosed(() => store.setState({ closed: true, panel: 'none', saving: undefined })))
    const visible = () => bridge.tell('view:visible', document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', visible)
    undo(() => document.removeEventListener('visibilitychange', visible))
    const fullscreen = () => store.setState({ fullscreen: isFullscreen() })
    document.addEventListener('fullscreenchange', fullscreen)
    undo(() => document.removeEventListener('fullscreenchange', fullscreen))
    const mode = matchMedia('(display-mode: fullscreen)')
    mode.addEventListener('change', fullscreen)
    undo(() => mode.removeEventListener('change', fullscreen))
    undo(() => clearTimeout(this.#quiet))
    undo(() => clearTimeout(this.#toastEnd))
  }

  /** Asks main who we are; to be called once the listeners are in place. */
  async start(): Promise<void> {
    try {
      const hello = await this.#bridge.call('session:hello')
      const { session, statuses } = this.#store.getState()
      const heard = session.kind !== 'connecting' || statuses.length > 0
      document.title = hello.guest.title
      this.#store.setState({
        hello: { ...hello, ...this.#sharing },
        guest: hello.guest,
        ...(this.#heardVm ? {} : { vm: hello.vm }),
        settings: hello.settings,
        fullscreen: hello.fullscreen || isFullscreen(),
        viewOnly: hello.viewOnly,
        sharesClipboard: hello.shareClipboard,
        ...(this.#heardInput ? {} : { input: hello.input }),
        // An event that overtook the answer is newer than it.
        ...(heard ? {} : { session: hello.state, statuses: hello.statuses }),
      })
      this.#bridge.tell('view:visible', document.visibilityState === 'visible')
    } catch (error) {
      this.#fail(toastWords.failed.start, error)
    }
  }

  /** Answers main's probes with what the compositor draws. */
  attach(compositor: Compositor): void {
    const answer = (id: number, cursor: boolean) => {
      const picture = compositor.read(cursor)
      const { width = 0, height = 0, rgba } = picture ?? {}
      this.#bridge.tell('probe:picture', id, width, height, rgba ? base64(rgba) : '')
    }
    this.#owned.defer(this.#bridge.on('probe:read', answer))
    this.#bridge.textures?.onTry((surface) => compositor.tryTexture(surface))
  }

  /** Disposed with the session. */
  own(part: Disposable): void {
    this.#owned.use(part)
  }

  /** Counts a frame that was drawn. */
  presented(): void {
    const rate = this.#rate.add(performance.now())
    if (rate !== undefined) this.#store.setState({ rate })
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => {
      this.#rate.reset()
      this.#store.setState({ rate: 0 })
    }, QUIET_MS)
  }

  /** Tells the guest what a person did. */
  input(events: readonly InputEvent[]): void {
    for (let from = 0; from < events.length; from += MAX_INPUT_EVENTS) {
      this.#bridge.tell('input:events', events.slice(from, from + MAX_INPUT_EVENTS))
    }
  }

  /** Asks the guest for something; nothing when the person only views. */
  request(request: GuestRequest): void {
    this.#bridge.tell('guest:request', request)
  }

  /** Hears what the guest says beside its picture. Returns its undo. */
  onNews(listener: (news: GuestNews) => void): () => void {
    return this.#bridge.on('guest:news', listener)
  }

  /** Makes room for another piece of sound. */
  soundHeard(): void {
    this.#bridge.tell('sound:heard')
  }

  /** Presses keys together and lets them go: `KeyboardEvent.code` of each. */
  sendKeys(codes: readonly string[]): void {
    if (takesKeys(this.#store.getState())) this.input(chord(codes))
  }

  async reopen(): Promise<void> {
    if (this.#store.getState().problem) this.#bridge.tell('frame:resend')
    await this.#try(toastWords.failed.tryAgain, () => this.#bridge.call('session:reopen'))
  }

  /** Shows another console of the same VM. */
  async showConsole(id: number): Promise<void> {
    await this.#try(toastWords.failed.showConsole, () => this.#bridge.call('session:console', id))
  }

  /** Acts on the VM as a whole. */
  async act(action: VmAction): Promise<void> {
    await this.#try(toastWords.failed.act[action], async () => {
      const acted = await this.#bridge.call('vm:act', action)
      if (!acted.ok) throw new Error(sentence(`${acted.failure.why}. ${acted.failure.remedy}`))
    })
  }

  /** Makes an icon on this desktop that opens this VM. */
  async createLauncher(): Promise<void> {
    await this.#try(toastWords.failed.createLauncher, async () => {
      const made = await this.#bridge.call('launcher:create')
      if (!made.ok) throw new Error(sentence(`${made.failure.why}. ${made.failure.remedy}`))
      const title = toastWords.launcherCreated(made.value.name)
      this.toast({ kind: 'done', title, detail: made.value.path, reveal: false })
    })
  }

  async close(): Promise<void> {
    if (this.#store.getState().closed) window.close()
    else await this.#try(toastWords.failed.close, () => this.#bridge.call('window:close'))
  }

  scale(scale: ScaleMode): Promise<void> {
    return this.change(scale === '1:1' ? { scale, zoom: 100 } : { scale })
  }

  async change(change: Partial<Settings>): Promise<void> {
    const { settings } = this.#store.getState()
    this.#store.setState({ settings: { ...settings, ...change } })
    await this.#try(toastWords.failed.keepSetting, async () => {
      this.#store.setState({ settings: await this.#bridge.call('settings:change', change) })
    })
  }

  /** Where the settings that hold come from; undefined when main cannot say. */
  layers(): Promise<SettingLayers | undefined> {
    return this.#settings(() => this.#bridge.call('settings:layers'))
  }

  /** Changes settings for all VMs, or for this one alone. */
  set(layer: SettingLayer, change: Partial<Settings>): Promise<SettingLayers | undefined> {
    return this.#settings(() => this.#bridge.call('settings:set', layer, change))
  }

  /** Forgets settings of a layer, all of them when none is named. */
  reset(layer: SettingLayer, names: readonly SettingName[]): Promise<SettingLayers | undefined> {
    return this.#settings(() => this.#bridge.call('settings:reset', layer, names))
  }

  /**
   * Refused quietly by a window that was started in fullscreen: there the browser decides.
   *
   * @param screen the monitor; the one that the window is on by default
   */
  async toggleFullscreen(screen?: Screen): Promise<void> {
    await this.#try(toastWords.failed.fullscreen, async () => {
      if (document.fullscreenElement && !screen) await document.exitFullscreen()
      else await document.documentElement.requestFullscreen(onScreen(screen))
    })
  }

  /** Shows one sentence; good news goes by itself, a failure stays until it is put away. */
  toast(toast: Toast | undefined): void {
    clearTimeout(this.#toastEnd)
    this.#store.setState({ toast })
    if (toast?.kind !== 'done') return
    this.#toastEnd = setTimeout(() => this.#store.setState({ toast: undefined }), TOAST_MS)
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #rename(guest: GuestInfo): void {
    document.title = guest.title
    this.#store.setState({ guest })
  }

  /** What stops the VM stands over the picture; what it went through comes as a toast. */
  #follow(vm: VmState | null): void {
    this.#heardVm = true
    this.#store.setState({ vm })
    if (vm?.run !== 'running' || vm.note === '') return
    this.toast({ kind: 'done', title: vm.note, detail: '', reveal: false })
  }

  async #settings(ask: () => Promise<SettingLayers>): Promise<SettingLayers | undefined> {
    let layers: SettingLayers | undefined
    await this.#try(toastWords.failed.keepSetting, async () => {
      layers = await ask()
    })
    return layers
  }

  async #try(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (error) {
      this.#fail(what, error)
    }
  }

  #fail(what: string, error: unknown): void {
    if (this.#store.getState().closed) return
    this.toast({ kind: 'failed', title: what, detail: reason(error), reveal: false })
  }
}

/** True in the Fullscreen API's fullscreen and in a window that was started in it. */
function isFullscreen(): boolean {
  return document.fullscreenElement !== null || matchMedia('(display-mode: fullscreen)').matches
}

/** `screen` is of the Window Management API, which lib.dom does not know. */
function onScreen(screen: Screen | undefined): FullscreenOptions {
  const options: FullscreenOptions & { screen?: Screen } = screen ? { screen } : {}
  return options
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
