// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { isNativeError } from '../native-failure.ts'

/**
 * Whether a QEMU was started with a device that takes fingers. It offers `MultiTouch` for every console
 * and drops what no device takes, and fingers that were dropped would be missed as a pointer: without
 * such a device they had better be one. A device that was plugged in later is not seen.
 */
export function hasTouchDevice(pid: number | undefined): boolean {
  if (pid === undefined) return false
  try {
    return takesTouch(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'))
  } catch (error) {
    if (!isNativeError(error)) throw error
    return false
  }
}

/** Whether there is one among QEMU's arguments: `-device virtio-multitouch-pci`, or the same in JSON. */
export function takesTouch(args: readonly string[]): boolean {
  return args.some((arg, at) => {
    const isDevice = /^--?device$/.test(args[at - 1] ?? '')
    return isDevice && /^(?:\{.*"driver" *: *")?virtio-multitouch(-|\b)/.test(arg)
  })
}
