// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type Failure, failureLine } from '../../core/failure.ts'
import type { Capture, CapturedPlane } from '../../core/plane.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { shim } from '../../native-shim/index.ts'
import { engineOption, swizzled, swizzleOption } from '../capture/engine.ts'
import { openEngine } from '../capture/open-engine.ts'
import { defineCommand, type Io, wrongUse } from '../command.ts'
import { fileFailure } from '../file-failure.ts'
import { capturePlanes } from '../source/capture-planes.ts'
import { openDump } from '../source/dump/open.ts'
import { writeWholeFile } from '../whole-file.ts'

/** The command that turns dumps into plain pixels. */
export const decode = defineCommand({
  name: 'decode',
  summary: 'Decodes plane dumps into plain pixels, without headers, rows tight.',
  operands: [{ metavar: 'DUMP', help: 'JSON file of a plane dump', repeats: true }],
  options: {
    to: {
      type: 'choice',
      choices: ['rgba8', 'linear'],
      required: true,
      help: '8-bit RGBA, top row first; or de-tiled bytes of the same fourcc, as in memory',
    },
    'out-dir': {
      type: 'text',
      short: 'o',
      metavar: 'DIR',
      required: true,
      help: 'folder to write into; made when it is missing',
    },
    engine: engineOption,
    swizzle: swizzleOption,
  },
  notes: [
    'Writes DIR/<dump name>.bin. Of several planes the primary has that name, the others ' +
      'DIR/<dump name>.<kind>.bin. A dump that fails does not stop the others; any is exit 1.',
  ],
  execute: async ({ options, operands: [dumps] }, io) => {
    const files = dumps.map((dump) => dump.replace(/^dump:/, ''))
    const names = files.map(dumpName)
    const twice = names.find((name, at) => names.indexOf(name) !== at)
    if (twice !== undefined) {
      const why = `two dumps are called ${twice} and would write the same file`
      return wrongUse('nothing was decoded', why, 'Decode them into two folders')
    }
    const folder = path.resolve(io.cwd, options['out-dir'])
    try {
      await mkdir(folder, { recursive: true })
    } catch (error) {
      return fail(fileFailure(`cannot make ${folder}`, error))
    }
    const opened = await openEngine(options.engine, io)
    if (!opened.ok) return opened
    await using engine = opened.value
    const failures: Failure[] = []
    const made = new Set<string>()
    for (const dump of files) {
      if (io.signal.aborted) return fail(interrupted)
      const capture = await loadDump(path.resolve(io.cwd, dump))
      if (!capture.ok) {
        failures.push(capture.failure)
        continue
      }
      failures.push(...refusals(dump, capture.value))
      const planes = swizzled(capture.value.planes, options.swizzle)
      for (const [file, plane] of outputs(dumpName(dump), { ...capture.value, planes })) {
        if (made.has(file)) {
          failures.push(taken(dump, file))
          continue
        }
        made.add(file)
        const decoded = await engine.decode(plane, options.to)
        const written = decoded.ok
          ? await writeWholeFile(path.join(folder, file), decoded.value)
          : decoded
        if (!written.ok) failures.push(written.failure)
      }
    }
    return sayAll(failures, io)
  },
})

/**
 * Reads one dump whole, in this thread: starting one for each of many would take longer than decoding.
 * The planes that passed have their bytes, the others their verdicts.
 */
async function loadDump(file: string): Promise<Result<Capture, Failure>> {
  const address = { text: `dump:${file}`, scheme: 'dump', path: file, query: new Map() }
  const source = await openDump(address, new AbortController().signal)
  if (!source.ok) return source
  using opened = source.value
  return ok(capturePlanes(shim, opened.refresh()))
}

/** `a/b/cursor.json` → `cursor`. */
function dumpName(file: string): string {
  return path.basename(file).replace(/\.json$/, '')
}

/** File names of a dump's planes. A plane that is alone in its dump needs no kind in its name. */
function outputs(name: string, { planes, statuses }: Capture): [string, CapturedPlane][] {
  const isAlone = statuses.filter(({ state }) => state !== 'absent').length === 1
  return planes.map((captured) => {
    const { kind } = captured.plane
    return [kind === 'primary' || isAlone ? `${name}.bin` : `${name}.${kind}.bin`, captured]
  })
}

/** What became of planes that a dump has and that cannot be decoded. */
function refusals(dump: string, { statuses }: Capture): Failure[] {
  if (statuses.every(({ state }) => state === 'absent')) {
    const remedy = 'Use a dump that scanout dump wrote while something was shown'
    return [{ code: 'bad-dump', what: `cannot decode ${dump}`, why: 'it holds no plane', remedy }]
  }
  return statuses.flatMap((status) => {
    const failure =
      status.state === 'refused'
        ? status.verdict
        : status.state === 'stalled'
          ? status.failure
          : undefined
    return failure ? [{ ...failure, what: `${dump}: ${failure.what}` }] : []
  })
}

/** `a.json` with a cursor and `a.cursor.json` mean the same file. */
function taken(dump: string, file: string): Failure {
  const why = `${file} was just made of another dump`
  return {
    code: 'usage',
    what: `cannot decode ${dump}`,
    why,
    remedy: 'Decode it into another folder',
  }
}

/** All but the last are said here; the last is the command's own failure. */
async function sayAll(failures: readonly Failure[], io: Io): Promise<Result<void, Failure>> {
  for (const failure of failures.slice(0, -1)) {
    await io.stderr.write(`scanout: ${failureLine(failure)}\n`)
  }
  const last = failures.at(-1)
  return last ? fail(last) : ok(undefined)
}

const interrupted: Failure = {
  code: 'interrupted',
  what: 'not all dumps were decoded',
  why: 'the command was interrupted',
  remedy: 'Run it again',
}
