// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { FilePlace } from '../../core/frame-file.ts'
import type { GuestNews, GuestRequest } from '../../core/guest-channel.ts'
import type { InputAccepts, InputEvent } from '../../core/input.ts'
import type { PixelNeed } from '../../core/plain-plane.ts'
import type { Capture, Plane, PlaneKind, PlaneStatus } from '../../core/plane.ts'
import type { CopySharing, FrameMessage, Sharing, SurfaceId } from '../../core/protocol.ts'
import type { Result } from '../../core/result.ts'
import type { Address, SourceDescription, SourceInfo } from './source.ts'

// Between main and a source's thread, by structured clone. Payloads are transferred; descriptors
// travel as numbers, released by the sender and adopted by the receiver.

/** Main asks; the first message is the address, as the thread's `workerData`. */
export type SourceRequest =
  /** `copying` is for surfaces that cannot be textures. */
  | { readonly kind: 'watch'; readonly sharing: Sharing; readonly copying?: CopySharing }
  /** Planes of this layout are no textures for the window's GPU. */
  | { readonly kind: 'refuse-texture'; readonly layout: string }
  | { readonly kind: 'pixels'; readonly pixels: PixelNeed }
  | { readonly kind: 'pace'; readonly hz: number }
  | { readonly kind: 'presented'; readonly seq: number }
  | { readonly kind: 'resend' }
  | { readonly kind: 'visible'; readonly visible: boolean }
  | { readonly kind: 'input'; readonly events: readonly InputEvent[] }
  | { readonly kind: 'request'; readonly request: GuestRequest }
  /** Number of a descriptor that the receiver now owns: payloads go through that file from now on. */
  | { readonly kind: 'file'; readonly fd: number | undefined }
  | { readonly kind: 'recycle'; readonly buffer: ArrayBuffer }
  | { readonly kind: 'capture'; readonly call: number; readonly only: PlaneKind | undefined }
  | { readonly kind: 'describe'; readonly call: number }
  /** Let go of everything and answer `closed`. */
  | { readonly kind: 'close' }

/** The thread tells. */
export type SourceReport =
  | { readonly kind: 'opened'; readonly info: SourceInfo }
  | { readonly kind: 'not-opened'; readonly failure: Failure }
  | { readonly kind: 'planes'; readonly statuses: readonly PlaneStatus[] }
  | {
      readonly kind: 'frame'
      readonly frame: FrameMessage
      readonly payload: Uint8Array<ArrayBuffer>
      readonly filed: FilePlace | undefined
    }
  | {
      readonly kind: 'memory'
      readonly surface: SurfaceId
      readonly image: number
      /** Number of a memfd that the receiver now owns. */
      readonly fd: number
      readonly size: number
    }
  | {
      readonly kind: 'texture'
      readonly surface: SurfaceId
      readonly plane: Plane
      /** Numbers of dma-bufs that the receiver now owns, in the order of the plane's buffers. */
      readonly fds: readonly number[]
    }
  | { readonly kind: 'gone'; readonly failure: Failure }
  | { readonly kind: 'input'; readonly accepts: InputAccepts }
  | { readonly kind: 'news'; readonly news: GuestNews }
  | {
      readonly kind: 'captured'
      readonly call: number
      readonly result: Result<Capture, Failure>
    }
  | { readonly kind: 'described'; readonly call: number; readonly description: SourceDescription }
  /** The last one: nothing is held any more. */
  | { readonly kind: 'closed' }

/** What the thread is started with. */
export type WorkerStart = { readonly address: Address }
