// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { STARTER, starterNews } from '../starter.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** How one more Scanout is started, without a shell: a program and its first words. */
export type Program = readonly [program: string, ...words: string[]]

export type ViewerStart = {
  readonly program: Program
  /** The rest of the command line. */
  readonly words: readonly string[]
  readonly env: Environment
  readonly cwd: string
}

/** Time after which a viewer that says nothing is taken for one that shows something, ms. */
const PATIENCE_MS = 10_000

/**
 * Starts a viewer in a process of its own, which lives on when we end, and waits until it shows its
 * window. One that ends with 0 before that gave way to another window of the same VM.
 */
export async function startViewer(start: ViewerStart): Promise<Result<void, Failure>> {
  const [program, ...first] = start.program
  const child = spawn(program, [...first, ...start.words], {
    cwd: start.cwd,
    env: { ...start.env, [STARTER]: '1' },
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  try {
    return await news(child, program)
  } finally {
    if (child.connected) child.disconnect()
    child.unref()
  }
}

async function news(child: ChildProcess, program: string): Promise<Result<void, Failure>> {
  const { promise, resolve } = Promise.withResolvers<Result<void, Failure>>()
  child.on('message', (message) => {
    const told = starterNews(message)
    if (told?.scanout === 'shown') resolve(ok(undefined))
    if (told?.scanout === 'failed') resolve(fail(told.failure))
  })
  child.once('error', (error) => resolve(fail(notStarted(program, error.message))))
  child.once('exit', (code, signal) => {
    const how = signal ? `it was ended by ${signal}` : `it ended with ${code}`
    resolve(code === 0 ? ok(undefined) : fail(notStarted(program, how)))
  })
  const late = setTimeout(() => resolve(ok(undefined)), PATIENCE_MS)
  try {
    return await promise
  } finally {
    clearTimeout(late)
    child.removeAllListeners('message')
  }
}

function notStarted(program: string, why: string): Failure {
  const remedy = 'Run scanout view in a terminal to see more'
  return { code: 'not-started', what: `cannot start ${program}`, why, remedy }
}
