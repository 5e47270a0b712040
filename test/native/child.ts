// SPDX-License-Identifier: GPL-2.0-or-later
import { execFile } from 'node:child_process'
import path from 'node:path'

export type Outcome = {
  readonly status: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

const killed = { timeout: 25_000, killSignal: 'SIGKILL' } as const

function run(command: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(command, args, killed, (_error, stdout, stderr) => {
      resolve({ status: child.exitCode, signal: child.signalCode, stdout, stderr })
    })
  })
}

const fileOf = (script: string) => path.join(import.meta.dirname, 'children', script)

/** Runs a script of children/ in a Node process of its own. */
export function runChild(
  script: string,
  args: readonly string[] = [],
  nodeFlags: readonly string[] = [],
): Promise<Outcome> {
  return run(process.execPath, [...nodeFlags, fileOf(script), ...args])
}

/** The same in a process that may have only so many open descriptors. */
export function runStarvedChild(script: string, descriptors: number): Promise<Outcome> {
  const command = `ulimit -n ${descriptors}; exec "$0" "$1"`
  return run('sh', ['-c', command, process.execPath, fileOf(script)])
}
