// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import path from 'node:path'

/** The program's path; undefined where it is not installed. Daemons lie where a user's PATH does not look. */
export function installed(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin']
  return folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file))
}
