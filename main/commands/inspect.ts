// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as sleep } from 'node:timers/promises'
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { cpuEngine } from '../capture/engine.ts'
import { type Command, defineCommand, type Io, wrongUse } from '../command.ts'
import { type SourceReport, sourceReport } from '../plane-report.ts'
import { reportText } from '../plane-report-text.ts'
import type { SourceDescription, SourceHandle } from '../source/source.ts'
import { type OpenSource, openSource, waitOption } from '../source-opener.ts'
import { inspectGpu } from './inspect-gpu.ts'

/** How often a watched source is asked. */
const WATCH_MS = 500
/** How long a source may take to say anything at all. */
const FIRST_WORD_MS = 1000
const PAUSE_MS = 20
/** ECMA-48: home, then erase what is below. What scrolled off stays. */
const CLEAR = '\x1b[H\x1b[J'

/** The command that prints what a source says. */
export function inspectCommand(open: OpenSource): Command {
  return defineCommand({
    name: 'inspect',
    summary: "Prints a VM's planes: formats, layouts, positions, identities and verdicts.",
    operands: [{ metavar: 'ADDRESS', help: 'address of the VM', optional: true }],
    options: {
      watch: { type: 'flag', short: 'w', help: 'print again whenever something changes' },
      wait: waitOption,
      json: { type: 'flag', help: 'print JSON, one object; with --watch one a line' },
      gpu: { type: 'flag', help: "test this host's GPUs instead, and print a report" },
      forget: { type: 'flag', help: 'with --gpu: let windows try a GPU again that failed them' },
    },
    notes: [
      'Planes that cannot be shown are printed with the reason; that is no failure here.',
      '--gpu sends test pictures through every GPU and compares what comes back. Status 1 says that a window could ' +
        'not rely on one.',
    ],
    execute: async ({ options, operands: [address] }, io) => {
      if (options.gpu && address === undefined) return inspectGpu(options, io)
      if (options.gpu || options.forget) return notBoth
      if (address === undefined) return noAddress
      const source = await open(address, io.signal, options.wait)
      if (!source.ok) return source
      await using handle = source.value
      const chosen = cpuEngine('auto')
      const engine = chosen.ok ? chosen.value.name : null
      const report = sourceReport(await firstWord(handle, io), engine)
      if (options.watch) return await watch(handle, report, engine, options.json, io)
      await io.stdout.write(
        options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report),
      )
      return ok(undefined)
    },
  })
}

export const inspect = inspectCommand(openSource)

const noAddress = wrongUse(
  'inspect needs ADDRESS',
  'no address of the VM was given',
  'Write scanout inspect ADDRESS, or scanout inspect --gpu',
)

const notBoth = wrongUse(
  'inspect cannot do that at once',
  '--gpu tests this host without an ADDRESS, and --forget belongs to it',
  'Write scanout inspect --gpu, with --forget if you like',
)

/** Producers that push may take a moment before they say anything. */
async function firstWord(handle: SourceHandle, io: Io): Promise<SourceDescription> {
  const deadline = performance.now() + FIRST_WORD_MS
  for (;;) {
    const description = await handle.describe()
    const isSilent = description.statuses.length === 0
    if (!isSilent || io.signal.aborted || performance.now() > deadline) return description
    await sleep(PAUSE_MS)
  }
}

/** Prints until it is interrupted, which is its proper end, or until the source is gone. */
async function watch(
  handle: SourceHandle,
  first: SourceReport,
  engine: string | null,
  json: boolean,
  io: Io,
): Promise<Result<void, Failure>> {
  let gone: Failure | undefined
  using listening = new DisposableStack()
  listening.defer(
    handle.on('gone', (failure) => {
      gone = failure
    }),
  )
  let shown = ''
  let report = first
  while (!io.signal.aborted && !gone) {
    // Counters alone are no change.
    const state = JSON.stringify({ ...report, counters: undefined })
    if (state !== shown) {
      shown = state
      const clear = io.stdout.isTerminal ? CLEAR : ''
      await io.stdout.write(
        json ? `${JSON.stringify(report)}\n` : `${clear}${reportText(report)}\n`,
      )
    }
    await sleep(WATCH_MS, undefined, { signal: io.signal }).catch(() => {})
    if (io.signal.aborted || gone) break
    report = sourceReport(await handle.describe(), engine)
  }
  return gone ? fail(gone) : ok(undefined)
}
