// SPDX-License-Identifier: GPL-2.0-or-later
import { randomBytes } from 'node:crypto'
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Failure } from '../core/failure.ts'
import { fail, ok, type Result } from '../core/result.ts'
import { errorCode, fileFailure } from './file-failure.ts'

export type WholeFileWish = {
  /** Of a new file; an old one keeps its own. */
  readonly mode?: number
  /** The bytes are on the disk before the name is: a power cut leaves the old or the new one, too. */
  readonly sync?: boolean
}

/**
 * Writes a file so that others see either the old one or the whole new one: beside it, then renamed.
 * Links are followed, the mode of an old file is kept; pipes and devices are written into.
 */
export async function writeWholeFile(
  file: string,
  bytes: Uint8Array,
  wish: WholeFileWish = {},
): Promise<Result<void, Failure>> {
  try {
    const old = await stat(file).catch(unlessMissing)
    if (old && !old.isFile()) {
      await writeFile(file, bytes)
      return ok(undefined)
    }
    const target = old ? await realpath(file) : file
    const { dir, base } = path.parse(target)
    const name = `.${base.slice(0, 100)}.${randomBytes(6).toString('hex')}`
    const mode = old ? old.mode & 0o777 : wish.mode
    await replace(path.join(dir, name), target, bytes, mode, wish.sync ?? false)
    return ok(undefined)
  } catch (error) {
    return fail(fileFailure(`cannot write ${file}`, error))
  }
}

async function replace(
  beside: string,
  target: string,
  bytes: Uint8Array,
  mode: number | undefined,
  flush: boolean,
): Promise<void> {
  try {
    await writeFile(beside, bytes, { flag: 'wx', flush, ...(mode === undefined ? {} : { mode }) })
    await rename(beside, target)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

function unlessMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error
}
