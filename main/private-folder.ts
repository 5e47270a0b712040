// SPDX-License-Identifier: GPL-2.0-or-later
import { accessSync, constants, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Attempts at removal, 100 ms apart: a browser's children may still write for a moment. */
const REMOVE_RETRIES = 10

/**
 * A folder that only this user can enter, in the session's runtime folder where there is one.
 * Disposing removes it with all that is in it.
 */
export class PrivateFolder implements AsyncDisposable {
  readonly path: string

  /** @param parent where to make it; by default `$XDG_RUNTIME_DIR`, else the temporary folder */
  constructor(env: Environment, parent: string = runtimeFolder(env)) {
    this.path = mkdtempSync(path.join(parent, 'scanout-'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: REMOVE_RETRIES })
  }
}

/** The session's runtime folder where there is one, else the temporary folder. */
export function runtimeFolder(env: Environment): string {
  const folder = env['XDG_RUNTIME_DIR']
  if (!folder || !path.isAbsolute(folder)) return tmpdir()
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return folder
  } catch {
    return tmpdir()
  }
}
