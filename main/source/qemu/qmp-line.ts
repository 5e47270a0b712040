// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import type { Failure } from '../../../core/failure.ts'
import { fail, ok } from '../../../core/result.ts'
import type { FdSocket } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { isNativeError, nativeFailure } from '../native-failure.ts'
import { BusConnection, BusError } from './bus.ts'
import { type DeviceTypes, readDeviceTypes } from './cursor-place.ts'
import { NoDisplay, openDirectSocket, takenOver } from './direct-line.ts'
import type { OpenLine } from './display-line.ts'
import { QmpClient, QmpError } from './qmp.ts'

/** How long QEMU may take to greet, ms: it keeps everybody but one waiting without a word. */
const GREETING_MS = 2000
const OPTION = '-display dbus,p2p=yes'

/**
 * `qemu:QMP-SOCKET`: through QEMU's monitor, which is held for some milliseconds only, because QEMU
 * serves one client at a time.
 */
export const openQmpLine: OpenLine = async ({ path: socket }, handlers) => {
  try {
    const { line, ...told } = await connectDisplay(socket)
    const peer = await BusConnection.open(line, handlers)
    return ok({ ...told, peer, hungUp: takenOver })
  } catch (error) {
    return fail(trouble(error, `cannot open the display of ${socket}`))
  }
}

/** What is needed of the monitor: a new line to the VM's display, and whose it is. */
type Display = {
  readonly vm: string
  readonly line: FdSocket
  readonly pid: number
  readonly devices: DeviceTypes
}

async function connectDisplay(socket: string): Promise<Display> {
  const monitor = await shim.connect(socket)
  const { pid } = monitor.peer()
  using qmp = await QmpClient.open(monitor, GREETING_MS)
  using owned = new DisposableStack()
  const line = owned.use(await openDirectSocket(qmp))
  const vm = await vmName(qmp, socket)
  const devices = await readDeviceTypes(qmp)
  owned.move()
  return { vm, line, pid, devices }
}

async function vmName(qmp: QmpClient, socket: string): Promise<string> {
  const answer = await qmp.execute('query-name')
  const name = typeof answer === 'object' && answer !== null && 'name' in answer && answer.name
  return typeof name === 'string' && name !== '' ? name.slice(0, 100) : path.basename(socket)
}

/** Why the display could not be opened, and what helps. */
function trouble(error: unknown, what: string): Failure {
  const start = `Start QEMU with -qmp unix:SOCKET,server=on,wait=off ${OPTION}`
  if (error instanceof NoDisplay) {
    const why = `its QEMU runs without a D-Bus display for direct connections (${error.message})`
    return { code: 'no-display', what, why, remedy: `Start QEMU with ${OPTION}` }
  }
  if (error instanceof QmpError && error.code === 'timeout') {
    const why = 'QEMU did not greet: another program is connected to this socket, or the VM hangs'
    const remedy = 'Close that program, or give QEMU a second -qmp socket for Scanout'
    return { code: 'busy', what, why, remedy }
  }
  if (error instanceof SyntaxError)
    return { code: 'bad-protocol', what, why: error.message, remedy: start }
  if (error instanceof QmpError || error instanceof BusError) {
    const remedy = 'See whether the VM is still running'
    return { code: 'bad-protocol', what, why: error.message, remedy }
  }
  const codes: Readonly<Record<string, string>> = {
    EACCES: 'no-permission',
    EPERM: 'no-permission',
    ENOENT: 'not-found',
    ECONNREFUSED: 'vm-gone',
  }
  const code = isNativeError(error) ? (codes[error.code] ?? 'no-qemu') : 'no-qemu'
  const remedies: Readonly<Record<string, string>> = {
    'no-permission': 'Run as the user that QEMU runs as, or give this user access to the socket',
    'vm-gone': 'The VM has ended and left its socket behind: start it again',
  }
  return nativeFailure(error, what, code, remedies[code] ?? start)
}
