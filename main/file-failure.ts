// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../core/failure.ts'

const reasons: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  ENOENT: ['there is no such file or folder', 'Check the path'],
  EACCES: ['you have no permission', 'Choose a place of your own, or ask for permission'],
  EPERM: ['it is not permitted', 'Choose a place of your own'],
  EROFS: ['the disk is read-only', 'Choose another disk'],
  ENOSPC: ['the disk is full', 'Free some space, or choose another disk'],
  EIO: ['the device failed', 'Choose another disk'],
  EDQUOT: ['your quota is used up', 'Free some space, or choose another disk'],
  EISDIR: ['it is a folder', 'Name a file'],
  ENOTDIR: ['a part of the path is a file', 'Check the path'],
  EEXIST: ['it is there already', 'Choose another name'],
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter one'],
}

/** A file operation that the system refused, in words; errors that no file system makes are thrown on. */
export function fileFailure(what: string, error: unknown): Failure {
  const code = errorCode(error)
  if (code === undefined) throw error
  const [why, remedy] = reasons[code] ?? ['the system refused', 'Choose another place']
  return { code: 'file', what, why: `${why} (${code})`, remedy }
}

/** The errno's name of a system error; undefined for any other. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error
    ? String(error.code)
    : undefined
}
