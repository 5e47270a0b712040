// SPDX-License-Identifier: GPL-2.0-or-later
import {
  closeSync,
  constants,
  type Dirent,
  openSync,
  readdirSync,
  readSync,
  statfsSync,
} from 'node:fs'
import path from 'node:path'
import { FILE_TOKEN } from '../../../core/frame-file.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'

/** `TMPFS_MAGIC` of linux/magic.h. */
const TMPFS = 0x0102_1994
/** Files that are looked into; a fresh profile has fewer than ten. */
const MOST_FILES = 256

/**
 * True where files are pages of memory that no disk sees.
 *
 * @param free bytes that must be free there
 */
export function isInMemory(folder: string, free = 0): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(folder)
    return type === TMPFS && bavail * bsize >= free
  } catch {
    return false
  }
}

/**
 * The file in a page's private file system through which its pixels go. Chromium keeps what a page
 * stores there as plain files below the profile (storage/browser/file_system/sandbox_file_system_backend),
 * and reads them in the page's own process: a copy out of memory, and nothing on the loopback.
 *
 * @param token what the file begins with
 * @returns undefined when there is none, or it is not in memory
 */
export function findFrameFile(profile: string, token: Uint8Array): Fd | undefined {
  const folder = path.join(profile, 'Default', 'File System')
  if (token.length !== FILE_TOKEN || !isInMemory(folder)) return undefined
  for (const { parentPath, name } of listFiles(folder)) {
    const number = openFile(path.join(parentPath, name))
    if (number === undefined) continue
    if (begins(number, token)) return shim.adoptFd(number)
    closeSync(number)
  }
  return undefined
}

/** @returns none when the folder goes while it is read */
function listFiles(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .slice(0, MOST_FILES)
  } catch {
    return []
  }
}

/** @returns undefined for what Chromium has removed or renamed since it was listed, or keeps busy */
function openFile(file: string): number | undefined {
  try {
    return openSync(file, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

function begins(fd: number, token: Uint8Array): boolean {
  const start = Buffer.alloc(token.length)
  return readSync(fd, start, 0, start.length, 0) === start.length && start.equals(token)
}
