// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pipeline, quoted, which } from './command.mjs'

/** First process of the guest: modules, the host's root read-only, and over to stage 2. */
const initScript = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
for m in /mods/*; do /bin/busybox insmod $m || echo "lab: cannot insert $m"; done
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro hostroot /new
for w in $(/bin/busybox cat /proc/cmdline); do case $w in lab=*) L=\${w#lab=};; esac; done
/bin/busybox umount /proc
/bin/busybox mount --move /dev /new/dev
exec /bin/busybox switch_root /new /bin/sh $L/stage2.sh $L
`

/**
 * What a run needs in one folder that the guest sees: initramfs, stage 2, its settings, the product.
 *
 * @param run `folder`, `out`, `root` (of the repo), `modules`, `node`, `suite` (arguments of node),
 *   `guest` (folder of its scripts), `samples` (folder of planes and their pictures), `mesa` (what
 *   starts scanout-gpu with a newer Mesa, if there is one)
 */
export async function prepareRun({
  folder,
  out,
  root,
  modules,
  node,
  suite,
  guest,
  samples,
  mesa,
}) {
  await mkdir(out, { recursive: true })
  const busybox = path.join(folder, 'busybox')
  await copyFile(which('busybox'), busybox)
  await copyFile(path.join(guest, 'stage2.sh'), path.join(folder, 'stage2.sh'))
  // A copy: a build that runs meanwhile takes the files of out/ away.
  const product = path.join(folder, 'product')
  if (existsSync(path.join(root, 'out/native')))
    for (const part of ['main', 'native'])
      await cp(path.join(root, 'out', part), path.join(product, part), { recursive: true })
  const settings = {
    LAB_ROOT: root,
    LAB_NODE: node,
    LAB_PRODUCT: product,
    LAB_CHECK: modules.check,
    LAB_SAMPLES: samples,
    LAB_MODULES: modules.vfio.join(' '),
    LAB_GPU_MODULES: modules.gpu.join(' '),
    LAB_MESA: mesa ?? '',
    LAB_SUITE: suite.map(quoted).join(' '),
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${quoted(value)}\n`)
  await writeFile(path.join(folder, 'settings.sh'), lines.join(''))
  await packInitramfs(path.join(folder, 'initramfs.gz'), busybox, modules.root)
}

async function packInitramfs(target, busybox, modules) {
  const tree = await mkdtemp(path.join(os.tmpdir(), 'kernel-lab-'))
  try {
    for (const folder of ['bin', 'proc', 'dev', 'new', 'mods']) await mkdir(path.join(tree, folder))
    await copyFile(busybox, path.join(tree, 'bin/busybox'))
    for (const [index, file] of modules.entries())
      await copyFile(file, path.join(tree, 'mods', `${String(index).padStart(2, '0')}.ko`))
    await writeFile(path.join(tree, 'init'), initScript)
    await chmod(path.join(tree, 'init'), 0o755)
    await pipeline(
      `cd ${quoted(tree)} && find . | cpio -o -H newc --quiet | gzip -1 > ${quoted(target)}`,
    )
  } finally {
    await rm(tree, { recursive: true, force: true })
  }
}

/**
 * Boots the guest under TCG and waits until it has powered off.
 *
 * @param onLine gets each line that the guest prints
 * @param signal kills QEMU
 * @returns `rc`, what the guest's script ended with, or undefined when it never ended: QEMU's own
 *   status tells nothing, a panic exits with 0
 */
export async function boot({ kernel, folder, out, timeoutMs, onLine, signal }) {
  const append = [
    ...['console=ttyS0', 'quiet', 'panic=-1', 'oops=panic', 'random.trust_cpu=on'],
    ...['mitigations=off', 'tsc=reliable', `lab=${folder}`],
  ]
  const args = [
    ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '2G', '-M', 'q35'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio', '-no-reboot'],
    ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
    ...['-kernel', kernel.image, '-initrd', path.join(folder, 'initramfs.gz')],
    ...['-append', append.join(' ')],
    ...['-fsdev', 'local,id=r,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=r,mount_tag=hostroot'],
    ...['-fsdev', `local,id=o,path=${out.replaceAll(',', ',,')},security_model=none`],
    ...['-device', 'virtio-9p-pci,fsdev=o,mount_tag=out'],
  ]
  const qemu = spawn(which('qemu-system-x86_64'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => qemu.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    kill()
  }, timeoutMs)
  let rest = ''
  const take = (text) => {
    const lines = (rest + text).split(/\r?\n/)
    rest = lines.pop() ?? ''
    lines.forEach(onLine)
  }
  qemu.stdout.setEncoding('utf8').on('data', take)
  qemu.stderr.setEncoding('utf8').on('data', take)
  try {
    await new Promise((resolve, reject) => {
      qemu.on('error', reject)
      qemu.on('close', resolve)
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
  }
  signal.throwIfAborted()
  const rc = await readFile(path.join(out, 'rc'), 'utf8').catch(() => undefined)
  return { rc: rc === undefined ? undefined : Number(rc), timedOut }
}
