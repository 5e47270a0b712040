// SPDX-License-Identifier: GPL-2.0-or-later

import type { Failure } from '../../core/failure.ts'
import type { FilePlace } from '../../core/frame-file.ts'
import type { LauncherCalls, LauncherEvents, LauncherNotes } from '../../core/launcher-protocol.ts'
import type { Plane } from '../../core/plane.ts'
import type {
  Calls,
  CopySharing,
  Events,
  FrameMessage,
  Notes,
  Sharing,
  ShotRequest,
  SurfaceId,
} from '../../core/protocol.ts'
import type { Result } from '../../core/result.ts'
import type { PresenterWish, WindowSize } from '../../core/settings.ts'
import type { Fd } from '../../native-shim/api.ts'

// What a window is to the rest of main. shell/chromium and shell/electron implement it; nothing
// above knows which of them runs.

export const shellKinds = ['electron', 'chromium'] as const
export type ShellKind = (typeof shellKinds)[number]

/** The transport in use, and why it is not a better one; the reason is empty when it is the best. */
export type SharingChoice = {
  readonly sharing: Sharing
  /** For surfaces that cannot be textures, and for a page that needs bytes. */
  readonly copying: CopySharing
  readonly reason: string
}

/** What main does for a page. The shell has checked sender, names and arguments before it calls. */
export type PageHandlers = {
  readonly calls: Calls
  note<N extends keyof Notes>(name: N, ...args: Notes[N]): void
  /** The current picture as PNG, for `shot.png`. */
  shot(request: ShotRequest): Promise<Result<Uint8Array, Failure>>
  /** A page listens for frames and has none yet: the first must carry `reset`. Again after every reload. */
  framesWanted(): void
  /** That page stopped listening; frames under way are lost. */
  framesDropped(): void
}

/** Documents that speak the viewer's protocol. */
export type SessionDocument = 'viewer' | 'recorder'

export type WindowRequest = {
  readonly title: string
  readonly fullscreen: boolean
  readonly presenter: PresenterWish
  /** Of the window with its frame; undefined where none is remembered. */
  readonly size?: WindowSize
  /** Otherwise the viewer's. */
  readonly document?: SessionDocument
  /** No display server is needed and nothing is seen. */
  readonly headless: boolean
  /** False: a person wants no dma-bufs in the window's GPU. */
  readonly zeroCopy?: boolean
  readonly page: PageHandlers
}

/** What a window asks of the desktop while it is open. */
export type DesktopWish = {
  readonly keepOnTop?: boolean
  /** The display does not sleep. */
  readonly awake?: boolean
}

/** Where frames go. */
export type FrameSink = {
  /**
   * Resolves when the payload's bytes have left this process or were dropped, and may be reused:
   * true when they left. Never rejects. Frames reach the page in the order of the calls.
   */
  frame(frame: FrameMessage, payload: Uint8Array<ArrayBuffer>, filed?: FilePlace): Promise<boolean>
  /** A file through which the page that listens now can be given payloads, if it shares one; the caller's. */
  file?(): Fd | undefined
  /** Hands over one memory image of a `shared-memory` surface and closes `memfd`. */
  surfaceMemory(surface: SurfaceId, image: number, memfd: Fd, size: number): void
  /** Hands over the dma-bufs of a `shared-texture` surface, as its plane counts buffers, and closes them. */
  surfaceTexture(surface: SurfaceId, plane: Plane, dmabufs: readonly Fd[]): void
  /** The source is closed: its dma-bufs are let go of, and the next one's surfaces are counted anew. */
  sourceEnded(): void
}

/** Why a window ended: the person closed it, or something broke. */
export type WindowEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'broken'; readonly failure: Failure }

/** One open window. Disposing closes it and waits until all that belongs to it is gone. */
export interface ShellWindow extends AsyncDisposable {
  readonly kind: ShellKind
  readonly sharing: SharingChoice
  /** {@link sharing} is another from now on. Returns its undo. */
  onSharing(listener: () => void): () => void
  /** Its GPU does not take planes of a layout (core/texture-route.ts). Returns its undo. */
  onTextureRefused(listener: (layout: string) => void): () => void
  readonly frames: FrameSink
  /** Resolves once, also after a dispose. */
  readonly ended: Promise<WindowEnd>
  /** Dropped silently while no page listens: `session:hello` tells a new page everything. */
  send<N extends keyof Events>(name: N, ...args: Events[N]): void
  /** Does what of it the shell can do; a browser's page does for itself what it may. */
  wish(wish: DesktopWish): void
  /** Brings it before all other windows, because a person asked for it elsewhere; or why it cannot. */
  raise(): Promise<Result<void, Failure>>
}

/** What main does for the launcher's page. The shell has checked sender, names and arguments. */
export type LauncherHandlers = {
  readonly calls: LauncherCalls
  note<N extends keyof LauncherNotes>(name: N, ...args: LauncherNotes[N]): void
  /** The last picture of something, as PNG, by the name that main gave it. */
  picture(name: string): Promise<Result<Uint8Array, Failure>>
}

export type LauncherRequest = {
  /** No display server is needed and nothing is seen. */
  readonly headless: boolean
  readonly page: LauncherHandlers
}

/** The launcher's window, open. Disposing closes it and waits until all that belongs to it is gone. */
export interface LauncherWindow extends AsyncDisposable {
  readonly kind: ShellKind
  /** Resolves once, also after a dispose. */
  readonly ended: Promise<WindowEnd>
  /** Dropped silently while no page listens: `launcher:hello` tells a new page everything. */
  send<N extends keyof LauncherEvents>(name: N, ...args: LauncherEvents[N]): void
}

/** A shell that can show the launcher; both of ours can. */
export interface LauncherShell {
  readonly kind: ShellKind
  openLauncher(
    request: LauncherRequest,
    signal: AbortSignal,
  ): Promise<Result<LauncherWindow, Failure>>
}

export interface Shell {
  readonly kind: ShellKind
  /** Resolves when the window's process runs; the page reports itself later by its first call. */
  open(request: WindowRequest, signal: AbortSignal): Promise<Result<ShellWindow, Failure>>
}
