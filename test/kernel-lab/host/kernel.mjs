// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { command, pipeline, quoted } from './command.mjs'
import { Skip } from './skip.mjs'

/** The kernel of the lab. */
const labSeries = '6.12'
/** Debian's names of "the current kernel" of a series: bookworm-security, then a release's own. */
const metaPackages = (series) => [`linux-image-${series}-amd64`, 'linux-image-amd64']
const sampleFiles = ['mbochs.c', 'mdpy.c', 'mdpy-defs.h']

/**
 * Debian's kernel 6.12 with its headers and its vfio-mdev samples, unpacked into the cache and
 * installed nowhere. What the cache has is used; otherwise it comes with `apt-get download`, which
 * any user may run.
 *
 * @param cache folder of the lab
 * @param say takes one line of progress
 * @returns version, root (unpacked packages), headers, samples (folder of the .c files)
 * @throws Skip when there is neither cache nor network
 */
export async function debianKernel(cache, say, { update = false } = {}) {
  const kept = await keptVersions(cache, labSeries)
  if (kept.length > 0 && !update) return layout(cache, kept[0])
  try {
    const version = await currentVersion(say, labSeries)
    if (!kept.includes(version)) await fetchKernel(cache, version, say)
    return layout(cache, version)
  } catch (error) {
    if (error instanceof Skip && kept.length > 0) {
      say(`${error.message}: staying with the cached ${kept[0]}`)
      return layout(cache, kept[0])
    }
    throw error
  }
}

/**
 * The kernel alone, without headers and samples: the lab's where its cache has one, else its image
 * package (about 100 MiB) in a folder beside.
 *
 * @param series 6.12, or 6.1 where the release has it (Debian 12)
 * @returns version, folder, root, image, modules as debianKernel
 * @throws Skip when there is neither cache nor network
 */
export async function debianImage(cache, say, series = labSeries) {
  const own = path.join(cache, 'image')
  for (const place of [cache, own]) {
    const [version] = await keptVersions(place, series)
    if (version) return layout(place, version)
  }
  const version = await currentVersion(say, series)
  say(`downloading Debian's kernel ${version} (about 100 MiB, once)`)
  await fill(path.join(own, version), async (folder) => {
    await fetchPackages(folder, path.join(folder, 'root'), say, [`linux-image-${version}`])
    expectImage(folder, version)
  })
  return layout(own, version)
}

/**
 * Files of Debian packages, unpacked into the cache under a name.
 *
 * @returns the folder that stands for /
 * @throws Skip when there is neither cache nor network
 */
export async function debianFiles(cache, name, packages, say) {
  const target = path.join(cache, name)
  if (!existsSync(path.join(target, 'complete'))) {
    say(`downloading ${packages.join(', ')} (once)`)
    await fill(target, (folder) => fetchPackages(folder, path.join(folder, 'root'), say, packages))
  }
  return path.join(target, 'root')
}

