// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Size } from '../../core/geometry.ts'
import type { FrameMessage } from '../../core/protocol.ts'
import type { RecordingContainer, RecordingPiece, RecordingTrack } from '../../core/recording.ts'
import type { EngineWish } from './recording-engine.ts'

/** The worker's script, beside the page's. */
export const WORKER = 'recording-worker.js'

/** What the page tells the worker that encodes. */
export type ToWorker =
  | { readonly kind: 'start'; readonly wish: EngineWish }
  /** `payload` carries all damage and is handed over. */
  | { readonly kind: 'frame'; readonly frame: FrameMessage; readonly payload: Uint8Array }
  | { readonly kind: 'key' }
  | { readonly kind: 'rest'; readonly on: boolean }
  | { readonly kind: 'hold'; readonly on: boolean }
  | { readonly kind: 'settle'; readonly id: number }

/** What it answers. */
export type FromWorker =
  | { readonly kind: 'begun'; readonly container: RecordingContainer; readonly size: Size }
  | {
      readonly kind: 'piece'
      readonly piece: RecordingPiece
      readonly track: RecordingTrack | undefined
    }
  /** A frame was taken. */
  | { readonly kind: 'took'; readonly seq: number }
  | { readonly kind: 'settled'; readonly id: number }
  | { readonly kind: 'failed'; readonly failure: Failure }
