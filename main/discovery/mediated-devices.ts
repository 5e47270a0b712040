// SPDX-License-Identifier: GPL-2.0-or-later
import { findMdevs, type HostMdev } from './mdevs.ts'
import type { HostProcess } from './processes.ts'
import { type Provider, type Sighting, unusable, usable } from './provider.ts'

/** Mediated devices, held or free. */
export const mediatedDevices: Provider = {
  name: 'mediated-devices',
  everyMs: 1000,
  find: async ({ roots, processes }) => {
    const mdevs = await findMdevs(roots, processes)
    return mdevs.map((mdev) => device(mdev, processes))
  },
}

function device(mdev: HostMdev, processes: readonly HostProcess[]): Sighting {
  const { uuid, type, typeName, parent, group, noAccess, holders } = mdev
  const row = {
    id: `mdev:${uuid}`,
    kind: 'device',
    name: typeName ?? type ?? uuid,
    what: `mediated device${parent === undefined ? '' : ` of ${parent}`}`,
    address: `vfio:${uuid}`,
  } as const
  const holder = processes.find(({ pid }) => holders.includes(pid))
  if (group === undefined) {
    const fix = 'sudo modprobe vfio_mdev'
    return { ...row, ...unusable('it is in no IOMMU group', `Bind it to vfio_mdev: ${fix}`, fix) }
  }
  if (holder) {
    const why = `${holder.name} (pid ${holder.pid}) uses it (EBUSY)`
    const fix = `vfio+pid:${holder.pid}`
    return { ...row, ...unusable(why, `Use ${fix}`, fix) }
  }
  const node = `/dev/vfio/${group}`
  if (noAccess === 'ENOENT') {
    const fix = 'sudo modprobe vfio'
    const remedy = `Load the vfio module (${fix}), or run outside the container`
    return { ...row, ...unusable(`${node} is missing (ENOENT)`, remedy, fix) }
  }
  if (noAccess !== undefined) {
    const fix = `sudo setfacl -m u:$USER:rw ${node}`
    return {
      ...row,
      ...unusable(`you may not open ${node} (${noAccess})`, `Give yourself access: ${fix}`, fix),
    }
  }
  return { ...row, ...usable }
}