/** Makes a folder of the cache elsewhere first, so that it is there as a whole or not at all. */
async function fill(target, make) {
  const folder = `${target}.part-${process.pid}`
  await mkdir(folder, { recursive: true })
  try {
    await make(folder)
    await writeFile(path.join(folder, 'complete'), '')
    await rename(folder, target).catch((error) => {
      // Another run was quicker.
      if (!existsSync(path.join(target, 'complete'))) throw error
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function fetchPackages(folder, root, say, names) {
  const packages = path.join(folder, 'packages')
  await mkdir(packages)
  await download(packages, say, names)
  for (const file of await readdir(packages))
    await command('dpkg-deb', ['-x', path.join(packages, file), root])
  await rm(packages, { recursive: true })
}

function expectImage(folder, version) {
  if (!existsSync(path.join(folder, 'root/boot', `vmlinuz-${version}`)))
    throw new Error(`linux-image-${version} has no boot/vmlinuz-${version}`)
}

function layout(cache, version) {
  const folder = path.join(cache, version)
  const root = path.join(folder, 'root')
  return {
    version,
    folder,
    root,
    image: path.join(root, 'boot', `vmlinuz-${version}`),
    modules: path.join(root, 'lib/modules', version, 'kernel'),
    headers: path.join(root, 'usr/src', `linux-headers-${version}`),
    samples: path.join(folder, 'samples'),
  }
}

/** Complete kernels of a series in the cache, newest first. */
async function keptVersions(cache, series) {
  const names = (await readdir(cache).catch(() => [])).filter((name) =>
    name.startsWith(`${series}.`),
  )
  const complete = names.filter((name) => existsSync(path.join(cache, name, 'complete')))
  return complete.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
}

async function currentVersion(say, series) {
  const known = await askVersion(series)
  if (known) return known
  await refreshLists(say)
  const found = await askVersion(series)
  if (found) return found
  const names = metaPackages(series).join(' or ')
  throw new Skip(`no package source offers ${names} ${series} (Debian 12 or 13)`)
}

async function askVersion(series) {
  for (const name of metaPackages(series)) {
    const text = await command('apt-cache', ['depends', name]).catch(() => '')
    const version = /Depends: linux-image-(\d\S+-amd64)\s/.exec(text)?.[1]
    if (version?.startsWith(`${series}.`)) return version
  }
  return undefined
}

async function refreshLists(say) {
  if (process.getuid?.() !== 0)
    throw new Skip('the package lists do not have the kernel: run sudo apt-get update')
  say('apt-get update')
  await command('apt-get', ['update', '-qq']).catch((error) => {
    throw new Skip(`apt-get update failed, is there a network? ${error.message.split('\n').at(-1)}`)
  })
}

async function fetchKernel(cache, version, say) {
  const target = path.join(cache, version)
  const folder = path.join(cache, `${version}.part-${process.pid}`)
  const packages = path.join(folder, 'packages')
  await mkdir(packages, { recursive: true })
  try {
    const common = version.replace(/-amd64$/, '')
    say(`downloading Debian's kernel ${version} with headers and source (265 MiB, once)`)
    await download(packages, say, [
      `linux-image-${version}`,
      `linux-headers-${version}`,
      `linux-headers-${common}-common`,
      `linux-kbuild-${common}`,
      'linux-source-6.12',
    ])
    say('unpacking')
    await unpack(folder, packages, version)
    await rm(packages, { recursive: true })
    await rm(target, { recursive: true, force: true })
    await rename(folder, target)
    await pointMakefile(layout(cache, version))
    await writeFile(path.join(target, 'complete'), '')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Lists that have grown old name files that the mirror no longer has: they are refreshed once. */
async function download(cwd, say, names) {
  try {
    await command('apt-get', ['download', '-qq', ...names], { cwd })
  } catch {
    await refreshLists(say)
    await command('apt-get', ['download', '-qq', ...names], { cwd }).catch((error) => {
      throw new Skip(`apt-get download failed: ${error.message.split('\n').at(-1)}`)
    })
  }
}

async function unpack(folder, packages, version) {
  const root = path.join(folder, 'root')
  const samples = path.join(folder, 'samples')
  await mkdir(samples, { recursive: true })
  const files = await readdir(packages)
  const source = files.find((name) => name.startsWith('linux-source'))
  for (const file of files.filter((name) => name !== source))
    await command('dpkg-deb', ['-x', path.join(packages, file), root])
  const members = sampleFiles.map((name) => `linux-source-6.12/samples/vfio-mdev/${name}`)
  await pipeline(
    `dpkg-deb --fsys-tarfile ${quoted(path.join(packages, source))} |
     tar -xO ./usr/src/linux-source-6.12.tar.xz | xz -T0 -dc |
     tar -x --strip-components=3 -C ${quoted(samples)} ${members.join(' ')}`,
  )
  expectImage(folder, version)
}

/** The headers name their common half by an absolute path: the only one that has to be told. */
async function pointMakefile(kernel) {
  const file = path.join(kernel.headers, 'Makefile')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('include /usr/src', `include ${kernel.root}/usr/src`))
}
