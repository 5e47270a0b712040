// SPDX-License-Identifier: GPL-2.0-or-later

import type { Failure } from '../../core/failure.ts'
import type { FilePlace } from '../../core/frame-file.ts'
import type { Capabilities, ConsoleInfo } from '../../core/guest.ts'
import type { GuestNews, GuestRequest } from '../../core/guest-channel.ts'
import type { InputAccepts, InputEvent } from '../../core/input.ts'
import type { PixelNeed } from '../../core/plain-plane.ts'
import type { Capture, Plane, PlaneKind, PlaneStatus } from '../../core/plane.ts'
import type { CopySharing, FrameMessage, Sharing, SurfaceId } from '../../core/protocol.ts'
import type { Result } from '../../core/result.ts'
import type { Fd, Mapping, RowRange } from '../../native-shim/api.ts'

// A source runs in a worker thread of its own (source/worker.ts) and never waits for the renderer.
// Inside the worker it is a Source; main holds a SourceHandle.

/** What a source can do, as data: menus and `inspect` show it. */
export type SourceInfo = {
  readonly address: string
  /** The VM's name for the title; the address when there is none. */
  readonly name: string
  /** The VM's own, where its producer tells it. */
  readonly uuid?: string
  /** How pixels are reached: `dma-buf`, `region`, `memfd`, `file`, `dbus`. */
  readonly access: string
  /** Of a VM with several screens: the one that is shown, and all of them. */
  readonly console?: ConsoleInfo
  readonly consoles?: readonly ConsoleInfo[]
  readonly capabilities: Capabilities
}

/**
 * The bytes of a plane that is currently readable. Borrowed: valid until the next refresh of the
 * source that gave it. `mappings[plane.memory[i].buffer]` holds memory plane i.
 */
export type PlaneMemory = {
  readonly mappings: readonly Mapping[]
  /** For DMA_BUF_IOCTL_SYNC around CPU reads and for GPUs; empty when the memory is no dma-buf. */
  readonly dmabufs: readonly Fd[]
  /** The files in memory behind it, from sources that say themselves when they changed. */
  readonly memfds?: readonly Fd[]
}

/**
 * The pixels of a plane that the CPU may not map, as a GPU reads them: AR24 or XR24 in memory of our own.
 * Nothing is read unless somebody asks; one at a time, and of those that wait only the newest.
 */
export interface PlaneReadBack {
  /**
   * What was read last, `mayHaveChanged` when that is news since it was asked before; `stalled` before
   * the first. Begins to read again where the buffer may have changed; the source wakes its host when it is there.
   */
  ask(): PlaneReading
  /** The same without asking for more. */
  latest(): PlaneReading
  /** What was read is not as before: a picture that moves and is only polled is read again at once. */
  follow(): void
  /** Resolves once what the buffer holds now was read, or cannot be. */
  renew(): Promise<void>
}

/**
 * A plane as a source reads it. A `refused` one may have memory too: descriptors without mappings. So has
 * a `shown` one with `readBack`: its pixels come from there, or as a texture.
 */
export type PlaneReading = {
  readonly status: PlaneStatus
  readonly memory?: PlaneMemory
  /** False when the source knows that the bytes are the same as at the last refresh; it then need not be scanned. */
  readonly mayHaveChanged: boolean
  /** Rows of a linear plane in which alone that is so; anywhere when absent. */
  readonly changedRows?: RowRange
  /** True when this is an earlier reading, kept through a transient error. */
  readonly isStale?: boolean
  readonly readBack?: PlaneReadBack
}

/** A buffer that a source holds, as `inspect` shows it. */
export type CachedSurface = {
  readonly identity: string
  readonly plane: Plane
  readonly bytes: number
}

