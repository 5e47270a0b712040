// SPDX-License-Identifier: GPL-2.0-or-later
import type { Calls } from '../core/protocol.ts'
import type { SettingsFile } from './settings.ts'

export type SettingsCalls = Pick<Calls, Extract<keyof Calls, `settings:${string}`>>

/** What a page may ask of the settings. @param changed runs after each change, before the answer */
export function settingsCalls(settings: SettingsFile, changed: () => void): SettingsCalls {
  return {
    'settings:change': async (change) => {
      settings.change(change)
      changed()
      return settings.current
    },
    'settings:set': async (layer, change) => {
      settings.set(layer, change)
      changed()
      return settings.layers
    },
    'settings:reset': async (layer, names) => {
      settings.reset(layer, names)
      changed()
      return settings.layers
    },
    'settings:layers': async () => settings.layers,
  }
}
