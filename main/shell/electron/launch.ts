// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Failure, isFailure } from '../../../core/failure.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { log } from '../../log.ts'
import { PrivateFolder } from '../../private-folder.ts'
import { appFolder } from '../page-files.ts'

/** Names the file in which app.ts leaves the command's result as JSON; Electron has no other quiet road. */
export const RESULT_FILE = 'SCANOUT_RESULT_FILE'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Runs a command of ours inside Electron and waits for it: same words, same terminal, same result.
 *
 * @param inherited descriptor that the command line names, kept open under its number
 */
export async function runInElectron(
  program: string,
  argv: readonly string[],
  env: Environment,
  signal: AbortSignal,
  inherited: number | undefined,
): Promise<Result<void, Failure>> {
  await using folder = new PrivateFolder(env)
  const resultFile = path.join(folder.path, 'result.json')
  const bare = sandboxHindrance(env)
  if (bare !== undefined) log.warn(`${bare}: Electron runs without its sandbox`)
  const stdio: ('inherit' | 'ignore' | number)[] = ['inherit', 'inherit', 'inherit']
  if (inherited !== undefined && inherited > 2) {
    while (stdio.length < inherited) stdio.push('ignore')
    stdio[inherited] = inherited
  }
  // Words after -- are ours: Chromium would take --fullscreen and others for its own.
  const words = [...(bare === undefined ? [] : ['--no-sandbox']), appFolder(), '--', ...argv]
  const child = spawn(program, words, { stdio, env: { ...env, [RESULT_FILE]: resultFile } })
  const stop = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (signal.aborted) stop()
    const [code] = await once(child, 'exit')
    return (await readResult(resultFile)) ?? ended(program, code)
  } catch (error) {
    return ended(program, error instanceof Error ? error.message : error)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Why Chromium's sandbox cannot be had here; it refuses to start as root otherwise. */
function sandboxHindrance(env: Environment): string | undefined {
  if (process.getuid?.() === 0) return 'running as root'
  return env['SCANOUT_SANDBOX'] === 'no' ? 'SCANOUT_SANDBOX=no' : undefined
}

async function readResult(file: string): Promise<Result<void, Failure> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    return isFailure(value) ? fail(value) : ok(undefined)
  } catch {
    return undefined
  }
}

function ended(program: string, how: unknown) {
  return fail<Failure>({
    code: 'electron-ended',
    what: `${program} ended without a word`,
    why: `it ended with ${String(how)}`,
    remedy: 'Use --shell chromium, or run it by hand to see why',
  })
}
