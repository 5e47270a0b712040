// SPDX-License-Identifier: GPL-2.0-or-later
import { type LauncherBridge, launcherEventNames } from '../../core/launcher-protocol.ts'
import { Control } from '../bridge/control.ts'

declare global {
  interface Window {
    /** Put there by Electron's preload. */
    readonly scanoutLauncher?: LauncherBridge
  }
}

/** The preload's bridge in Electron; in a browser, one over the page's own origin. */
export function openLauncherBridge(): LauncherBridge {
  return window.scanoutLauncher ?? connect(new URL(location.href))
}

function connect(origin: URL): LauncherBridge {
  const listeners = new Map<string, Set<(...args: unknown[]) => void>>()
  const closed = new Set<() => void>()
  const address = new URL('/control', origin)
  address.protocol = origin.protocol === 'https:' ? 'wss:' : 'ws:'
  const control = new Control(
    new WebSocket(address),
    (name, args) => {
      for (const listener of listeners.get(name) ?? []) listener(...args)
    },
    () => {
      for (const listener of closed) listener()
    },
    launcherEventNames,
  )
  return {
    call: (name, ...args) => control.call(name, args) as never,
    tell: (name, ...args) => control.tell(name, args),
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set)
      const heard = listener as (...args: unknown[]) => void
      set.add(heard)
      return () => set.delete(heard)
    },
    onClosed(listener) {
      closed.add(listener)
      return () => closed.delete(listener)
    },
  }
}
