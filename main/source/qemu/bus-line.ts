// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { FdSocket } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { isNativeError, nativeFailure } from '../native-failure.ts'
import { BusError, type BusHandlers } from './bus.ts'
import { busSockets } from './bus-address.ts'
import { RejectedError } from './bus-handshake.ts'
import { chooseVm, findVms } from './bus-vms.ts'
import type { DisplayLine, OpenLine } from './display-line.ts'
import { MessageBus } from './message-bus.ts'

/** How long a VM on the bus may take to say who it is, ms: another that hangs must not be in the way. */
const IDENTITY_MS = 2000

/** `qemu+dbus:ADDRESS?vm=NAME-OR-UUID`: through a D-Bus bus, on which each QEMU has a name. */
export const openBusLine: OpenLine = ({ path, query }, handlers) =>
  connectVm(path, query.get('vm'), handlers)

/**
 * A line to one VM on a bus.
 *
 * @param address of the bus, as `busSockets` takes it
 * @param wish name, UUID or connection of the VM; undefined: the only one
 */
export async function connectVm(
  address: string,
  wish: string | undefined,
  handlers: BusHandlers,
): Promise<Result<DisplayLine, Failure>> {
  const opened = await openBus(address)
  if (!opened.ok) return opened
  using owned = new DisposableStack()
  const bus = owned.use(opened.value)
  try {
    const vms = await findVms(bus, IDENTITY_MS)
    const chosen = chooseVm(address, vms, wish)
    if (!chosen.ok) return chosen
    const { owner, name } = chosen.value
    const pid = await bus.processOf(owner)
    const peer = await bus.follow(owner, handlers)
    owned.move()
    return ok({ vm: name || owner, peer, pid, hungUp: lostBus })
  } catch (error) {
    return fail(trouble(error, `cannot look for VMs on ${address}`))
  }
}

/** Connects to a bus. */
export async function openBus(
  address: string,
  patienceMs?: number,
): Promise<Result<MessageBus, Failure>> {
  const what = `cannot reach the D-Bus bus ${address}`
  const sockets = busSockets(address)
  if (!sockets.ok) {
    const remedy = 'Use session, system, unix:path=PATH or unix:abstract=NAME'
    return fail({ code: 'bad-address', what, why: sockets.failure, remedy })
  }
  let uid: number | undefined
  try {
    const socket = await connectFirst(sockets.value)
    uid = socket.peer().uid
    return ok(await MessageBus.open(socket, patienceMs))
  } catch (error) {
    const isShut = error instanceof BusError && error.code === 'closed'
    if (isShut || error instanceof RejectedError) {
      const why = `it does not let this user in; it runs as user ${uid ?? 'unknown'}`
      const remedy = 'Run Scanout as that user, or use a bus of your own'
      return fail({ code: 'no-permission', what, why, remedy })
    }
    return fail(trouble(error, what))
  }
}

/** @throws NativeError of the last socket */
async function connectFirst(sockets: readonly string[]): Promise<FdSocket> {
  for (const socket of sockets.slice(0, -1)) {
    const connected = await shim.connect(socket).catch((error: unknown) => {
      if (!isNativeError(error)) throw error
    })
    if (connected) return connected
  }
  return shim.connect(sockets.at(-1) ?? '')
}

function trouble(error: unknown, what: string): Failure {
  const remedy = 'Check the address: it must be that of a D-Bus bus'
  if (error instanceof BusError || error instanceof SyntaxError) {
    return { code: 'bad-protocol', what, why: error.message, remedy }
  }
  const codes: Readonly<Record<string, readonly [code: string, remedy: string]>> = {
    EACCES: ['no-permission', 'Run as the user that the bus runs as, or give this user access'],
    EPERM: ['no-permission', 'Run as the user that the bus runs as, or give this user access'],
    ENOENT: ['not-found', 'Check the address, or start the bus: dbus-daemon --session'],
    ECONNREFUSED: ['not-found', 'The bus has ended and left its socket behind: start it again'],
  }
  const [code, help] = (isNativeError(error) && codes[error.code]) || ['no-bus', remedy]
  return nativeFailure(error, what, code, help)
}

/** QEMU cannot come back to a bus that ended. */
function lostBus(name: string, why: string): Failure {
  return {
    code: 'hung-up',
    what: `the display of ${name} was closed`,
    why: `its QEMU is still there and its D-Bus line is not (${why})`,
    remedy: 'See whether the bus still runs; QEMU joins a bus only when it starts',
  }
}
