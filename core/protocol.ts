// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from './failure.ts'
import type { Point } from './geometry.ts'
import type { GuestInfo, VmAction, VmState } from './guest.ts'
import type { GuestNews, GuestRequest } from './guest-channel.ts'
import type { InputAccepts, InputEvent } from './input.ts'
import type { InspectFacts, StatsFacts } from './inspection.ts'
import type { ImageRect, MemoryImage } from './memory-image.ts'
import type { PixelNeed } from './plain-plane.ts'
import type { Plane, PlaneKind, PlaneStatus } from './plane.ts'
import type {
  RecordingFigures,
  RecordingPiece,
  RecordingRequest,
  RecordingTrack,
  RecordingWish,
} from './recording.ts'
import type { Result } from './result.ts'
import type { SessionState } from './session-state.ts'
import type { SettingLayer, SettingLayers, SettingName, Settings } from './settings.ts'

// The whole contract between main and the page. Everything here survives JSON with bigints
// (core/wire.ts) as well as structured clone.

/** Names the memory of one buffer of the guest for as long as it is cached; never reused in a session. */
export type SurfaceId = number

/** How bytes reach the page. */
export type CopySharing = 'stream' | 'shared-memory'
/** How a surface's pixels reach the page; as a texture they never leave the GPU. */
export type Sharing = CopySharing | 'shared-texture'

/** A surface the page has not heard of: make textures for it. */
export type SurfaceDescription = {
  readonly id: SurfaceId
  /** The buffer as its source names it: `dmabuf 3`; for people, never compared. */
  readonly identity: string
  /** Format and layout; position and hotspot are in the scene, not here. */
  readonly plane: Plane
  /** One per memory plane, in order. */
  readonly images: readonly MemoryImage[]
  readonly sharing: Sharing
  /** The pixels are RGBA bytes with 255 in the fourth, whatever the plane had there. */
  readonly opaque?: boolean
}

/** One visible plane: which surface, and where. Scene order is composition order. */
export type ScenePlane = {
  readonly kind: PlaneKind
  readonly surface: SurfaceId
  readonly x: number
  readonly y: number
  readonly hotspot?: Point
}

/**
 * Changed bytes of one memory image. For `stream` the payload carries them, rows tight, in list order; of a
 * texture image 0 stands for the whole.
 */
export type SurfaceDamage = {
  readonly surface: SurfaceId
  /** Index into {@link SurfaceDescription.images}. */
  readonly image: number
  readonly rects: readonly ImageRect[]
}

/** All that changed since the frame before. Applying every frame in order gives the guest's picture. */
export type FrameMessage = {
  /** 1, 2, 3 … */
  readonly seq: number
  /** When the planes were read: `performance.timeOrigin + performance.now()` of main, ms. */
  readonly readAtMs: number
  /** True when the page must forget every surface first (first frame, reload, lost context). */
  readonly reset: boolean
  readonly surfaces: readonly SurfaceDescription[]
  readonly gone: readonly SurfaceId[]
  readonly damage: readonly SurfaceDamage[]
  /** Planes to draw, bottom to top; empty when the display is off. */
  readonly scene: readonly ScenePlane[]
}

/** What the window needs to say once. */
export type Hello = {
  readonly address: string
  readonly shell: 'electron' | 'chromium'
  readonly sharing: Sharing
  /** Why a better transport was not taken; empty when the best one runs. */
  readonly sharingReason: string
  readonly settings: Settings
  readonly fullscreen: boolean
  /** Main drops all input; the page need not make any. */
  readonly viewOnly: boolean
  /** The window begins with one clipboard for the guest and this desktop. */
  readonly shareClipboard: boolean
  readonly guest: GuestInfo
  /** Null where nobody can tell. */
  readonly vm: VmState | null
  /** What the guest takes now. */
  readonly input: InputAccepts
  readonly state: SessionState
  readonly statuses: readonly PlaneStatus[]
}

/** A picture to take: composed, or one plane alone. */
export type ShotRequest = {
  readonly plane: PlaneKind | 'all'
  readonly cursor: boolean
}

/** Screenshots that main saves by the clock. */
export type ShotSeries = {
  /** Between two of them. */
  readonly seconds: number
  /** So far. */
  readonly saved: number
  /** The newest file; empty before the first. */
  readonly path: string
}

/** A picture that the page encoded, because main cannot: WebP, base64. */
export type KeepRequest = {
  readonly webp: string
  readonly folder: string
  readonly name: string
}

/** A file that a person dropped on the window. */
export type DroppedFile = {
  readonly name: string
  /** base64. */
  readonly bytes: string
}

/** Bytes of a picture, or of files, that the page may hand over at once. */
export const MAX_KEPT = 64 * 1024 * 1024

