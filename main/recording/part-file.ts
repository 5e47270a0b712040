// SPDX-License-Identifier: GPL-2.0-or-later
import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { errorCode, fileFailure } from '../file-failure.ts'

const MOST_TRIES = 1000

/** What happens to a file that has the final name already. */
export type NameRule = 'replace' | 'next-free'

/** A file that is written piece by piece, and named or left at the end. */
export interface GrowingFile extends AsyncDisposable {
  /** Where it is until it is complete. */
  readonly path: string
  /** @throws the system's error; part of the bytes may be there */
  write(position: number, bytes: Uint8Array): Promise<void>
  /** What was written outlives a power cut. */
  flush(): Promise<void>
  /** Takes away what a write left that broke off. */
  truncate(length: number): Promise<void>
  /** The file is whole: gives it its name. Answers which one that is. */
  finish(rule: NameRule): Promise<Result<string, Failure>>
}

/**
 * A file that grows beside its final name and takes that name once it is whole: `talk.part.webm`
 * becomes `talk.webm`. The extension stays the last, so that what a crash leaves opens as it is.
 */
export class PartFile implements GrowingFile {
  readonly path: string
  readonly #target: string
  readonly #handle: FileHandle
  #isFinished = false

  private constructor(file: string, target: string, handle: FileHandle) {
    this.path = file
    this.#target = target
    this.#handle = handle
  }

  /** Makes the file; parts that somebody left there are not touched. */
  static async create(target: string): Promise<Result<PartFile, Failure>> {
    const { dir, name, ext } = path.parse(target)
    try {
      const old = await stat(target).catch(() => undefined)
      if (old && !old.isFile()) return fail(notAFile(target))
      for (let number = 1; number <= MOST_TRIES; number += 1) {
        const part = number === 1 ? 'part' : `part-${number}`
        const file = path.join(dir, `${name}.${part}${ext}`)
        try {
          return ok(new PartFile(file, target, await open(file, 'wx')))
        } catch (error) {
          if (errorCode(error) !== 'EEXIST') throw error
        }
      }
      return fail(noName(target))
    } catch (error) {
      return fail(fileFailure(`cannot record to ${target}`, error))
    }
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(
        bytes,
        done,
        bytes.length - done,
        position + done,
      )
      done += bytesWritten
    }
  }

  async flush(): Promise<void> {
    await this.#handle.datasync()
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length)
  }

  async finish(rule: NameRule): Promise<Result<string, Failure>> {
    try {
      await this.#handle.sync()
      await this.#close()
      if (rule === 'replace') {
        await rename(this.path, this.#target)
        return ok(this.#target)
      }
      return await this.#rename()
    } catch (error) {
      return fail(fileFailure(`cannot name the recording ${this.#target}`, error))
    }
  }

  /** Closes it and leaves it under its present name; an empty one is removed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isFinished) return
    const { size } = await this.#handle.stat()
    await this.#close()
    if (size === 0) await rm(this.path, { force: true })
  }

  async #close(): Promise<void> {
    if (this.#isFinished) return
    this.#isFinished = true
    await this.#handle.close()
  }

  async #rename(): Promise<Result<string, Failure>> {
    const { dir, name, ext } = path.parse(this.#target)
    for (let number = 1; number <= MOST_TRIES; number += 1) {
      const file = path.join(dir, number === 1 ? name + ext : `${name}-${number}${ext}`)
      try {
        // A second name never replaces a file, as a rename would.
        await link(this.path, file)
        await rm(this.path)
        return ok(file)
      } catch (error) {
        const code = errorCode(error)
        if (code === 'EEXIST') continue
        if (code === undefined || !withoutLinks.has(code)) throw error
        if (await stat(file).catch(() => undefined)) continue
        await rename(this.path, file)
        return ok(file)
      }
    }
    return fail(noName(this.#target))
  }
}

/** Answers of file systems that give a file one name only. */
const withoutLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

function notAFile(target: string): Failure {
  return {
    code: 'file',
    what: `cannot record to ${target}`,
    why: 'it is no plain file, and a recording is completed at its beginning when it ends',
    remedy: 'Name a file in a folder of yours',
  }
}

function noName(target: string): Failure {
  return {
    code: 'file',
    what: `cannot record to ${target}`,
    why: `${MOST_TRIES} files have such a name already`,
    remedy: 'Choose another name',
  }
}
