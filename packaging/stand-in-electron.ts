// SPDX-License-Identifier: GPL-2.0-or-later
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** What @electron/fuses looks for in the binary. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** Fuses of Electron 45 as it is released, in their order (fuses.json5): 1 on, 0 off. */
const WIRE = '101100011'

/**
 * A folder with the files of an Electron release and none of its code: enough to make a package of.
 * Its binary is a shell script that says how it was started, on stdout.
 *
 * @param version as its npm package has it, 45.4.1
 */
export async function makeStandInElectron(folder: string, version: string): Promise<void> {
  const wire = Buffer.concat([
    Buffer.from(SENTINEL),
    Buffer.from([1, WIRE.length]),
    Buffer.from(WIRE),
  ])
  const script = '#!/bin/sh\necho "stand-in for Electron: $*"\nexit 0\n: '
  const files: Readonly<Record<string, string | Buffer>> = {
    electron: Buffer.concat([Buffer.from(script), wire, Buffer.from('\n')]),
    'chrome-sandbox': '#!/bin/sh\nexit 1\n',
    chrome_crashpad_handler: '#!/bin/sh\nexit 1\n',
    version,
    LICENSE: 'stand-in for the licence of Electron\n',
    'LICENSES.chromium.html': '<p>stand-in for the licences of Chromium</p>\n',
    'resources.pak': 'stand-in\n',
    'chrome_100_percent.pak': 'stand-in\n',
    'icudtl.dat': 'stand-in\n',
    'locales/en-US.pak': 'stand-in\n',
    'locales/de.pak': 'stand-in\n',
  }
  await mkdir(path.join(folder, 'locales'), { recursive: true })
  await mkdir(path.join(folder, 'resources'), { recursive: true })
  for (const [name, content] of Object.entries(files))
    await writeFile(path.join(folder, name), content)
  for (const name of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler']) {
    await chmod(path.join(folder, name), 0o755)
  }
}
