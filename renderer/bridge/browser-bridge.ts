// SPDX-License-Identifier: GPL-2.0-or-later
import { type Bridge, eventNames, type FrameMessage } from '../../core/protocol.ts'
import { Control } from './control.ts'
import { FrameBuffer, FramingError } from './framing.ts'

type FrameListener = (frame: FrameMessage, payload: Uint8Array) => void

/**
 * The bridge of the browser shell: control over the WebSocket `/control`, pixels over one endless
 * response of `/frames`. It closes as a whole when either ends.
 *
 * @param problem hears why the frames ended when what came was not a frame
 */
export function connectBrowser(origin: URL, problem: (text: string) => void): Bridge {
  const control = Control.open(origin, eventNames)
  const frameListeners = new Set<FrameListener>()
  const closedListeners = new Set<() => void>()
  const stop = new AbortController()
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    stop.abort()
    control.close()
    for (const listener of closedListeners) listener()
  }
  control.onClosed(close)
  let reading = false
  const read = () => {
    if (reading) return
    reading = true
    const hear: FrameListener = (frame, payload) => {
      for (const listener of frameListeners) listener(frame, payload)
    }
    readFrames(new URL('/frames', origin), stop.signal, hear)
      .catch((error: unknown) => {
        if (error instanceof FramingError) problem(`malformed frame: ${error.message}`)
      })
      .finally(close)
  }

  return {
    call: (name, ...args) => control.call(name, args) as never,
    tell: (name, ...args) => control.tell(name, args),
    on: (name, listener) => control.on(name, listener as (...args: unknown[]) => void),
    onFrame(listener) {
      frameListeners.add(listener)
      read()
      return () => frameListeners.delete(listener)
    },
    memory: () => undefined,
    onClosed(listener) {
      closedListeners.add(listener)
      return () => closedListeners.delete(listener)
    },
  }
}

/**
 * Reads frames until the stream ends.
 *
 * @throws FramingError when the stream holds something else, or ends inside a frame
 */
async function readFrames(address: URL, signal: AbortSignal, hear: FrameListener): Promise<void> {
  const response = await fetch(address, { signal, cache: 'no-store' })
  if (!response.ok || !response.body) throw new FramingError(`answer ${response.status}`)
  const reader = response.body.getReader({ mode: 'byob' })
  const buffer = new FrameBuffer()
  for (;;) {
    const { value, done } = await reader.read(buffer.room())
    if (done || !value) break
    buffer.took(value)
    for (let got = buffer.next(); got; got = buffer.next()) hear(got.frame, got.payload)
  }
  if (!buffer.complete) throw new FramingError('the stream ended inside a frame')
}
