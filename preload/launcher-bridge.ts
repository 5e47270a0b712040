// SPDX-License-Identifier: GPL-2.0-or-later
import type { LauncherBridge } from '../core/launcher-protocol.ts'
import type { BridgeHost } from './bridge-host.ts'

/**
 * Runs in the page's own world and puts the {@link LauncherBridge} at `window.scanoutLauncher`.
 * Electron serialises this function: it may use nothing but its argument and the globals of a page.
 */
export function installLauncherBridge(host: BridgeHost): void {
  const bridge: LauncherBridge = {
    call: (name, ...args) => host.call(name, args) as never,
    tell: (name, ...args) => host.tell(name, args),
    on: (name, listener) => host.on(name, listener as (...args: unknown[]) => void),
    // The window goes with the program: nobody is left to hear of its end.
    onClosed: () => () => {},
  }
  Object.defineProperty(window, 'scanoutLauncher', {
    value: Object.freeze(bridge),
    enumerable: true,
  })
}
