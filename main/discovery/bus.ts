// SPDX-License-Identifier: GPL-2.0-or-later
import { BusError } from '../source/qemu/bus.ts'
import { openBus } from '../source/qemu/bus-line.ts'
import { findVms, vmAddress } from '../source/qemu/bus-vms.ts'
import { type Provider, type Sighting, usable } from './provider.ts'

/** A list must be quick: who takes longer is not in it, ms. */
const PATIENCE_MS = 400

/** VMs on the bus of this session. */
export const sessionBus: Provider = {
  name: 'session-bus',
  everyMs: 1000,
  find: () => findBusVms('session'),
}

/** The QEMUs on a bus that say who they are; none where there is no bus. */
export async function findBusVms(address: string): Promise<readonly Sighting[]> {
  const opened = await openBus(address, PATIENCE_MS)
  if (!opened.ok) return []
  using bus = opened.value
  try {
    const vms = await findVms(bus, PATIENCE_MS)
    return await Promise.all(
      vms.map(async (vm) => {
        const pid = await bus.processOf(vm.owner)
        return {
          id: `bus:${address}:${vm.owner}`,
          kind: 'vm' as const,
          name: vm.name || vm.owner,
          what: `QEMU${pid === 0 ? '' : ` process ${pid}`} on the ${address} bus`,
          address: vmAddress(address, vm, vms),
          ...(pid === 0 ? {} : { pid }),
          ...usable,
        }
      }),
    )
  } catch (error) {
    if (error instanceof BusError) return []
    throw error
  }
}
