// SPDX-License-Identifier: GPL-2.0-or-later
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

/** A reader that went away is no news: `scanout list | head -1`. Everything else is a bug of ours. */
function stop(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'EPIPE') process.exit(1)
  if (process.env['SCANOUT_DEBUG'] === '1' && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`)
  } else {
    const words = error instanceof Error ? error.message : String(error)
    const line = words.split('\n', 1)[0]
    const remedy = 'Run it again with SCANOUT_DEBUG=1 and report what it prints'
    process.stderr.write(`scanout: internal error: ${line}. ${remedy}\n`)
  }
  process.exit(1)
}

process.on('uncaughtException', stop)
process.on('unhandledRejection', stop)
process.stdout.on('error', stop)
process.stderr.on('error', () => process.exit(1))

const code = await runProgram(process.argv.slice(2), processIo(interruption.signal))
// A shell script must see that its command was interrupted, not that it failed.
if (code !== 0 && caught) process.kill(process.pid, caught)
else process.exit(code)
