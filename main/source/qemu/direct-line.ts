// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import type { Fd, FdSocket } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { QmpError } from './qmp.ts'

/** Whoever runs commands of QEMU's monitor. */
export type Monitor = {
  /** @throws QmpError when QEMU refused */
  execute(command: string, args?: object, fds?: readonly Fd[]): Promise<unknown>
}

/** QEMU has no D-Bus display that takes direct connections. */
export class NoDisplay extends Error {}

let connections = 0

/**
 * A new line to QEMU's display, without a bus between: one end of a pair of sockets goes over the
 * monitor, and the other one is ours.
 *
 * @throws NoDisplay, QmpError, and whatever the monitor throws
 */
export async function openDirectSocket(monitor: Monitor): Promise<FdSocket> {
  const [ours, theirs] = shim.socketEnds()
  using owned = new DisposableStack()
  const mine = owned.use(ours)
  using sent = theirs
  connections += 1
  const fdname = `scanout-${process.pid}-${connections}`
  await monitor.execute('getfd', { fdname }, [sent])
  try {
    await monitor.execute('add_client', { protocol: '@dbus-display', fdname })
  } catch (error) {
    await monitor.execute('closefd', { fdname }).catch(() => {})
    throw error instanceof QmpError ? new NoDisplay(error.message) : error
  }
  return shim.adoptSocket(mine)
}

/** QEMU serves one direct D-Bus client: whoever comes later replaces who was there. */
export function takenOver(name: string, why: string): Failure {
  return {
    code: 'hung-up',
    what: `the display of ${name} was closed`,
    why: `its QEMU is still there and serves one direct viewer, the newest (${why})`,
    remedy: 'Close the other viewer, then reopen the source',
  }
}
