// SPDX-License-Identifier: GPL-2.0-or-later
import { randomUUID } from 'node:crypto'
import { readlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A mediated device, made on construction and removed on dispose. Removing waits until it is closed. */
export class Mdev implements Disposable {
  readonly uuid = randomUUID()
  readonly sysfs = `/sys/bus/mdev/devices/${this.uuid}`

  /** @param type as sysfs names it: `mdpy-xga`, `mbochs-medium`, `planelab-1` */
  constructor(type: string) {
    const parent = type.replace(/-[^-]*$/, '')
    const folder = `/sys/class/mdev_bus/${parent}/mdev_supported_types/${type}`
    writeFileSync(path.join(folder, 'create'), this.uuid)
  }

  /** `/dev/vfio/N` */
  get group(): string {
    return `/dev/vfio/${path.basename(readlinkSync(path.join(this.sysfs, 'iommu_group')))}`
  }

  [Symbol.dispose](): void {
    writeFileSync(path.join(this.sysfs, 'remove'), '1')
  }
}
