// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** `ContentSetting` of Chromium's content settings: allowed without a question. */
const ALLOW = 1

/**
 * Makes the folder of a profile in which one origin, our page's, may read the clipboard, tell of a VM
 * that stopped, and know the monitors. To write the clipboard needs no leave; everybody and everything
 * else is left to Chromium, which asks.
 *
 * @param folder must not exist yet
 */
export function makeProfile(folder: string, origin: string): void {
  const allowed = { [`${origin},*`]: { setting: ALLOW } }
  // The names of content_settings_registry.cc; `window_placement` is what monitors were called first.
  const exceptions = { clipboard: allowed, notifications: allowed, window_placement: allowed }
  const preferences = { profile: { content_settings: { exceptions } } }
  const inner = path.join(folder, 'Default')
  mkdirSync(inner, { recursive: true, mode: 0o700 })
  writeFileSync(path.join(inner, 'Preferences'), JSON.stringify(preferences), { mode: 0o600 })
}
