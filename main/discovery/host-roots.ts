// SPDX-License-Identifier: GPL-2.0-or-later

/** Where to look; tests give folders of their own. */
export type HostRoots = {
  /** `/sys/bus/mdev/devices` */
  readonly mdev: string
  /** `/dev/vfio` */
  readonly vfio: string
  /** What the kernel lists of vfio groups and devices, whoever may see their nodes. */
  readonly vfioClasses: readonly string[]
  /** `/proc` */
  readonly proc: string
}

export const hostRoots: HostRoots = {
  mdev: '/sys/bus/mdev/devices',
  vfio: '/dev/vfio',
  vfioClasses: ['/sys/class/vfio', '/sys/class/vfio-dev'],
  proc: '/proc',
}