export type SaveRequest = ShotRequest & {
  /** `dump` writes a plane dump folder instead of a PNG. */
  readonly as: 'png' | 'dump'
  readonly folder: string
  /** File or folder name without extension and without separators. */
  readonly name: string
}

/** The page asks, main answers. */
export type Calls = {
  'session:hello': () => Promise<Hello>
  'session:reopen': () => Promise<void>
  /** Shows another console of the same VM, by its id. */
  'session:console': (id: number) => Promise<void>
  'vm:act': (action: VmAction) => Promise<Result<void, Failure>>
  'shot:save': (request: SaveRequest) => Promise<Result<{ readonly path: string }, Failure>>
  'shot:keep': (request: KeepRequest) => Promise<Result<{ readonly path: string }, Failure>>
  /** Saves a PNG every so many seconds until told otherwise (null); the first at once. */
  'shot:series': (seconds: number | null) => Promise<Result<void, Failure>>
  /** Suggests a folder and a free name for the next file. */
  'shot:suggest': () => Promise<{ readonly folder: string; readonly name: string }>
  /** Opens the desktop's file manager on the screenshot folder. */
  'shot:reveal': () => Promise<Result<void, Failure>>
  /** Changes what a person sees now: the VM's own setting where it may have one. Answers what holds. */
  'settings:change': (change: Partial<Settings>) => Promise<Settings>
  /** The same, for all VMs or for this one alone. */
  'settings:set': (layer: SettingLayer, change: Partial<Settings>) => Promise<SettingLayers>
  /** Forgets settings of a layer, all of them when none is named. */
  'settings:reset': (layer: SettingLayer, names: readonly SettingName[]) => Promise<SettingLayers>
  'settings:layers': () => Promise<SettingLayers>
  /** Puts this VM into the desktop's menu, with what it shows now as its icon. */
  'launcher:create': () => Promise<
    Result<{ readonly name: string; readonly path: string }, Failure>
  >
  /** Opens a session file, or the files of a dump, in a viewer of its own. */
  'drop:open': (files: readonly DroppedFile[]) => Promise<Result<void, Failure>>
  'window:close': () => Promise<void>
  /** What a page without a window is to record; null for the pages that a person sees. */
  'record:wish': () => Promise<RecordingWish | null>
  /** Begins a file. Until it is complete it has another name, at `path`. */
  'record:start': (
    request: RecordingRequest,
  ) => Promise<Result<{ readonly id: number; readonly path: string }, Failure>>
  /** The next encoded pictures, and with the first what they are; answered once they are taken. */
  'record:write': (
    id: number,
    pieces: readonly RecordingPiece[],
    track: RecordingTrack | null,
  ) => Promise<Result<RecordingFigures, Failure>>
  /** Completes the file and names it. */
  'record:close': (
    id: number,
  ) => Promise<Result<RecordingFigures & { readonly path: string }, Failure>>
  /** Opens the desktop's file manager on the folder of the recordings. */
  'record:reveal': () => Promise<Result<void, Failure>>
}

/** The page tells, nobody answers. */
export type Notes = {
  /** The frame reached the screen; the next may be read. `drawMs` is the page's own time for it. */
  'frame:presented': [seq: number, drawMs: number]
  /** The page lost its textures: send everything again, with `reset`. */
  'frame:resend': []
  /** Frames must carry bytes, because something besides the picture is made of them; or need not any more. */
  'frame:copy': [wanted: boolean]
  /** What a person did, in order; at most `MAX_INPUT_EVENTS`. */
  'input:events': [events: readonly InputEvent[]]
  'guest:request': [request: GuestRequest]
  /** A piece of the guest's sound came; told of each, so that no more is sent than is taken. */
  'sound:heard': []
  'view:visible': [visible: boolean]
  /** The display must not sleep, or may again; told where the page cannot see to it itself. */
  'view:awake': [awake: boolean]
  /** The display under the window shows so many frames a second. */
  'view:refresh': [hz: number]
  /** What draws, for `--stats` and bug reports: `webgl (ANGLE …)`, and the pixels that it draws best. Told once per presenter. */
  'view:presenter': [presenter: string, pixels: PixelNeed]
  /** The picture cannot be drawn, or can again (null). Without a window this ends the command. */
  'view:problem': [problem: Failure | null]
  /** Answer to `probe:read`: the guest's picture as the presenter drew it, RGBA rows tight, base64. */
  'probe:picture': [id: number, width: number, height: number, rgba: string]
  'log:problem': [text: string]
  /** A page without a window cannot record. */
  'record:problem': [problem: Failure]
  /** The inspector is open: `inspect:changed` is wanted, or not any more. */
  'inspect:watch': [wanted: boolean]
  /** The statistics are shown: `stats:changed` is wanted, or not any more. */
  'stats:watch': [wanted: boolean]
}

