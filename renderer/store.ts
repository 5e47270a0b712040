// SPDX-License-Identifier: GPL-2.0-or-later
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Failure } from '../core/failure.ts'
import type { Size } from '../core/geometry.ts'
import { type GuestInfo, noCapabilities, type VmState } from '../core/guest.ts'
import { type InputAccepts, noInput } from '../core/input.ts'
import type { PlaneKind, PlaneStatus } from '../core/plane.ts'
import type { Hello, ShotSeries } from '../core/protocol.ts'
import type { SessionState } from '../core/session-state.ts'
import { initialSettings, type SettingName, type Settings } from '../core/settings.ts'
import type { DesktopScreen } from './desktop/screens.ts'
import { noReplay, type RecordingState, type ReplayState } from './recording/recording-state.ts'

/** Who draws, and why nobody better. */
export type PresenterFacts = { readonly kind: string; readonly detail: string }

/** What a save dialog is about to save. */
export type Saving = { readonly plane: PlaneKind | 'all'; readonly as: 'picture' | 'dump' }

/** One sentence about something that was done or failed. */
export type Toast = {
  readonly kind: 'done' | 'failed'
  readonly title: string
  readonly detail: string
  /** Offers to open the folder that the file went to; true is that of the screenshots. */
  readonly reveal: boolean | 'recordings'
}

/** The panel that hangs off the toolbar; one at most. */
export type Panel =
  | 'none'
  | 'vm'
  | 'record'
  | 'consoles'
  | 'screenshot'
  | 'keys'
  | 'status'
  | 'shortcuts'
  | 'reset'
  | 'typing'
  | 'menu'
  | 'palette'
  | 'preferences'

/** A text on its way into the guest, key by key; asked about first when not all of it can be typed. */
export type TypingState = {
  readonly isRunning: boolean
  /** Characters. */
  readonly done: number
  readonly total: number
  /** What has no key, each once, and how often it stands in the text. */
  readonly missing: readonly string[]
  readonly leftOut: number
}

/** All that the interface shows. Changed by {@link Session} and by the interface itself. */
export type ViewState = {
  /** Undefined until main has answered. */
  readonly hello: Hello | undefined
  readonly guest: GuestInfo
  /** Null where nobody can tell. */
  readonly vm: VmState | null
  readonly session: SessionState
  readonly statuses: readonly PlaneStatus[]
  readonly settings: Settings
  readonly fullscreen: boolean
  /** What the guest takes now. */
  readonly input: InputAccepts
  /** The person does not want to touch the guest, or may not. */
  readonly viewOnly: boolean
  /** The person wants one clipboard for the guest and this desktop. */
  readonly sharesClipboard: boolean
  readonly typing: TypingState | undefined
  /** The picture on the canvas, guest pixels; undefined when the canvas shows none. */
  readonly picture: Size | undefined
  /** Device pixels that a guest pixel takes on the canvas; undefined when it shows none. */
  readonly factor: number | undefined
  /** Every key is the guest's, or the pointer is. */
  readonly grabbed: boolean
  /** Screenshots that are being saved by the clock. */
  readonly series: ShotSeries | undefined
  readonly recording: RecordingState
  readonly replay: ReplayState
  /** Frames per second; 0 when the picture does not change. */
  readonly rate: number
  readonly presenter: PresenterFacts | undefined
  /** What keeps this page from drawing. */
  readonly problem: Failure | undefined
  /** Main went away. */
  readonly closed: boolean
  readonly panel: Panel
  /** The setting that the preferences were opened for. */
  readonly sought: SettingName | undefined
  readonly saving: Saving | undefined
  readonly toast: Toast | undefined
  /** Monitors to choose from; none where there is one, or the desktop does not tell. */
  readonly screens: readonly DesktopScreen[]
  /** The inspector is open. */
  readonly inspects: boolean
  /** Changed parts light up on the picture while it is. */
  readonly flashesDamage: boolean
  readonly showsStatistics: boolean
}

export type Store = StoreApi<ViewState>

export function createViewStore(): Store {
  return createStore<ViewState>(() => ({
    hello: undefined,
    guest: { title: 'Scanout', consoles: [], capabilities: noCapabilities },
    vm: null,
    session: { kind: 'connecting' },
    statuses: [],
    settings: initialSettings,
    fullscreen: false,
    input: noInput,
    viewOnly: true,
    sharesClipboard: false,
    typing: undefined,
    picture: undefined,
    factor: undefined,
    grabbed: false,
    series: undefined,
    recording: { kind: 'idle' },
    replay: noReplay,
    rate: 0,
    presenter: undefined,
    problem: undefined,
    closed: false,
    panel: 'none',
    sought: undefined,
    saving: undefined,
    toast: undefined,
    screens: [],
    inspects: false,
    flashesDamage: false,
    showsStatistics: false,
  }))
}

/** True when the picture is up to date and nothing needs the person's attention. */
export function isLive(state: ViewState): boolean {
  return (
    state.session.kind === 'live' &&
    state.picture !== undefined &&
    state.problem === undefined &&
    !state.closed
  )
}

/** True when there is a picture to save, even an old one. */
export function canShoot(state: ViewState): boolean {
  return state.picture !== undefined && !state.closed
}

/** True when keys go to the guest. */
export function takesKeys(state: ViewState): boolean {
  return state.input.keyboard && !state.viewOnly && !state.closed
}

/** True when a person may act on the VM as a whole: somebody can tell what it does, and nothing forbids it. */
export function actsOnVm(state: ViewState): boolean {
  return state.vm !== null && !state.viewOnly && !state.closed
}

/** True when the pointer over the picture goes to the guest. */
export function takesPointer(state: ViewState): boolean {
  return state.input.pointer !== 'none' && !state.viewOnly && !state.closed
}

/** Panels that take all keys: what lies under them waits. */
const dialogs: ReadonlySet<Panel> = new Set([
  'palette',
  'preferences',
  'reset',
  'shortcuts',
  'typing',
] satisfies readonly Panel[])

/** True while a dialog is open. */
export function hasDialog({ panel, saving }: ViewState): boolean {
  return saving !== undefined || dialogs.has(panel)
}
