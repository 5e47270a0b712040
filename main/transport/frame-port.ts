// SPDX-License-Identifier: GPL-2.0-or-later
import type { FrameMessage } from '../../core/protocol.ts'

/** Electron's MessagePortMain, as far as frames need it. */
export type FramePortEnd = {
  postMessage(message: unknown): void
  close(): void
}

/**
 * Posts one frame. The port clones a view's whole buffer, so a view of a larger one is cut out first;
 * when this returns, the payload may be reused.
 */
export function postFrame(
  port: FramePortEnd,
  frame: FrameMessage,
  payload: Uint8Array<ArrayBuffer>,
): void {
  const whole = payload.byteLength === payload.buffer.byteLength
  port.postMessage({ frame, payload: whole ? payload : payload.slice() })
}
