// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { command, pipeline, quoted, which } from './command.mjs'

/** Debian's modules that the guest needs: for its root file system, and for mediated devices. */
const rootModules = ['9pnet_virtio', '9p']
const vfioModules = ['vfio_iommu_type1', 'mdev']
/** What a DRM device is made of. */
const drmModules = ['drm_shmem_helper']

const sampleMakefile = 'obj-m += mbochs.o mdpy.o\n'

/**
 * Everything that is compiled: the kernel's own mbochs and mdpy unchanged, planelab, labgpu, and the C
 * program that checks it. Each is kept by a hash of kernel version and sources and built only when
 * that changes.
 *
 * @returns the lists of modules to insert before the 9p root and after it, those that make a GPU when a
 *   test wants one, and the check program
 */
export async function buildAll(kernel, sources, say) {
  const samples = await buildModules(kernel, 'samples', kernel.samples, say)
  const planelab = await buildModules(kernel, 'planelab', path.join(sources, 'planelab'), say)
  const labgpu = await buildModules(kernel, 'labgpu', path.join(sources, 'labgpu'), say)
  const drm = await drmFiles(kernel, say)
  const check = await buildCheck(kernel, path.join(sources, 'planelab-check'), say)
  const stock = await stockModules(kernel, say)
  return {
    root: stock.root,
    vfio: [
      ...stock.vfio,
      path.join(samples, 'mbochs.ko'),
      path.join(samples, 'mdpy.ko'),
      path.join(planelab, 'planelab.ko'),
    ],
    gpu: [...drm, path.join(labgpu, 'labgpu.ko')],
    check,
  }
}

async function buildModules(kernel, name, folder, say) {
  const files = (await readdir(folder)).filter((file) => /\.[ch]$|^Makefile$/.test(file)).sort()
  const { built, part } = await slot(kernel, name, folder, files)
  if (existsSync(built)) return built
  say(`building ${name} for ${kernel.version}`)
  await mkdir(part, { recursive: true })
  for (const file of files) await copyFile(path.join(folder, file), path.join(part, file))
  if (!files.includes('Makefile')) await writeFile(path.join(part, 'Makefile'), sampleMakefile)
  // BTF would want pahole. Debian's headers ask for the kernel's own compiler; another of the same
  // family builds as well.
  const compiler = which('gcc-12') ? [] : ['CC=gcc']
  await command('make', [
    ...['-s', '-j2', '-C', kernel.headers, `M=${part}`, 'CONFIG_DEBUG_INFO_BTF_MODULES='],
    ...compiler,
    'modules',
  ])
  return settle(part, built)
}

async function buildCheck(kernel, folder, say) {
  const name = path.basename(folder)
  const { built, part } = await slot(kernel, name, folder, ['device.h', 'main.c'])
  if (!existsSync(built)) {
    say(`building ${name}`)
    await mkdir(part, { recursive: true })
    const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-static']
    await command('gcc', [...flags, '-o', path.join(part, name), path.join(folder, 'main.c')])
    await settle(part, built)
  }
  return path.join(built, name)
}

/** Where a build goes, by the hash of what it is made of, and where it is made. */
async function slot(kernel, name, folder, files) {
  const hash = createHash('sha256').update(kernel.version)
  for (const file of files)
    hash.update(`\0${file}\0`).update(await readFile(path.join(folder, file)))
  const built = path.join(kernel.folder, 'built', `${name}-${hash.digest('hex').slice(0, 16)}`)
  return { built, part: `${built}.part-${process.pid}` }
}

async function settle(part, built) {
  await rename(part, built).catch(async (error) => {
    // Another run was quicker with the same sources.
    if (!existsSync(built)) throw error
    await rm(part, { recursive: true })
  })
  return built
}

/** Debian's modules, unpacked, each after what it depends on. */
async function stockModules(kernel, say) {
  const folder = path.join(kernel.folder, 'built', 'stock')
  const list = path.join(folder, 'modules.json')
  if (!existsSync(list)) {
    say('unpacking stock modules')
    await mkdir(folder, { recursive: true })
    const byName = await modulesByName(kernel)
    const root = await inOrder(byName, rootModules)
    const vfio = (await inOrder(byName, vfioModules)).filter((name) => !root.includes(name))
    for (const name of [...root, ...vfio])
      await unpackModule(byName.get(name), path.join(folder, `${name}.ko`))
    await writeFile(list, JSON.stringify({ root, vfio }))
  }
  const names = JSON.parse(await readFile(list, 'utf8'))
  const files = (part) => part.map((name) => path.join(folder, `${name}.ko`))
  return { root: files(names.root), vfio: files(names.vfio) }
}

/** Those of a GPU, unpacked, each after what it depends on and without what the guest has anyway. */
async function drmFiles(kernel, say) {
  const folder = path.join(kernel.folder, 'built', 'stock-drm')
  const list = path.join(folder, 'modules.json')
  if (!existsSync(list)) {
    say('unpacking modules of DRM')
    await mkdir(folder, { recursive: true })
    const { drm } = await unpackModules(kernel, folder, { drm: drmModules })
    await writeFile(list, JSON.stringify(drm))
  }
  const names = JSON.parse(await readFile(list, 'utf8'))
  return names.map((name) => path.join(folder, `${name}.ko`))
}

/**
 * Unpacks modules of the kernel with all they depend on into a folder.
 *
 * @param sets lists of modules that are needed together, by a name
 * @returns the same, each as the files to insert in their order
 */
export async function unpackModules(kernel, folder, sets) {
  const byName = await modulesByName(kernel)
  const ordered = {}
  for (const [set, wanted] of Object.entries(sets)) ordered[set] = await inOrder(byName, wanted)
  for (const name of new Set(Object.values(ordered).flat()))
    await unpackModule(byName.get(name), path.join(folder, `${name}.ko`))
  return ordered
}

async function modulesByName(kernel) {
  const files = await readdir(kernel.modules, { recursive: true })
  const modules = files.filter((file) => /\.ko(\.[a-z]+)?$/.test(file))
  return new Map(modules.map((file) => [moduleName(file), path.join(kernel.modules, file)]))
}

const moduleName = (file) =>
  path
    .basename(file)
    .replace(/\.ko(\.[a-z]+)?$/, '')
    .replaceAll('-', '_')

async function inOrder(byName, wanted, done = []) {
  for (const name of wanted) {
    const file = byName.get(name)
    // A part that this kernel has built in.
    if (!file || done.includes(name)) continue
    const depends = (await command('modinfo', ['-F', 'depends', file])).trim()
    await inOrder(byName, depends.split(',').filter(Boolean).map(moduleName), done)
    done.push(name)
  }
  return done
}

async function unpackModule(from, to) {
  if (from.endsWith('.xz')) await pipeline(`xz -dc ${quoted(from)} > ${quoted(to)}`)
  else if (from.endsWith('.zst')) await pipeline(`zstd -qdc ${quoted(from)} > ${quoted(to)}`)
  else await copyFile(from, to)
}
