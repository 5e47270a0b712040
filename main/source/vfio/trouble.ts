// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import { isNativeError, nativeFailure } from '../native-failure.ts'

/** What can be told about one errno of one call, and what helps. */
type Row = {
  /** System call of the addon; undefined: any. */
  readonly syscall?: RegExp
  readonly errno: string
  readonly code: string
  readonly why: string
  readonly remedy: string
}

const HAND_OVER =
  'If that is its VM, use vfio+pid:PID, vfio+fd:N or scanout broker instead of opening it again'

// biome-ignore format: one row per errno
const openRows: readonly Row[] = [
  // call                      errno               code                   why                                                                            what helps
  { syscall: /READLINK|readlink|realpath/, errno: 'ENOENT', code: 'not-found', why: 'there is no such mediated device, or it has no iommu group',  remedy: 'See scanout list; create it with: echo UUID > /sys/class/mdev_bus/…/mdev_supported_types/…/create' },
  { syscall: /open/,           errno: 'EBUSY',     code: 'busy',          why: 'another process holds its vfio group, and a group can be opened once', remedy: HAND_OVER },
  { syscall: /open/,           errno: 'EACCES',    code: 'no-permission', why: 'this user may not open its node in /dev/vfio',                       remedy: 'Give the node to this user (chown), or run scanout broker with the rights and connect with planes+unix:' },
  { syscall: /open/,           errno: 'EPERM',     code: 'no-permission', why: 'this user may not open its node in /dev/vfio',                       remedy: 'Give the node to this user (chown), or run scanout broker with the rights and connect with planes+unix:' },
  { syscall: /open/,           errno: 'ENOENT',    code: 'not-found',     why: 'its node in /dev/vfio does not exist',                                remedy: 'Load the vfio modules: modprobe vfio_iommu_type1 vfio_mdev' },
  { syscall: /GET_DEVICE_FD/,  errno: 'ENODEV',    code: 'not-found',     why: 'its group does not have this device',                                 remedy: 'See scanout list for the devices of this host' },
  { syscall: /GET_DEVICE_FD/,  errno: 'EBUSY',     code: 'busy',          why: 'another process holds it',                                            remedy: HAND_OVER },
  { syscall: /SET_CONTAINER/,  errno: 'EBUSY',     code: 'busy',          why: 'another process holds its vfio group',                                remedy: HAND_OVER },
  { syscall: /GROUP_GET_STATUS/, errno: 'EPERM',   code: 'not-viable',    why: 'another device of its group is bound to a driver of the host',        remedy: 'Bind every device of the group to vfio' },
  { errno: 'ENODEV',           code: 'not-found',  why: 'the device or its driver is not there',                                                       remedy: 'See scanout list for the devices of this host' },
]

// biome-ignore format: one row per errno
const takeRows: readonly Row[] = [
  { errno: 'ESRCH',  code: 'not-found',     why: 'there is no such process',                                         remedy: 'Use the PID of the running QEMU' },
  { errno: 'ENOENT', code: 'not-found',     why: 'it holds no vfio device',                                          remedy: 'Use the PID of a QEMU that was started with -device vfio-pci' },
  { errno: 'ENOTTY', code: 'not-vfio',      why: 'that descriptor is no vfio device',                                remedy: 'Leave fd= out, so that it is searched for' },
  { errno: 'EBADF',  code: 'not-found',     why: 'it has no such descriptor',                                        remedy: 'Leave fd= out, so that it is searched for' },
  { errno: 'EACCES', code: 'no-permission', why: 'its descriptors may be seen by its own user and root alone',       remedy: 'Run as that user, or run scanout broker with the rights (CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH)' },
  { errno: 'EPERM',  code: 'no-permission', why: 'the kernel allows taking descriptors only where it allows debugging (other user, non-dumpable process, or yama/ptrace_scope above 0)', remedy: 'Run scanout broker as root, or allow it: sysctl kernel.yama.ptrace_scope=0' },
]

/** Why a device could not be opened, in words, with what to do. Bugs are thrown on. */
export function openTrouble(error: unknown, what: string): Failure {
  const remedy = 'See scanout list for the devices of this host'
  return explain(error, what, openRows) ?? nativeFailure(error, what, 'vfio-failed', remedy)
}

/** Why a device could not be taken from a process. */
export function takeTrouble(error: unknown, what: string): Failure {
  const remedy = 'Use scanout broker, or pass the descriptor with vfio+fd:N'
  return explain(error, what, takeRows) ?? nativeFailure(error, what, 'vfio-failed', remedy)
}

function explain(error: unknown, what: string, rows: readonly Row[]): Failure | undefined {
  if (!isNativeError(error)) return undefined
  const { code: errno, syscall } = error
  const row = rows.find((known) => known.errno === errno && known.syscall?.test(syscall) !== false)
  if (!row) return undefined
  const { code, why, remedy } = row
  return { code, what, why: `${why} (${syscall}: ${errno})`, remedy }
}
