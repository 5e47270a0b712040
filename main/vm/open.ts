// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import type { Address } from '../source/source.ts'
import { LibvirtControl } from './libvirt-control.ts'
import { MonitorLine } from './monitor-line.ts'
import { QemuControl } from './qemu-control.ts'
import type { VmControl } from './vm-control.ts'

/**
 * The line that `--qmp` names, which is this viewer's alone. Undefined without one, and where it is the
 * socket of the address itself: held for good, it would keep the display from being opened.
 */
export function monitorLine(
  socket: string | undefined,
  address: Address,
  cwd: string,
): MonitorLine | undefined {
  if (socket === undefined) return undefined
  const file = path.resolve(cwd, socket)
  const isOwn = address.scheme === 'qemu' && path.resolve(cwd, address.path) === file
  return isOwn ? undefined : new MonitorLine(file, false)
}

/** The way to the VM of an address as a whole; undefined where the address leads to none. */
export function vmControl(address: Address, cwd: string): VmControl | undefined {
  switch (address.scheme) {
    case 'qemu':
      return new QemuControl(new MonitorLine(path.resolve(cwd, address.path), true))
    case 'libvirt':
      return new LibvirtControl(address.path, address.query.get('uri'))
    default:
      return undefined
  }
}
