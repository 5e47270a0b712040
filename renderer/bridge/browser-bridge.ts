// SPDX-License-Identifier: GPL-2.0-or-later
import { type Bridge, eventNames } from '../../core/protocol.ts'
import { Control } from './control.ts'
import { FrameReceiver } from './frame-receiver.ts'
import type { FrameListener } from './frame-source.ts'

/**
 * The bridge of the browser shell: control over the WebSocket `/control`, frames over one endless
 * response of `/frames` and a file. It closes as a whole when either ends.
 *
 * @param problem hears why the frames ended when what came was not a frame
 */
export function connectBrowser(origin: URL, problem: (text: string) => void): Bridge {
  const control = Control.open(origin, eventNames)
  const frameListeners = new Set<FrameListener>()
  const closedListeners = new Set<() => void>()
  let receiver: FrameReceiver | undefined
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    receiver?.[Symbol.dispose]()
    control.close()
    for (const listener of closedListeners) listener()
  }
  control.onClosed(close)
  const read = () => {
    if (receiver || closed) return
    const hear: FrameListener = (frame, payload) => {
      for (const listener of frameListeners) listener(frame, payload)
    }
    receiver = new FrameReceiver(origin, hear, (why) => {
      if (why !== undefined) problem(`malformed frame: ${why}`)
      close()
    })
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
