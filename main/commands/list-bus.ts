// SPDX-License-Identifier: GPL-2.0-or-later
import { BusError } from '../source/qemu/bus.ts'
import { openBus } from '../source/qemu/bus-line.ts'
import { findVms, vmAddress } from '../source/qemu/bus-vms.ts'
import { type Listed, usable } from './listed.ts'

/** A list must be quick: who takes longer is not in it, ms. */
const PATIENCE_MS = 400

/** The QEMUs on a bus that say who they are; none where there is no bus. */
export async function listBusVms(address = 'session'): Promise<readonly Listed[]> {
  const opened = await openBus(address, PATIENCE_MS)
  if (!opened.ok) return []
  using bus = opened.value
  try {
    const vms = await findVms(bus, PATIENCE_MS)
    return vms.map((vm) => ({
      address: vmAddress(address, vm, vms),
      what: `${vm.name || vm.owner}, QEMU on the ${address} bus`,
      ...usable,
    }))
  } catch (error) {
    if (error instanceof BusError) return []
    throw error
  }
}
