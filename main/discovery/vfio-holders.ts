// SPDX-License-Identifier: GPL-2.0-or-later
import type { HostProcess } from './processes.ts'
import { type Provider, type Sighting, unusable, usable } from './provider.ts'

/** Processes that hold a vfio device, which can be shown with them. */
export const vfioHolders: Provider = {
  name: 'vfio-holders',
  everyMs: 1000,
  find: async ({ processes }) => processes.filter(mayHold).map(holder),
}

/** What of a QEMU cannot be read may be a device, unless there is another way to it. */
function mayHold({ deviceFds, groups, unreadable, qemu }: HostProcess): boolean {
  const hasWay = qemu?.monitor !== undefined || qemu?.domain !== undefined
  const hasDisplay = qemu !== undefined && qemu.display.kind !== 'none'
  return (
    deviceFds.length + groups.length > 0 || (unreadable !== undefined && !hasWay && !hasDisplay)
  )
}

function holder({ pid, name, program, deviceFds, unreadable }: HostProcess): Sighting {
  const what = `${program} process ${pid}, its vfio device`
  const row = {
    id: `holder:${pid}`,
    kind: 'vm',
    name,
    what,
    address: `vfio+pid:${pid}`,
    pid,
  } as const
  if (unreadable !== undefined) {
    const why = `its descriptors cannot be read (${unreadable})`
    const unknown = { ...row, what: `${program} process ${pid}` }
    return { ...unknown, ...unusable(why, 'Run as the same user, or as root') }
  }
  if (deviceFds.length === 0) {
    const why = 'it holds a vfio group and no device'
    return { ...row, ...unusable(why, 'Wait until it has started') }
  }
  return { ...row, ...usable }
}
