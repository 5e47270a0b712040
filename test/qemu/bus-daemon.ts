// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A real D-Bus bus of this user. */
export class BusDaemon implements AsyncDisposable {
  readonly address: string
  readonly #process: ChildProcess
  readonly #isUp: Promise<unknown>

  /**
   * @param address `unix:path=…` or `unix:abstract=…`
   * @param config a file with rules; those of a session without it
   */
  constructor(address: string, config?: string) {
    this.address = address
    const rules = config === undefined ? '--session' : `--config-file=${config}`
    const words = [rules, '--nofork', '--nopidfile', '--print-address', '--address', address]
    this.#process = spawn('dbus-daemon', words, { stdio: ['ignore', 'pipe', 'ignore'] })
    const { stdout } = this.#process
    if (!stdout) throw new Error('a pipe is missing')
    this.#isUp = once(stdout, 'data')
  }

  async started(): Promise<void> {
    await this.#isUp
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    this.#process.kill('SIGKILL')
    await once(this.#process, 'exit')
  }
}
