// SPDX-License-Identifier: GPL-2.0-or-later
// Newer QEMUs than the host's own: Debian's packages with all their libraries, unpacked into the cache
// and installed nowhere. What apt knows of the host stays as it is.
//
//   node test/qemu/host/newer-qemu.mjs     fetches what is missing and says what there is
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { command } from '../../kernel-lab/host/command.mjs'
import {
  fetchSuite,
  lastLine,
  libraries,
  writeStarter,
} from '../../kernel-lab/host/debian-suite.mjs'
import { Skip } from '../../kernel-lab/host/skip.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')

/** Debian's suites and what is known of their QEMU: the oldest with shared maps, and the newest there is. */
export const newerQemus = [
  { suite: 'trixie', name: 'Debian 13' },
  { suite: 'sid', name: 'Debian unstable' },
]

const wanted = ['qemu-system-x86', 'qemu-system-modules-opengl']
/** Drivers of GPUs: QEMU's D-Bus display runs without them. */
const without = /^(mesa-libgallium|libllvm\d+|libz3-.*)$/

const folderOf = (suite) => path.join(root, '.cache', `qemu-${suite}`)

/** The QEMU of a suite as a program that any process can start; undefined while it is not in the cache. */
export function cachedQemu(suite) {
  const folder = folderOf(suite)
  return existsSync(path.join(folder, 'complete')) ? path.join(folder, 'qemu') : undefined
}

/**
 * Fetches the QEMU of a suite, once.
 *
 * @param say takes one line of progress
 * @returns its version
 * @throws Skip when it cannot be had here
 */
export function fetchQemu(suite, say) {
  const notice = `downloading QEMU of Debian ${suite} with its libraries (45 MB, once)`
  return fetchSuite({ suite, target: folderOf(suite), wanted, without, finish, notice, say })
}

/** Starts it with its own loader, libraries, modules and firmware. */
async function finish(target) {
  const program = await writeStarter(target, 'qemu', [
    `export QEMU_MODULE_DIR="$here/${libraries}/qemu"`,
    'start "$here/usr/bin/qemu-system-x86_64" \\',
    '  -L "$here/usr/share/qemu" -L "$here/usr/share/seabios" "$@"',
  ])
  const said = await command(program, ['-display', 'help']).catch((error) => error.message)
  if (!/^dbus$/m.test(said)) throw new Skip(`its QEMU does not start here: ${lastLine(said)}`)
  return /version (\S+)/.exec(await command(program, ['--version']))?.[1] ?? ''
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { suite, name } of newerQemus) {
    try {
      const version = await fetchQemu(suite, (line) => process.stdout.write(`${line}\n`))
      process.stdout.write(`${name}: QEMU ${version}\n`)
    } catch (error) {
      if (!(error instanceof Skip)) throw error
      process.stdout.write(`SKIP ${name}: ${error.message}\n`)
    }
  }
}
