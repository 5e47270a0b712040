// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { type Failure, failureLine } from '../../core/failure.ts'
import { type Capture, planeKinds } from '../../core/plane.ts'
import { ok, type Result } from '../../core/result.ts'
import { engineOption, swizzled, swizzleOption } from '../capture/engine.ts'
import { captureWhenShown } from '../capture/first-picture.ts'
import { openEngine } from '../capture/open-engine.ts'
import { composeCapture } from '../capture/picture.ts'
import { pictureText } from '../capture/picture-text.ts'
import { encodePng } from '../capture/png.ts'
import { type Command, defineCommand, type Io, wrongUse } from '../command.ts'
import { type OpenSource, openSource, waitOption } from '../source-opener.ts'
import { writeWholeFile } from '../whole-file.ts'

/** The command that saves one picture. */
export function screenshotCommand(open: OpenSource): Command {
  return defineCommand({
    name: 'screenshot',
    summary: 'Saves what a VM shows as PNG, without a window.',
    operands: [{ metavar: 'ADDRESS', help: 'address of the VM' }],
    options: {
      output: {
        type: 'text',
        short: 'o',
        metavar: 'FILE.png',
        required: true,
        help: 'where to; - is stdout',
      },
      plane: { type: 'choice', choices: planeKinds, help: 'this plane alone, in its own size' },
      'no-cursor': { type: 'flag', help: 'without the cursor plane' },
      engine: engineOption,
      swizzle: swizzleOption,
      wait: waitOption,
    },
    notes: [
      'A picture that is not there yet is waited for, 3 seconds at most. A plane that cannot be ' +
        'shown is exit 1 with its verdict. A cursor or overlay alone keeps its transparency.',
    ],
    execute: async ({ options, operands: [address] }, io) => {
      const toStdout = options.output === '-'
      if (toStdout && io.stdout.isTerminal) {
        const why = 'stdout is a terminal, which cannot show it'
        return wrongUse('no picture was taken', why, 'Name a file with -o, or pipe it on')
      }
      if (options.plane === 'cursor' && options['no-cursor']) {
        const why = 'nothing is left of --plane cursor with --no-cursor'
        return wrongUse('no picture was taken', why, 'Leave out one of them')
      }
      await using owned = new AsyncDisposableStack()
      // The engine gets ready while the source's thread starts.
      const [source, engine] = await Promise.all([
        open(address, io.signal, options.wait),
        openEngine(options.engine, io),
      ])
      if (source.ok) owned.use(source.value)
      if (engine.ok) owned.use(engine.value)
      if (!source.ok) return source
      if (!engine.ok) return engine
      const capture = await captureWhenShown(
        source.value,
        options.plane ?? 'primary',
        options.plane,
        io.signal,
      )
      if (!capture.ok) return capture
      const request = { plane: options.plane ?? 'all', cursor: !options['no-cursor'] } as const
      const planes = swizzled(capture.value.planes, options.swizzle)
      const picture = await composeCapture({ ...capture.value, planes }, request, engine.value)
      if (!picture.ok) return picture
      if (request.plane === 'all') await sayMissing(capture.value, request.cursor, io)
      const { rgba, width, height } = picture.value
      const origin = { name: source.value.info.name, address }
      const text = pictureText(capture.value, request.plane, origin)
      const png = await encodePng(rgba, width, height, text)
      return toStdout ? print(png, io) : writeWholeFile(path.resolve(io.cwd, options.output), png)
    },
  })
}

export const screenshot = screenshotCommand(openSource)

/** A picture without its cursor or overlay is still a picture, but not in silence. */
async function sayMissing({ statuses }: Capture, cursor: boolean, io: Io): Promise<void> {
  for (const status of statuses) {
    if (status.kind === 'primary' || (status.kind === 'cursor' && !cursor)) continue
    const { state } = status
    const failure =
      state === 'refused' ? status.verdict : state === 'stalled' ? status.failure : undefined
    if (failure) await io.stderr.write(`scanout: ${failureLine(failure)}\n`)
  }
}

async function print(bytes: Uint8Array, io: Io): Promise<Result<void, Failure>> {
  await io.stdout.write(bytes)
  return ok(undefined)
}
