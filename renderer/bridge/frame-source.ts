// SPDX-License-Identifier: GPL-2.0-or-later
import type { FrameMessage } from '../../core/protocol.ts'
import { FrameBuffer, FramingError, type ReceivedFrame } from './framing.ts'

export type FrameListener = (frame: FrameMessage, payload: Uint8Array) => void

/** What the frames' worker tells the page, in order. */
export type FrameNews =
  /** There is no file to share: frames must be had otherwise. */
  | { readonly kind: 'unable'; readonly why: string }
  /** A slot of renderer/bridge/frame-memory.ts is this memory from now on. */
  | { readonly kind: 'slot'; readonly index: number; readonly slot: SharedArrayBuffer }
  /** A frame, whose payload is in a slot; without one it has none. */
  | {
      readonly kind: 'frame'
      readonly frame: FrameMessage
      readonly index: number | undefined
      readonly length: number
    }
  /** The stream ended; `problem` when what came was not a frame. */
  | { readonly kind: 'ended'; readonly problem: string | undefined }

/** Name of the worker's script, beside the page's. */
export const FRAMES_WORKER = 'frames-worker.js'

/**
 * Reads frames from an endless response until it ends.
 *
 * @throws FramingError when the stream holds something else, or ends inside a frame
 */
export async function readFrames(
  address: URL,
  signal: AbortSignal,
  hear: (received: ReceivedFrame) => void,
): Promise<void> {
  const response = await fetch(address, { signal, cache: 'no-store' })
  if (!response.ok || !response.body) throw new FramingError(`answer ${response.status}`)
  const reader = response.body.getReader({ mode: 'byob' })
  const buffer = new FrameBuffer()
  for (;;) {
    const { value, done } = await reader.read(buffer.room())
    if (done || !value) break
    buffer.took(value)
    for (let got = buffer.next(); got; got = buffer.next()) hear(got)
  }
  if (!buffer.complete) throw new FramingError('the stream ended inside a frame')
}
