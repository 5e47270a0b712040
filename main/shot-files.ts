// SPDX-License-Identifier: GPL-2.0-or-later
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Failure } from '../core/failure.ts'
import { fail, ok, type Result } from '../core/result.ts'
import { errorCode } from './file-failure.ts'

/** Bytes of a file name that every file system here takes, less room for `-999.png`. */
const MAX_NAME_BYTES = 240
const MOST_TRIES = 1000

/** `Screenshot_<vm>_<YYYY-MM-DD_HH-MM-SS>` in local time. */
export function shotName(vm: string, at: Date): string {
  return datedName('Screenshot', vm, at)
}

/** `<kind>_<vm>_<YYYY-MM-DD_HH-MM-SS>` in local time. */
export function datedName(kind: string, vm: string, at: Date): string {
  const two = (value: number): string => `${value}`.padStart(2, '0')
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('-')
  return safeName(`${kind}_${safeName(vm)}_${day}_${time}`)
}

/**
 * A name that is one file in one folder: without separators, control characters and leading dots,
 * short enough for the disk.
 */
export function safeName(text: string): string {
  const kept = [...text]
    .map((character) => (/[\p{L}\p{N}._ ()+@=,-]/u.test(character) ? character : '-'))
    .join('')
    .replace(/^[.\s-]+/, '')
    .replace(/[.\s]+$/, '')
  let name = ''
  for (const character of kept) {
    if (Buffer.byteLength(name + character) > MAX_NAME_BYTES) break
    name += character
  }
  return name || 'Screenshot'
}

/** `name`, or `name-2`, `name-3` … when that is taken with one of the extensions (`''` for folders). */
export function freeName(folder: string, name: string, extensions: readonly string[]): string {
  for (let number = 1; number <= MOST_TRIES; number += 1) {
    const tried = number === 1 ? name : `${name}-${number}`
    if (!extensions.some((extension) => existsSync(path.join(folder, tried + extension)))) {
      return tried
    }
  }
  return `${name}-${Date.now()}`
}

/**
 * Saves a picture under a free name; never replaces a file, whoever else writes there. The name is
 * there only once the whole file is.
 *
 * @param extension with its dot
 */
export async function savePicture(
  folder: string,
  wanted: string,
  extension: string,
  bytes: Uint8Array,
): Promise<Result<{ readonly path: string }, Failure>> {
  const checked = await shotFolder(folder)
  if (!checked.ok) return checked
  const name = safeName(wanted)
  const beside = path.join(folder, `.${randomBytes(8).toString('hex')}${extension}`)
  try {
    await writeFile(beside, bytes, { flag: 'wx', flush: true })
    for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
      const file = path.join(folder, `${freeName(folder, name, [extension])}${extension}`)
      if (await givesName(beside, file)) return ok({ path: file })
    }
    return notSaved(path.join(folder, name), new Error('no free name was found'))
  } catch (error) {
    return notSaved(path.join(folder, name + extension), error)
  } finally {
    await rm(beside, { force: true }).catch(() => {})
  }
}

/**
 * Gives a file another name that nobody has; false when somebody has it. Disks without links (FAT)
 * cannot do both at once: there the name is looked for first.
 */
async function givesName(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'].includes(errorCode(error) ?? '')) {
      throw error
    }
  }
  if (existsSync(to)) return false
  await rename(from, to)
  return true
}

/** Makes the folder where it is missing. Relative ones are refused: nobody would find the file. */
export async function shotFolder(folder: string): Promise<Result<string, Failure>> {
  if (!path.isAbsolute(folder)) {
    return fail({
      code: 'bad-folder',
      what: `cannot save in ${folder || 'no folder'}`,
      why: 'it is not an absolute path',
      remedy: 'Write the whole path, beginning with /',
    })
  }
  try {
    await makeFolder(folder)
    return ok(folder)
  } catch (error) {
    return notSaved(folder, error)
  }
}

/** `mkdir -p`. Node's own `recursive` never returns where the kernel allows no folder, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await stat(folder)).isDirectory()) return
    const parent = path.dirname(folder)
    if (errorCode(error) !== 'ENOENT' || existsSync(parent)) throw error
    await makeFolder(parent)
    await mkdir(folder)
  }
}

const reasons: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EACCES: ['you may not write there (EACCES)', 'Choose a folder of your own'],
  EPERM: ['you may not write there (EPERM)', 'Choose a folder of your own'],
  EROFS: ['the disk is read-only (EROFS)', 'Choose another folder'],
  ENOSPC: ['the disk is full (ENOSPC)', 'Free some space, or choose another disk'],
  EDQUOT: ['your quota is used up (EDQUOT)', 'Free some space, or choose another disk'],
  ENOTDIR: ['a part of the path is a file (ENOTDIR)', 'Choose another folder'],
  EEXIST: ['it is a file, not a folder (EEXIST)', 'Choose another folder'],
}

function notSaved(file: string, error: unknown) {
  const known = reasons[errorCode(error) ?? '']
  return fail<Failure>({
    code: 'not-saved',
    what: `cannot save ${file}`,
    why: known?.[0] ?? (error instanceof Error ? error.message : String(error)),
    remedy: known?.[1] ?? 'Choose another folder',
  })
}
