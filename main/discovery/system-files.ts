// SPDX-License-Identifier: GPL-2.0-or-later
import { constants } from 'node:fs'
import { access, readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { errorCode } from '../file-failure.ts'

// sysfs and proc change while they are read: what is not there is no error.

/** The names in a folder; none when there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(systemError)
  return typeof names === 'string' ? [] : names
}

/** The last part of where a link leads to. */
export async function linkName(link: string): Promise<string | undefined> {
  const target = await readlink(link).catch(() => undefined)
  return target === undefined ? undefined : path.basename(target)
}

/** A file of one line. */
export async function readLine(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text?.trim() || undefined
}

/** The errno of the first refusal of reading and writing; undefined when both are granted. */
export async function refusalOf(file: string): Promise<string | undefined> {
  return access(file, constants.R_OK | constants.W_OK).then(() => undefined, systemError)
}

/** Errors of the system are expected here; any other is a bug. */
export function systemError(error: unknown): string {
  const code = errorCode(error)
  if (code === undefined) throw error
  return code
}
