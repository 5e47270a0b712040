// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The version in package.json, which is above this module, bundled or not. */
export function version(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json')
    if (existsSync(file)) {
      const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
      const found = typeof manifest === 'object' && manifest !== null && 'version' in manifest
      return found ? String(manifest.version) : 'unknown'
    }
    if (folder === path.dirname(folder)) return 'unknown'
  }
}
