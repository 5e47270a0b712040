// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Io } from '../../main/command.ts'

/** A command's surroundings: a fresh folder, and what it wrote. */
export class FakeIo implements Disposable {
  readonly cwd = mkdtempSync(path.join(tmpdir(), 'scanout-test-'))
  readonly #out: Uint8Array[] = []
  readonly #err: Uint8Array[] = []
  readonly #interruption = new AbortController()
  readonly #terminal: boolean
  /** Called after every write to stdout. */
  onWrite: () => void = () => {}

  constructor(options: { readonly terminal?: boolean } = {}) {
    this.#terminal = options.terminal ?? false
  }

  get io(): Io {
    const writer = (parts: Uint8Array[], told: () => void) => ({
      isTerminal: this.#terminal,
      write: async (data: string | Uint8Array) => {
        parts.push(typeof data === 'string' ? Buffer.from(data) : data)
        told()
      },
    })
    return {
      stdout: writer(this.#out, () => this.onWrite()),
      stderr: writer(this.#err, () => {}),
      env: {},
      cwd: this.cwd,
      signal: this.#interruption.signal,
    }
  }

  get output(): Buffer {
    return Buffer.concat(this.#out)
  }

  get text(): string {
    return this.output.toString()
  }

  get errors(): string {
    return Buffer.concat(this.#err).toString()
  }

  interrupt(): void {
    this.#interruption.abort(new Error('interrupted'))
  }

  [Symbol.dispose](): void {
    rmSync(this.cwd, { recursive: true, force: true })
  }
}
