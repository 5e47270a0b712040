// SPDX-License-Identifier: GPL-2.0-or-later
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { appFolder } from './page-files.ts'
import type { ShellKind } from './shell.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Electron's program, if one is really there: in `$ELECTRON_OVERRIDE_DIST_PATH`, else where its npm
 * package unpacks it. Importing that package from Node would download it, so it is never imported.
 */
export function findElectron(env: Environment, app: string = appFolder()): string | undefined {
  const folder =
    env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(app, 'node_modules', 'electron', 'dist')
  const program = path.join(folder, 'electron')
  try {
    accessSync(program, constants.X_OK)
    return program
  } catch {
    return undefined
  }
}

/** The shell to use: as asked for, else Electron where it is, else the distribution's Chromium. */
export function chooseShell(
  wanted: ShellKind | undefined,
  electron: string | undefined,
): Result<ShellKind, Failure> {
  if (wanted !== 'electron') return ok(wanted ?? (electron ? 'electron' : 'chromium'))
  if (electron) return ok('electron')
  return fail({
    code: 'no-electron',
    what: 'cannot open an Electron window',
    why: 'no Electron program is installed',
    remedy: 'Run npx install-electron, or use --shell chromium',
  })
}
