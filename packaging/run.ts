// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process'

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }

type Options = {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
  readonly timeoutMs?: number
}

/** Runs a program to its end. A program that is not there is code 127. */
export function run(command: string, args: readonly string[], options: Options = {}): Ran {
  const outcome = spawnSync(command, [...args], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env as NodeJS.ProcessEnv }),
    ...(options.input === undefined ? {} : { input: options.input }),
    timeout: options.timeoutMs ?? 60_000,
  })
  const missing = outcome.error !== undefined && 'code' in outcome.error
  return {
    code: outcome.status ?? (missing && outcome.error?.message.includes('ENOENT') ? 127 : 1),
    stdout: outcome.stdout ?? '',
    stderr: outcome.stderr || (outcome.error?.message ?? ''),
  }
}

/** The same, for programs that must succeed: returns stdout, throws what it said otherwise. */
export function must(command: string, args: readonly string[], options: Options = {}): string {
  const { code, stdout, stderr } = run(command, args, options)
  if (code === 0) return stdout
  const words = `${stdout}${stderr}`.trimEnd()
  throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${words}`)
}

/** True when a program is in PATH, or where Debian has what is meant for root. */
export function isThere(command: string): boolean {
  return (
    run('/bin/sh', ['-c', 'PATH=$PATH:/usr/sbin:/sbin command -v "$1"', 'sh', command]).code === 0
  )
}
