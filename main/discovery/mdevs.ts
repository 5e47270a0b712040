// SPDX-License-Identifier: GPL-2.0-or-later
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import type { HostRoots } from './host-roots.ts'
import type { HostProcess } from './processes.ts'
import { linkName, namesIn, readLine, refusalOf, systemError } from './system-files.ts'

// Read from sysfs alone: opening a vfio group would take it from the VM that is about to start.

export type HostMdev = {
  readonly uuid: string
  /** `i915-GVTg_V5_4` */
  readonly type: string | undefined
  /** What sysfs calls the type, where it does. */
  readonly typeName: string | undefined
  /** The device that it is a part of: `0000:00:02.0`. */
  readonly parent: string | undefined
  readonly group: string | undefined
  /** An errno when this user may not open the group; undefined when he may. */
  readonly noAccess: string | undefined
  /** Processes that were seen to hold the group. */
  readonly holders: readonly number[]
}

/** Mediated devices in the order of their UUIDs. A host without mdev has none. */
export async function findMdevs(
  roots: HostRoots,
  processes: readonly HostProcess[],
): Promise<readonly HostMdev[]> {
  const uuids = await namesIn(roots.mdev)
  return Promise.all(
    uuids.toSorted().map(async (uuid): Promise<HostMdev> => {
      const device = path.join(roots.mdev, uuid)
      const group = await linkName(path.join(device, 'iommu_group'))
      const real = await realpath(device).catch(systemError)
      return {
        uuid,
        type: await linkName(path.join(device, 'mdev_type')),
        typeName: await readLine(path.join(device, 'mdev_type', 'name')),
        parent: path.isAbsolute(real) ? path.basename(path.dirname(real)) : undefined,
        group,
        noAccess: group === undefined ? 'ENOENT' : await refusalOf(path.join(roots.vfio, group)),
        holders: processes.filter((p) => p.groups.includes(group ?? '')).map(({ pid }) => pid),
      }
    }),
  )
}
