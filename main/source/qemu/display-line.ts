// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import type { Result } from '../../../core/result.ts'
import type { Address } from '../source.ts'
import type { BusHandlers, BusPeer } from './bus.ts'
import type { DeviceTypes } from './cursor-place.ts'

/** An open line to the D-Bus display of a running VM, however it was reached. */
export type DisplayLine = {
  /** The VM's name, for people. */
  readonly vm: string
  /** Owned by whoever has the line. */
  readonly peer: BusPeer
  /** QEMU's process; 0 when it cannot be told, as in another namespace. */
  readonly pid: number
  /** Absent where there is no monitor to ask. */
  readonly devices?: DeviceTypes
  /** What it means that the line broke while QEMU's process is still there. */
  readonly hungUp: (name: string, why: string) => Failure
}

/**
 * One way to a display. Bugs are thrown, all else is a failure; once the signal is aborted, any.
 *
 * @param handlers hear what comes over the line from its beginning
 */
export type OpenLine = (
  address: Address,
  handlers: BusHandlers,
  signal: AbortSignal,
) => Promise<Result<DisplayLine, Failure>>
