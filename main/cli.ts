// SPDX-License-Identifier: GPL-2.0-or-later
import { failureLine, plainText } from '../core/failure.ts'
import { errorCode, fileFailure } from './file-failure.ts'
import { processIo } from './process-io.ts'
import { runProgram } from './program.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first signal asks the command to end; a second one ends the process at once. */
const interruption = new AbortController()
let caught: NodeJS.Signals | undefined
for (const name of signals) {
  process.once(name, () => {
    caught = name
    for (const other of signals) process.removeAllListeners(other)
    interruption.abort(new Error(`interrupted by ${name}`))
  })
}

/** Ends with one line. A reader that went away is no news: `scanout list | head -1`. */
function stop(error: unknown): never {
  if (errorCode(error) === 'EPIPE') process.exit(1)
  if (isOutputError(error)) say(failureLine(fileFailure('cannot write to stdout', error)))
  else if (process.env['SCANOUT_DEBUG'] === '1' && error instanceof Error) say(`${error.stack}`)
  else {
    const words = error instanceof Error ? error.message : String(error)
    const remedy = 'Run it again with SCANOUT_DEBUG=1 and report what it prints'
    say(plainText(`internal error: ${words.split('\n', 1)[0]}. ${remedy}`))
  }
  process.exit(1)
}

/** Files are written with a path in their errors; what has none was stdout. */
function isOutputError(error: unknown): boolean {
  if (!(error instanceof Error) || errorCode(error) === undefined) return false
  return 'syscall' in error && error.syscall === 'write' && !('path' in error)
}

function say(line: string): void {
  process.stderr.write(`scanout: ${line}\n`)
}

process.on('uncaughtException', stop)
process.on('unhandledRejection', stop)
process.stdout.on('error', stop)
process.stderr.on('error', () => process.exit(1))

const code = await runProgram(process.argv.slice(2), processIo(interruption.signal))
// A shell script must see that its command was interrupted, not that it failed.
if (code !== 0 && caught) process.kill(process.pid, caught)
else process.exit(code)
