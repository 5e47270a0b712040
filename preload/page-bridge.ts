// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bridge, FrameMessage } from '../core/protocol.ts'
import type { BridgeHost } from './bridge-host.ts'

/**
 * Runs in the page's own world and puts the {@link Bridge} at `window.scanout`. Electron serialises
 * this function: it may use nothing but its argument and the globals of a page. Frames and shared
 * pages come as window messages, because contextBridge would copy them.
 */
export function installBridge(host: BridgeHost): void {
  type FrameListener = (frame: FrameMessage, payload: Uint8Array) => void
  const frameListeners = new Set<FrameListener>()
  const closedListeners = new Set<() => void>()
  const memories = new Map<number, Map<number, Uint8Array>>()
  let wanted = false

  const forget = (surface: number): void => {
    if (memories.delete(surface)) host.forgotten(surface)
  }
  const hearFrame = (frame: FrameMessage, payload: Uint8Array): void => {
    for (const surface of frame.gone) forget(surface)
    if (frame.reset) {
      const kept = new Set(frame.surfaces.map((surface) => surface.id))
      for (const surface of [...memories.keys()]) if (!kept.has(surface)) forget(surface)
    }
    for (const listener of frameListeners) listener(frame, payload)
  }
  window.addEventListener('message', (event) => {
    if (event.source !== window || event.origin !== location.origin) return
    const { data } = event
    if (data?.scanout === 'frames' && event.ports[0]) {
      const [port] = event.ports
      port.onmessage = (message) => hearFrame(message.data.frame, message.data.payload)
      port.addEventListener('close', () => {
        for (const listener of closedListeners) listener()
      })
    }
    if (data?.scanout === 'memory') {
      const images = memories.get(data.surface) ?? new Map<number, Uint8Array>()
      memories.set(data.surface, images)
      images.set(data.image, new Uint8Array(data.buffer, 0, data.size))
      host.mapped(data.surface, data.image)
    }
  })
  const bridge: Bridge = {
    call: (name, ...args) => host.call(name, args) as never,
    tell: (name, ...args) => host.tell(name, args),
    on: (name, listener) => host.on(name, listener as (...args: unknown[]) => void),
    onFrame(listener) {
      frameListeners.add(listener)
      if (!wanted) host.wantFrames()
      wanted = true
      return () => frameListeners.delete(listener)
    },
    memory: (surface, image) => memories.get(surface)?.get(image),
    textures: {
      frame: (surface) => host.texture(surface),
      onTry: (judge) => host.onTextureTry(judge),
      broken: (why) => host.textureBroken(why),
    },
    onClosed(listener) {
      closedListeners.add(listener)
      return () => closedListeners.delete(listener)
    },
  }
  Object.defineProperty(window, 'scanout', { value: Object.freeze(bridge), enumerable: true })
}
