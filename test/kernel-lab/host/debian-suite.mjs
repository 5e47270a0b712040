// SPDX-License-Identifier: GPL-2.0-or-later
// Packages of another Debian suite than the host's with all their libraries, unpacked into the cache and
// installed nowhere. What apt knows of the host stays as it is.
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { command } from './command.mjs'
import { Skip } from './skip.mjs'

/** Where the libraries of an unpacked suite lie, below its `root`. */
export const libraries = 'usr/lib/x86_64-linux-gnu'
const DOWNLOAD_MS = 180_000

/** Parts of an installed system, and what only those drag in. */
const unneeded = /^(libicu\d+|passwd|adduser|base-passwd|debconf|login\.defs)$/

/**
 * Fetches packages of a suite with what they depend on, once.
 *
 * @param target folder; it then has `root` and whatever `finish` made, and `complete` with its answer
 * @param without names of packages, as a pattern, that are not needed
 * @param finish makes the rest of the folder, and says what there is now, in one line
 * @returns that line
 * @throws Skip when it cannot be had here
 */
export async function fetchSuite({ suite, target, wanted, without, finish, notice, say }) {
  const complete = path.join(target, 'complete')
  if (!existsSync(complete)) {
    if (process.arch !== 'x64') throw new Skip('Debian’s packages are fetched for x86-64 alone')
    const part = `${target}.part-${process.pid}`
    await rm(part, { recursive: true, force: true })
    try {
      const apt = await privateApt(part, suite)
      say(notice)
      await download(apt, part, wanted, without)
      for (const file of await readdir(path.join(part, 'packages')))
        await command('dpkg-deb', [
          '-x',
          path.join(part, 'packages', file),
          path.join(part, 'root'),
        ])
      for (const name of ['packages', 'apt'])
        await rm(path.join(part, name), { recursive: true, force: true })
      await rm(target, { recursive: true, force: true })
      await rename(part, target)
      await writeFile(complete, `${await finish(target)}\n`)
    } finally {
      await rm(part, { recursive: true, force: true })
    }
  }
  return (await readFile(complete, 'utf8')).trim()
}

/** Writes a script that does as its lines say; `$here` is the unpacked root, `start` runs a program with its loader and libraries. */
export async function writeStarter(target, name, lines) {
  const program = path.join(target, name)
  const script = `#!/bin/sh
here="$(dirname "$(readlink -f "$0")")/root"
start() {
  exec "$here/${libraries}/ld-linux-x86-64.so.2" --library-path "$here/${libraries}" "$@"
}
${lines.join('\n')}
`
  await writeFile(program, script)
  await chmod(program, 0o755)
  return program
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
async function download(apt, part, wanted, without) {
  const signal = AbortSignal.timeout(DOWNLOAD_MS)
  const options = { cwd: path.join(part, 'packages'), signal }
  try {
    await command('apt-get', [...apt, 'update', '-qq'], options)
    const plan = ['install', '--no-install-recommends', '--print-uris', '-y', '-qq', ...wanted]
    const lines = (await command('apt-get', [...apt, ...plan], options)).split('\n')
    const names = lines.flatMap((line) => /^'\S+' ([^_]+)_\S+ \d+/.exec(line)?.[1] ?? [])
    const needed = names.filter((name) => !unneeded.test(name) && !without?.test(name))
    if (needed.length === 0) throw new Error('apt-get names no packages')
    await command('apt-get', [...apt, 'download', '-qq', ...needed], options)
  } catch (error) {
    throw new Skip(`its packages cannot be fetched, is there a network? ${lastLine(error.message)}`)
  }
}

export const lastLine = (text) => text.trim().split('\n').at(-1) ?? ''
