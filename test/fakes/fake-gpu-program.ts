// SPDX-License-Identifier: GPL-2.0-or-later
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

/** A program that starts fake-gpu.ts, and notes every start of it. */
export class FakeGpuProgram {
  readonly file: string
  readonly #log: string

  /**
   * @param manner of fake-gpu.ts
   * @param then of every process after the first
   */
  constructor(manner: string, then = manner) {
    const folder = temporaryFolder()
    this.file = path.join(folder, 'fake-gpu')
    this.#log = path.join(folder, 'starts')
    const script = path.join(import.meta.dirname, 'fake-gpu.ts')
    writeFileSync(
      this.file,
      `#!/bin/sh
manner='${manner}'
test -e '${this.#log}' && manner='${then}'
echo $$ >>'${this.#log}'
exec '${process.execPath}' '${script}' "$manner" "$@"
`,
    )
    chmodSync(this.file, 0o755)
  }

  /** Of every process that was started. */
  get pids(): readonly number[] {
    if (!existsSync(this.#log)) return []
    return readFileSync(this.#log, 'utf8').trim().split('\n').map(Number)
  }

  /** Of those that are still there, dead ones that nobody reaped among them. */
  get remaining(): readonly number[] {
    return this.pids.filter((pid) => existsSync(`/proc/${pid}`))
  }
}
