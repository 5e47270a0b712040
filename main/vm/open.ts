// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import type { Address } from '../source/source.ts'
import { LibvirtControl } from './libvirt-control.ts'
import { MonitorLine } from './monitor-line.ts'
import { QemuControl } from './qemu-control.ts'
import type { VmControl } from './vm-control.ts'

/** The line that `--qmp` names: it is this viewer's alone. */
export function monitorLine(socket: string, cwd: string): MonitorLine {
  return new MonitorLine(path.resolve(cwd, socket), false)
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