/** Main tells, the page hears. */
export type Events = {
  'session:changed': [state: SessionState, statuses: readonly PlaneStatus[]]
  'settings:changed': [settings: Settings]
  /** Pixels come another way from now on, and why it is not a better one. */
  'sharing:changed': [sharing: Sharing, reason: string]
  /** The source was opened: its name, its consoles and what it can do. */
  'guest:changed': [guest: GuestInfo]
  'guest:news': [news: GuestNews]
  /** What the VM does changed; null when nobody can tell any more. */
  'vm:changed': [vm: VmState | null]
  /** Another picture of a series was saved, or it ended: with a failure when it had to. */
  'shots:changed': [series: ShotSeries | null, failure: Failure | null]
  /** What the guest takes changed, a driver of it bound for one. */
  'input:changed': [accepts: InputAccepts]
  /** Read back the composed picture at guest size through the presenter; for `--engine webgl` and tests. */
  'probe:read': [id: number, cursor: boolean]
  /** A page without a window is to complete its recording. */
  'record:stop': []
  /** Twice a second while it is wanted; null while no source is open. */
  'inspect:changed': [facts: InspectFacts | null]
  /** Once a second while it is wanted. */
  'stats:changed': [facts: StatsFacts]
}

export const callNames = [
  'session:hello',
  'session:reopen',
  'session:console',
  'vm:act',
  'shot:save',
  'shot:keep',
  'shot:series',
  'shot:suggest',
  'shot:reveal',
  'settings:change',
  'settings:set',
  'settings:reset',
  'settings:layers',
  'launcher:create',
  'drop:open',
  'window:close',
  'record:wish',
  'record:start',
  'record:write',
  'record:close',
  'record:reveal',
] as const satisfies readonly (keyof Calls)[]
export const noteNames = [
  'frame:presented',
  'frame:resend',
  'frame:copy',
  'input:events',
  'guest:request',
  'sound:heard',
  'view:visible',
  'view:awake',
  'view:refresh',
  'view:presenter',
  'view:problem',
  'probe:picture',
  'log:problem',
  'record:problem',
  'inspect:watch',
  'stats:watch',
] as const satisfies readonly (keyof Notes)[]
export const eventNames = [
  'session:changed',
  'settings:changed',
  'sharing:changed',
  'guest:changed',
  'guest:news',
  'vm:changed',
  'shots:changed',
  'input:changed',
  'probe:read',
  'record:stop',
  'inspect:changed',
  'stats:changed',
] as const satisfies readonly (keyof Events)[]

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never
/** These lines do not compile while a name is missing from its list. */
export const callsAreListed: Same<keyof Calls, (typeof callNames)[number]> = true
export const notesAreListed: Same<keyof Notes, (typeof noteNames)[number]> = true
export const eventsAreListed: Same<keyof Events, (typeof eventNames)[number]> = true

/** A picture in the GPU, a `VideoFrame` in the page; to be closed by whoever asked for it. */
export type TextureFrame = { close(): void }

/** Surfaces of `shared-texture`, as the page reaches them. */
export type TextureRoad = {
  /** The surface's pixels as they are now; undefined while the page does not hold it. */
  frame(surface: SurfaceId): TextureFrame | undefined
  /** Main asks whether a texture arrives bit for bit; `judge` answers an empty text, or why not. */
  onTry(judge: (surface: SurfaceId) => string): void
  /** They are of no use any more: everything is to be copied. */
  broken(why: string): void
}

/**
 * All that the page sees of main. In Electron the preload exposes it as `window.scanout`; in the
 * browser shell the page makes it from a WebSocket and one endless fetch. The composed picture as PNG
 * is a resource of the page's own origin in both: `GET shot.png?plane=all|primary|cursor|overlay&cursor=0|1`.
 */
export type Bridge = {
  call<N extends keyof Calls>(name: N, ...args: Parameters<Calls[N]>): ReturnType<Calls[N]>
  tell<N extends keyof Notes>(name: N, ...args: Notes[N]): void
  /** Returns its undo. */
  on<N extends keyof Events>(name: N, listener: (...args: Events[N]) => void): () => void
  /**
   * Hears every frame in order, with the bytes of its `stream` damage. `memory` resolves a
   * `shared-memory` surface's image to a view over the shared pages. Returns its undo.
   */
  onFrame(listener: (frame: FrameMessage, payload: Uint8Array) => void): () => void
  memory(surface: SurfaceId, image: number): Uint8Array | undefined
  /** Only where surfaces can be textures. */
  readonly textures?: TextureRoad
  /** Main went away; nothing more will come. */
  onClosed(listener: () => void): () => void
}
