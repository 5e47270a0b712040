// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { HostRoots } from '../../main/discovery/host-roots.ts'

/** A host in a folder: sysfs, devfs and proc as far as discovery reads them. */
export class FakeHost {
  readonly roots: HostRoots
  readonly #root: string

  /** @param root an empty folder */
  constructor(root: string) {
    this.#root = root
    this.roots = {
      mdev: path.join(root, 'bus'),
      vfio: path.join(root, 'dev'),
      vfioClasses: [path.join(root, 'class')],
      proc: path.join(root, 'proc'),
    }
    const { mdev, vfio, vfioClasses, proc } = this.roots
    for (const folder of [mdev, vfio, ...vfioClasses, proc]) mkdirSync(folder)
  }

  /** A mediated device, of group `group` where it has one. */
  mdev(uuid: string, group: string | undefined): void {
    const parent = path.join(this.#root, 'devices', '0000:00:02.0')
    const type = path.join(parent, 'mdev_supported_types', 'i915-GVTg_V5_4')
    const device = path.join(parent, uuid)
    mkdirSync(type, { recursive: true })
    mkdirSync(device)
    symlinkSync(type, path.join(device, 'mdev_type'))
    if (group !== undefined)
      symlinkSync(`/nowhere/iommu_groups/${group}`, path.join(device, 'iommu_group'))
    symlinkSync(device, path.join(this.roots.mdev, uuid))
  }

  /** The node of a group, and its entry in the kernel's list. */
  group(name: string): void {
    writeFileSync(path.join(this.roots.vfio, name), '')
    this.knows(name)
  }

  /** The kernel knows a group whose node is not here. */
  knows(name: string): void {
    for (const folder of this.roots.vfioClasses) mkdirSync(path.join(folder, name))
  }

  /** @param fds where its descriptors 0, 1, … lead to; undefined when nobody may know */
  process(pid: number, comm: string, words: readonly string[], fds?: readonly string[]): void {
    const folder = path.join(this.roots.proc, String(pid))
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'comm'), `${comm}\n`)
    writeFileSync(path.join(folder, 'cmdline'), words.map((word) => `${word}\0`).join(''))
    symlinkSync(this.#root, path.join(folder, 'cwd'))
    if (fds === undefined) {
      writeFileSync(path.join(folder, 'fd'), '')
      return
    }
    mkdirSync(path.join(folder, 'fd'))
    for (const [fd, link] of fds.entries()) symlinkSync(link, path.join(folder, 'fd', String(fd)))
  }

  /** A file that stands for a socket: it is there, and may be used. */
  socket(name: string): string {
    const file = path.join(this.#root, name)
    writeFileSync(file, '')
    return file
  }
}
