// SPDX-License-Identifier: GPL-2.0-or-later
// Newer QEMUs than the host's own: Debian's packages with all their libraries, unpacked into the cache
// and installed nowhere. What apt knows of the host stays as it is.
//
//   node test/qemu/host/newer-qemu.mjs     fetches what is missing and says what there is
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { command } from '../../kernel-lab/host/command.mjs'
import { Skip } from '../../kernel-lab/host/skip.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')

/** Debian's suites and what is known of their QEMU: the oldest with shared maps, and the newest there is. */
export const newerQemus = [
  { suite: 'trixie', name: 'Debian 13' },
  { suite: 'sid', name: 'Debian unstable' },
]

const wanted = ['qemu-system-x86', 'qemu-system-modules-opengl']
/** Drivers of GPUs and parts of an installed system: QEMU's D-Bus display runs without them. */
const unneeded =
  /^(mesa-libgallium|libllvm\d+|libicu\d+|libz3-.*|passwd|adduser|base-passwd|debconf|login\.defs)$/
const libraries = 'usr/lib/x86_64-linux-gnu'
const DOWNLOAD_MS = 180_000

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
export async function fetchQemu(suite, say) {
  const target = folderOf(suite)
  const complete = path.join(target, 'complete')
  if (!existsSync(complete)) {
    if (process.arch !== 'x64') throw new Skip('Debian’s packages are fetched for x86-64 alone')
    await assemble(suite, target, say)
  }
  return (await readFile(complete, 'utf8')).trim()
}

async function assemble(suite, target, say) {
  const part = `${target}.part-${process.pid}`
  await rm(part, { recursive: true, force: true })
  try {
    const apt = await privateApt(part, suite)
    say(`downloading QEMU of Debian ${suite} with its libraries (45 MB, once)`)
    await download(apt, part)
    for (const file of await readdir(path.join(part, 'packages')))
      await command('dpkg-deb', ['-x', path.join(part, 'packages', file), path.join(part, 'root')])
    for (const name of ['packages', 'apt'])
      await rm(path.join(part, name), { recursive: true, force: true })
    await rm(target, { recursive: true, force: true })
    await rename(part, target)
    const program = await writeStarter(target)
    const said = await command(program, ['-display', 'help']).catch((error) => error.message)
    if (!/^dbus$/m.test(said)) throw new Skip(`its QEMU does not start here: ${lastLine(said)}`)
    const version = /version (\S+)/.exec(await command(program, ['--version']))?.[1] ?? ''
    await writeFile(path.join(target, 'complete'), `${version}\n`)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

/** Where this host's own apt gets Debian from: every mirror has all suites. */
async function mirror() {
  const uris = await command('apt-get', ['update', '--print-uris']).catch(() => '')
  const found = /^'(\S+\/debian)\/dists\//m.exec(uris)?.[1]
  if (!found) throw new Skip('apt of this host knows no mirror of Debian')
  return found
}

/** An apt whose lists, cache and idea of what is installed (nothing) are its own. */
async function privateApt(part, suite) {
  const apt = path.join(part, 'apt')
  for (const folder of ['lists/partial', 'cache/archives/partial', 'state'])
    await mkdir(path.join(apt, folder), { recursive: true })
  await mkdir(path.join(part, 'packages'))
  await writeFile(path.join(apt, 'state/status'), '')
  const signed = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  const source = `deb ${signed} ${await mirror()} ${suite} main\n`
  await writeFile(path.join(apt, 'sources.list'), source)
  const settings = {
    'Dir::Etc::sourcelist': path.join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State': path.join(apt, 'state'),
    'Dir::State::lists': path.join(apt, 'lists'),
    'Dir::State::status': path.join(apt, 'state/status'),
    'Dir::Cache': path.join(apt, 'cache'),
    'APT::Architecture': 'amd64',
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '0',
    'Acquire::http::Timeout': '15',
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

/** Everything that the wanted packages depend on, into the part's `packages`. */
async function download(apt, part) {
  const signal = AbortSignal.timeout(DOWNLOAD_MS)
  const options = { cwd: path.join(part, 'packages'), signal }
  try {
    await command('apt-get', [...apt, 'update', '-qq'], options)
    const plan = ['install', '--no-install-recommends', '--print-uris', '-y', '-qq', ...wanted]
    const lines = (await command('apt-get', [...apt, ...plan], options)).split('\n')
    const names = lines.flatMap((line) => /^'\S+' ([^_]+)_\S+ \d+/.exec(line)?.[1] ?? [])
    const needed = names.filter((name) => !unneeded.test(name))
    if (needed.length === 0) throw new Error('apt-get names no packages')
    await command('apt-get', [...apt, 'download', '-qq', ...needed], options)
  } catch (error) {
    throw new Skip(`its packages cannot be fetched, is there a network? ${lastLine(error.message)}`)
  }
}

const lastLine = (text) => text.trim().split('\n').at(-1) ?? ''

/** A script that starts it with its own loader, libraries, modules and firmware. */
async function writeStarter(target) {
  const program = path.join(target, 'qemu')
  const script = `#!/bin/sh
here="$(dirname "$(readlink -f "$0")")/root"
export QEMU_MODULE_DIR="$here/${libraries}/qemu"
exec "$here/${libraries}/ld-linux-x86-64.so.2" --library-path "$here/${libraries}" \\
  "$here/usr/bin/qemu-system-x86_64" -L "$here/usr/share/qemu" -L "$here/usr/share/seabios" "$@"
`
  await writeFile(program, script)
  await chmod(program, 0o755)
  return program
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
