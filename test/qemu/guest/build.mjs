#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the guest of the QEMU tests from Debian's kernel, busybox and the C programs beside this file.
// Nothing is installed; all is kept in .cache and made anew only when something changed. Prints its
// progress on stderr and one line of JSON on stdout: kernel, initrd, and the modules of each device.
//
//   build.mjs [6.1|6.12]     the kernel's series; 6.12 when left out
//
// Exit status: 0 made, 1 failed, 77 this host cannot (the line says why).
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import { command, isStatic, pipeline, quoted, which } from '../../kernel-lab/host/command.mjs'
import { debianFiles, debianImage } from '../../kernel-lab/host/kernel.mjs'
import { unpackModules } from '../../kernel-lab/host/modules.mjs'
import { Skip } from '../../kernel-lab/host/skip.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const cache = path.resolve(here, '../../../.cache/kernel-lab')

/** Program, and the Debian package that has it. */
const tools = {
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  gcc: 'gcc libc6-dev',
  modinfo: 'kmod',
  xz: 'xz-utils',
  cpio: 'cpio',
  gzip: 'gzip',
  busybox: 'busybox-static',
}

/** What the guest loads: always, and by the option of its command line. */
const moduleSets = {
  always: ['virtio_pci', 'evdev'],
  bochs: ['bochs'],
  'virtio-gpu': ['virtio_gpu'],
  qxl: ['qxl'],
  virtio: ['virtio_input'],
  ps2: ['psmouse'],
  usb: ['xhci_pci', 'usbhid', 'hid_generic'],
}

const programs = {
  kms: ['kms.c', 'screen.c', 'picture.c'],
  evdev: ['evdev.c'],
}
const sources = ['init.sh', 'screen.h', 'picture.h', ...Object.values(programs).flat()]

/** First bytes of what a kernel is packed with. */
const ZSTD = 0xfd2fb528
const XZ = 0x587a37fd

const say = (text) => process.stderr.write(`guest: ${text}\n`)

try {
  process.stdout.write(`${JSON.stringify(await build())}\n`)
} catch (error) {
  process.stdout.write(`${JSON.stringify(error.message)}\n`)
  process.exitCode = error instanceof Skip ? 77 : 1
}

async function build() {
  checkHost()
  const kernel = await debianImage(cache, say, process.argv[2])
  const folder = path.join(cache, 'guest', await fingerprint(kernel.version))
  const list = path.join(folder, 'guest.json')
  if (!existsSync(list)) {
    say(`building the guest for ${kernel.version}`)
    await make(kernel, folder)
  }
  return JSON.parse(await readFile(list, 'utf8'))
}

function checkHost() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Skip(
      `the guest's kernel is Debian's for x86-64; this host is ${process.platform} ${process.arch}`,
    )
  const missing = Object.keys(tools).filter((name) => !which(name))
  // The guest's first process has no libraries.
  const busybox = which('busybox')
  if (busybox && !isStatic(busybox)) missing.push('busybox')
  if (missing.length === 0) return
  const packages = missing.map((name) => tools[name]).join(' ')
  throw new Skip(`${missing.join(', ')} not found: run sudo apt-get install ${packages}`)
}

async function fingerprint(version) {
  const hash = createHash('sha256').update(version).update(JSON.stringify(moduleSets))
  for (const file of [...sources, 'build.mjs'])
    hash.update(`\0${file}\0`).update(await readFile(path.join(here, file)))
  return hash.digest('hex').slice(0, 16)
}

async function make(kernel, folder) {
  const part = `${folder}.part-${process.pid}`
  const tree = path.join(part, 'tree')
  try {
    for (const name of ['bin', 'proc', 'sys', 'dev', 'mods'])
      await mkdir(path.join(tree, name), { recursive: true })
    const headers = await debianFiles(path.join(cache, 'files'), 'libdrm-dev', ['libdrm-dev'], say)
    for (const [name, files] of Object.entries(programs)) {
      const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-static', '-s']
      const include = ['-I', path.join(headers, 'usr/include/libdrm')]
      await command('gcc', [...flags, ...include, '-o', path.join(tree, 'bin', name), ...files], {
        cwd: here,
      })
    }
    await copyFile(which('busybox'), path.join(tree, 'bin/busybox'))
    await copyFile(path.join(here, 'init.sh'), path.join(tree, 'init'))
    await chmod(path.join(tree, 'init'), 0o755)
    const modules = await unpackModules(kernel, path.join(tree, 'mods'), moduleSets)
    const initrd = path.join(part, 'initrd.gz')
    await pipeline(
      `cd ${quoted(tree)} && find . | cpio -o -H newc --quiet | gzip -1 > ${quoted(initrd)}`,
    )
    await rm(tree, { recursive: true })
    const kernelName = path.basename(kernel.image)
    await writeUnpacked(await readFile(kernel.image), path.join(part, kernelName))
    const made = {
      kernel: path.join(folder, kernelName),
      initrd: path.join(folder, 'initrd.gz'),
      modules,
    }
    await writeFile(path.join(part, 'guest.json'), JSON.stringify(made))
    await rename(part, folder).catch((error) => {
      // Another run was quicker with the same sources.
      if (!existsSync(path.join(folder, 'guest.json'))) throw error
    })
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

/**
 * The kernel as it lies in its image (Linux's Documentation/arch/x86/boot.rst), which QEMU boots as well:
 * under TCG it takes a second to unpack itself. An image of another compression is left as it is.
 */
async function writeUnpacked(image, file) {
  const setup = (image[0x1f1] + 1) * 512
  const start = setup + image.readUInt32LE(0x248)
  // The last four bytes are the length of what is packed.
  const packed = image.subarray(start, start + image.readUInt32LE(0x24c) - 4)
  const magic = packed.readUInt32LE(0)
  if (magic !== XZ) return writeFile(file, magic === ZSTD ? zstdDecompressSync(packed) : image)
  await writeFile(`${file}.xz`, packed)
  await pipeline(`xz -dc ${quoted(`${file}.xz`)} > ${quoted(file)}`)
  await rm(`${file}.xz`)
}
