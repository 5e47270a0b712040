// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { fail, ok } from '../../core/result.ts'
import { captureWhenShown } from '../capture/first-picture.ts'
import { missingPlane } from '../capture/picture.ts'
import { type Command, defineCommand } from '../command.ts'
import { writeDump } from '../source/dump/writer.ts'
import { type OpenSource, openSource, waitOption } from '../source-opener.ts'

/** The command that saves planes as they are. */
export function dumpCommand(open: OpenSource): Command {
  return defineCommand({
    name: 'dump',
    summary: "Saves a VM's planes as they are: fourcc, modifier, position and every byte.",
    operands: [{ metavar: 'ADDRESS', help: 'address of the VM' }],
    options: {
      'out-dir': {
        type: 'text',
        short: 'o',
        metavar: 'DIR',
        required: true,
        help: 'folder to write into; made when it is missing',
      },
      name: { type: 'text', metavar: 'NAME', default: 'planes', help: 'name of the dump' },
      json: { type: 'flag', help: 'print the path as JSON' },
      wait: waitOption,
    },
    notes: ['Prints the path of the JSON file. Show it again with scanout view dump:FILE.'],
    execute: async ({ options, operands: [address] }, io) => {
      const source = await open(address, io.signal, options.wait)
      if (!source.ok) return source
      await using handle = source.value
      const capture = await captureWhenShown(handle, 'primary', undefined, io.signal)
      if (!capture.ok) return capture
      const { planes, statuses } = capture.value
      if (planes.length === 0) return fail(missingPlane('primary', statuses))
      const folder = path.resolve(io.cwd, options['out-dir'])
      const written = await writeDump(capture.value, folder, options.name)
      if (!written.ok) return written
      const file = written.value.path
      await io.stdout.write(options.json ? `${JSON.stringify({ path: file })}\n` : `${file}\n`)
      return ok(undefined)
    },
  })
}

export const dump = dumpCommand(openSource)
