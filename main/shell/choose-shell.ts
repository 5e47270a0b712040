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
 * package unpacks it, else where our own package has it. Importing the npm package from Node would
 * download Electron, so it is never imported.
 */
export function findElectron(env: Environment, app: string = appFolder()): string | undefined {
  const override = env['ELECTRON_OVERRIDE_DIST_PATH']
  const places =
    override === undefined
      ? [
          path.join(app, 'node_modules', 'electron', 'dist', 'electron'),
          path.join(app, '..', '..', 'scanout-window'),
        ]
      : [path.join(override, 'electron')]
  return places.find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
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
