// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bridge } from '../../core/protocol.ts'
import { connectBrowser } from './browser-bridge.ts'

declare global {
  interface Window {
    /** Put there by Electron's preload. */
    readonly scanout?: Bridge
  }
}

/** The preload's bridge in Electron; in a browser, one made over the page's own origin. */
export function openBridge(problem: (text: string) => void): Bridge {
  return window.scanout ?? connectBrowser(new URL(location.href), problem)
}
