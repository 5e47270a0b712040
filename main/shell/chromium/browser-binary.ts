// SPDX-License-Identifier: GPL-2.0-or-later
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import type { Failure } from '../../../core/failure.ts'
import { fail, ok, type Result } from '../../../core/result.ts'

/** Names of Chromium in the distributions, in the order in which they are taken. */
export const browserNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
] as const

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The distribution's Chromium: `$SCANOUT_BROWSER` (a path, or a name in PATH), else the first of
 * {@link browserNames} in PATH.
 */
export function findBrowser(env: Environment): Result<string, Failure> {
  const wanted = env['SCANOUT_BROWSER']
  if (wanted) {
    const found = wanted.includes('/') ? executable(wanted) : inPath(wanted, env)
    if (found) return ok(found)
    return fail({
      code: 'no-browser',
      what: 'cannot open a window',
      why: `SCANOUT_BROWSER is ${wanted}, and that is no program`,
      remedy: 'Set it to the path of a Chromium, or unset it',
    })
  }
  for (const name of browserNames) {
    const found = inPath(name, env)
    if (found) return ok(found)
  }
  return fail({
    code: 'no-browser',
    what: 'cannot open a window',
    why: `neither Electron nor Chromium is installed (looked for ${browserNames.join(', ')})`,
    remedy: installAdvice(env),
  })
}

function installAdvice(env: Environment): string {
  if (!inPath('apt-get', env)) {
    return "Install your distribution's chromium package, or set SCANOUT_BROWSER to a Chromium"
  }
  const sudo = process.getuid?.() === 0 ? '' : 'sudo '
  return `Run: ${sudo}apt-get install -y chromium`
}

function inPath(name: string, env: Environment): string | undefined {
  for (const folder of (env['PATH'] ?? '').split(':')) {
    const found = path.isAbsolute(folder) ? executable(path.join(folder, name)) : undefined
    if (found) return found
  }
  return undefined
}

function executable(file: string): string | undefined {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile() ? file : undefined
  } catch {
    return undefined
  }
}

/** True for a snap, which sees neither /tmp nor the runtime folder of the session. */
export function isSnap(browser: string): boolean {
  const real = realpathSync(browser)
  return browser.startsWith('/snap/') || path.basename(real) === 'snap'
}

/** Where a browser's profile may lie when its place is not free: a snap sees no folder but its own. */
export function snapFolder(browser: string): [string] | [] {
  return isSnap(browser) ? [path.join(homedir(), 'snap', 'chromium', 'common')] : []
}
