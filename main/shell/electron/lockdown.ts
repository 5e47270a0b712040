// SPDX-License-Identifier: GPL-2.0-or-later
import type { Session, WebContents } from 'electron'
import { log } from '../../log.ts'
import { APP_ORIGIN } from './app-scheme.ts'

/** All that the page may ever ask the desktop for. */
const permissions: ReadonlySet<string> = new Set([
  'pointerLock',
  'keyboardLock',
  'fullscreen',
  'clipboard-read',
  'clipboard-sanitized-write',
  'notifications',
  'window-management',
])

/** Grants the listed permissions to the page itself, and nothing to anybody else. */
export function limitPermissions(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, callback) => {
    const granted = permissions.has(permission) && originOf(contents.getURL()) === APP_ORIGIN
    if (!granted) log.info(`permission refused: ${permission}`)
    callback(granted)
  })
  session.setPermissionCheckHandler(
    (_contents, permission, origin) =>
      permissions.has(permission) && originOf(origin) === APP_ORIGIN,
  )
  session.setDevicePermissionHandler(() => false)
}

/** The window shows one page and never another: no navigation, no second window, no webview. */
export function lockNavigation(contents: WebContents): void {
  const refuse = (event: { preventDefault(): void }): void => event.preventDefault()
  contents.on('will-navigate', refuse)
  contents.on('will-frame-navigate', refuse)
  contents.on('will-redirect', refuse)
  contents.on('will-attach-webview', refuse)
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

function originOf(address: string): string | undefined {
  const url = URL.parse(address)
  return url ? `${url.protocol}//${url.host}` : undefined
}
