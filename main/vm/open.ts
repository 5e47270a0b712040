// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import type { Address } from '../source/source.ts'
import { MonitorLine } from './monitor-line.ts'
import { QemuControl } from './qemu-control.ts'
import type { VmControl } from './vm-control.ts'

/** The line that `--qmp` names: it is this viewer's alone. */
export function monitorLine(socket: string, cwd: string): MonitorLine {
  return new MonitorLine(path.resolve(cwd, socket), false)
}

/** The way to the VM of an address as a whole; undefined where the address leads to none. */
export function vmControl({ scheme, path: socket }: Address, cwd: string): VmControl | undefined {
  if (scheme !== 'qemu') return undefined
  return new QemuControl(new MonitorLine(path.resolve(cwd, socket), true))
}