/** Lives in the worker. One instance per opened address. */
export interface Source extends Disposable {
  readonly info: SourceInfo
  /** The newest state of all planes, bottom to top. Quick: a few ioctls. Expected trouble is in the statuses. */
  refresh(): readonly PlaneReading[]
  /** For sources that ask their producer: resolves once what it shows now is known, or after a while. */
  fetch?(): Promise<void>
  /** Called by a pushing source, or when the VM ends; at most one listener. */
  onWake(listener: () => void): void
  /** True while the listener is woken for everything that is new: nothing need be looked at in between. */
  readonly pushes?: boolean
  /** Buffers held now, most recently shown first. */
  surfaces(): readonly CachedSurface[]
  /** Queries that failed since it was opened, retries included. */
  readonly queryErrors: number
  /** Set once the source can give no more: the VM ended, the producer hung up. The host then disposes it. */
  readonly gone: Failure | undefined
  /** What `input` is good for now; absent means nothing, ever. Wake the host after it changed. */
  readonly accepts?: InputAccepts
  /** Passes on what a person did, in order, at once; what cannot be delivered is dropped. Never throws. */
  input?(events: readonly InputEvent[]): void
  /** Does what the window wants of the guest; what it cannot do is dropped. Never throws. */
  request?(request: GuestRequest): void
  /** Called with what the guest says; at most one listener. */
  onNews?(listener: (news: GuestNews) => void): void
}

/** Opens one scheme. Runs in the worker; must not take longer than the signal allows. */
export type OpenSource = (address: Address, signal: AbortSignal) => Promise<Result<Source, Failure>>

/** A parsed source address. */
export type Address = {
  /** As given. */
  readonly text: string
  /** `vfio`, `vfio+fd`, `dump`, `demo`, … */
  readonly scheme: string
  /** After the colon, without the query. */
  readonly path: string
  readonly query: ReadonlyMap<string, string>
}

/** Main's end of a source worker. Events come after {@link OpenHandle} resolved, in order. */
export type SourceEvents = {
  /** Plane statuses changed (also sent once after opening). */
  planes: [statuses: readonly PlaneStatus[]]
  /** A frame to forward; `payload` holds the stream bytes and is handed back with {@link SourceHandle.recycle}. */
  frame: [frame: FrameMessage, payload: Uint8Array<ArrayBuffer>, filed: FilePlace | undefined]
  /** `shared-memory` only, before the frame that names the surface: a memfd with one memory image. The receiver closes it. */
  'surface-memory': [surface: SurfaceId, image: number, memfd: Fd, size: number]
  /** `shared-texture` only, before the frame that names the surface: its dma-bufs. The receiver closes them. */
  'surface-texture': [surface: SurfaceId, plane: Plane, dmabufs: readonly Fd[]]
  gone: [failure: Failure]
  /** What the source takes changed (also sent once after opening, when it takes anything). */
  input: [accepts: InputAccepts]
  /** What the guest says beside its picture. */
  news: [news: GuestNews]
}

export interface SourceHandle extends AsyncDisposable {
  readonly info: SourceInfo
  on<N extends keyof SourceEvents>(
    name: N,
    listener: (...args: SourceEvents[N]) => void,
  ): () => void
  /**
   * Starts publishing frames over the given transport.
   *
   * @param copying for surfaces that cannot be textures
   */
  watch(sharing: Sharing, copying?: CopySharing): void
  /** Planes of this layout (core/texture-route.ts) are copied from now on; everything comes again. */
  refuseTexture(layout: string): void
  /** Frames carry pixels of this kind from now on; `raw` until told. */
  needPixels(pixels: PixelNeed): void
  /** Polled planes are read as often as this display shows frames, 60 a second until told. */
  pace(hz: number): void
  /** A frame was presented: another may follow. At most two are under way. */
  presented(seq: number): void
  /** Everything again, with `reset`. */
  resend(): void
  setVisible(visible: boolean): void
  /** Passes checked events on to the guest; none at all still says that it was touched otherwise. */
  input(events: readonly InputEvent[]): void
  /** Passes a checked request on. */
  request(request: GuestRequest): void
  /** Large payloads go through this file, which the page reads too, or through none. Takes it over. */
  shareFile(fd: Fd | undefined): void
  recycle(payload: Uint8Array<ArrayBuffer>): void
  /** The planes and their bytes as they are now. */
  capture(only?: PlaneKind): Promise<Result<Capture, Failure>>
  /** What `inspect` prints besides the statuses. */
  describe(): Promise<SourceDescription>
}

export type SourceDescription = {
  readonly info: SourceInfo
  readonly statuses: readonly PlaneStatus[]
  /** Cached surfaces: identity, plane, bytes. */
  readonly surfaces: readonly CachedSurface[]
  readonly refreshes: number
  readonly frames: number
  readonly queryErrors: number
}
