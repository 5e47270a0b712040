// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Failure } from '../core/failure.ts'
import type { DroppedFile } from '../core/protocol.ts'
import { fail, type Result } from '../core/result.ts'
import { errorCode, fileFailure } from './file-failure.ts'
import { PrivateFolder } from './private-folder.ts'
import { safeName } from './shot-files.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Starts one more viewer and waits until it shows its window. */
export type StartViewer = (words: readonly string[]) => Promise<Result<void, Failure>>

const what = 'cannot open what was dropped'
const sessionFile = /\.(?:scanout|vv)$/i

/**
 * What a person drops on a window. A page is told what is in a file and not where it lies, so the files
 * are written anew, and stay for as long as this window lives: their viewer reads them when it is ready.
 */
export class DroppedFiles implements AsyncDisposable {
  readonly #env: Environment
  readonly #start: StartViewer
  readonly #owned = new AsyncDisposableStack()

  constructor(env: Environment, start: StartViewer) {
    this.#env = env
    this.#start = start
  }

  async open(files: readonly DroppedFile[]): Promise<Result<void, Failure>> {
    const kind = kindOf(files)
    if (!kind) {
      const why = 'it is neither a session file (.scanout) nor a dump (.json with its .bin files)'
      return fail({ code: 'not-ours', what, why, remedy: 'Drop all files of a dump together' })
    }
    const folder = new PrivateFolder(this.#env)
    try {
      for (const { name, bytes } of files) {
        const target = path.join(folder.path, safeName(name))
        await writeFile(target, Buffer.from(bytes, 'base64'), { flag: 'wx', mode: 0o600 })
      }
    } catch (error) {
      await folder[Symbol.asyncDispose]()
      if (errorCode(error) === undefined) throw error
      return fail(fileFailure(what, error))
    }
    const file = path.join(folder.path, safeName(kind.name))
    this.#owned.use(folder)
    return this.#start(['view', kind.kind === 'dump' ? `dump:${file}` : file])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
  }
}

type Kind = { readonly kind: 'session' | 'dump'; readonly name: string }

function kindOf(files: readonly DroppedFile[]): Kind | undefined {
  const [first] = files
  if (files.length === 1 && first && sessionFile.test(first.name)) {
    return { kind: 'session', name: first.name }
  }
  const records = files.filter(({ name }) => name.toLowerCase().endsWith('.json'))
  const [record] = records
  return records.length === 1 && record ? { kind: 'dump', name: record.name } : undefined
}
