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
  const control = Control.open(origin, launcherEventNames)
  return {
    call: (name, ...args) => control.call(name, args) as never,
    tell: (name, ...args) => control.tell(name, args),
    on: (name, listener) => control.on(name, listener as (...args: unknown[]) => void),
    onClosed: (listener) => control.onClosed(listener),
  }
}
