// SPDX-License-Identifier: GPL-2.0-or-later
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { FILE_PAGE, FILE_TOKEN } from '../../../core/frame-file.ts'
import { FileRing } from './file-ring.ts'

/** `TMPFS_MAGIC` of linux/magic.h. */
const TMPFS = 0x0102_1994
/** Files that are looked into; a fresh profile has fewer than ten. */
const MOST_FILES = 256

/** True where files are pages of memory that no disk sees. */
export function isInMemory(folder: string): boolean {
  try {
    return statfsSync(folder).type === TMPFS
  } catch {
    return false
  }
}

/**
 * The file in a page's private file system through which its pixels go. Chromium keeps what a page
 * stores there as plain files below the profile (storage/browser/file_system/sandbox_file_system_backend),
 * and reads them in the page's own process: a copy out of memory, and nothing on the loopback.
 */
export class FrameFile implements Disposable {
  readonly #fd: number
  readonly #ring = new FileRing(FILE_PAGE)
  #isBroken = false

  private constructor(fd: number) {
    this.#fd = fd
  }

  /** The file of a profile that begins with the token; undefined when there is none, or not in memory. */
  static find(profile: string, token: Uint8Array): FrameFile | undefined {
    const folder = path.join(profile, 'Default', 'File System')
    if (token.length !== FILE_TOKEN || !isInMemory(folder)) return undefined
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .slice(0, MOST_FILES)
    for (const { parentPath, name } of files) {
      const fd = openSync(path.join(parentPath, name), constants.O_RDWR | constants.O_NOFOLLOW)
      if (begins(fd, token)) return new FrameFile(fd)
      closeSync(fd)
    }
    return undefined
  }

  /**
   * Writes a frame's bytes where the page has read before.
   *
   * @returns their place; undefined when memory is short, now and from then on
   */
  write(payload: Uint8Array): number | undefined {
    if (this.#isBroken) return undefined
    const at = this.#ring.place(payload.byteLength)
    try {
      for (let done = 0; done < payload.byteLength; ) {
        done += writeSync(this.#fd, payload, done, payload.byteLength - done, at + done)
      }
      return at
    } catch {
      this.#isBroken = true
      return undefined
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}

function begins(fd: number, token: Uint8Array): boolean {
  const start = Buffer.alloc(token.length)
  return readSync(fd, start, 0, start.length, 0) === start.length && start.equals(token)
}
