// SPDX-License-Identifier: GPL-2.0-or-later

import path from 'node:path'
import type { Failure } from '../../../core/failure.ts'
import { noCapabilities } from '../../../core/guest.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { FdSocket } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { isNativeError, nativeFailure } from '../native-failure.ts'
import { systemClock } from '../poller.ts'
import type { Address, OpenSource, Source, SourceInfo } from '../source.ts'
import { BusConnection, BusError, type BusHandlers } from './bus.ts'
import { chooseConsole, readConsoles } from './console.ts'
import { QmpClient, QmpError } from './qmp.ts'
import { QemuSource } from './source.ts'

/** How long QEMU may take to greet, ms: it keeps everybody but one waiting without a word. */
const GREETING_MS = 2000
const OPTION = '-display dbus,p2p=yes'

let connections = 0

/**
 * `qemu:QMP-SOCKET?console=N`: a console of a running QEMU. Its monitor is held for some milliseconds
 * only, because QEMU serves one client at a time: a socket end goes over it, and becomes the D-Bus line.
 */
export const openQemu: OpenSource = async (address, signal) => {
  const what = `cannot open the display of ${address.path}`
  try {
    signal.throwIfAborted()
    return await openConsole(address, await connectDisplay(address.path))
  } catch (error) {
    if (signal.aborted) {
      return fail({ code: 'cancelled', what, why: 'it was cancelled', remedy: 'Open it again' })
    }
    return fail(trouble(error, what))
  }
}

/** What is needed of the monitor: the VM's name, a new line to its display, and its process. */
type Display = { readonly name: string; readonly line: FdSocket; readonly pid: number }

async function connectDisplay(socket: string): Promise<Display> {
  using owned = new DisposableStack()
  const monitor = await shim.connect(socket)
  const { pid } = monitor.peer()
  const qmp = owned.use(await QmpClient.open(monitor, GREETING_MS))
  const [ours, theirs] = shim.socketEnds()
  const mine = owned.use(ours)
  using sent = theirs
  connections += 1
  const fdname = `scanout-${process.pid}-${connections}`
  await qmp.execute('getfd', { fdname }, [sent])
  try {
    await qmp.execute('add_client', { protocol: '@dbus-display', fdname })
  } catch (error) {
    await qmp.execute('closefd', { fdname }).catch(() => {})
    throw error instanceof QmpError ? new NoDisplay(error.message) : error
  }
  return { name: await vmName(qmp, socket), line: shim.adoptSocket(mine), pid }
}

class NoDisplay extends Error {}

async function vmName(qmp: QmpClient, socket: string): Promise<string> {
  const answer = await qmp.execute('query-name')
  const name = typeof answer === 'object' && answer !== null && 'name' in answer && answer.name
  return typeof name === 'string' && name !== '' ? name.slice(0, 100) : path.basename(socket)
}

async function openConsole(
  address: Address,
  { name: vm, line, pid }: Display,
): Promise<Result<Source, Failure>> {
  using owned = new DisposableStack()
  // The source hears what comes over this line; it is made once the consoles are known.
  const handlers: { current: BusHandlers | undefined; ended: string | undefined } = {
    current: undefined,
    ended: undefined,
  }
  const bus = owned.use(
    await BusConnection.open(line, {
      onCall: (call) => handlers.current?.onCall?.(call),
      onSignal: (message) => handlers.current?.onSignal?.(message),
      onEnd: (why) => {
        handlers.ended = why
        handlers.current?.onEnd(why)
      },
    }),
  )
  const consoles = await readConsoles(bus)
  const wish = address.query.get('console')
  const console = chooseConsole(consoles, wish)
  if (!console) return fail(noConsole(vm, wish, consoles))
  const isFirst = console === chooseConsole(consoles, undefined)
  const info: SourceInfo = {
    address: address.text,
    name: isFirst ? vm : `${vm} — ${console.label}`,
    access: 'dbus',
    console,
    consoles,
    capabilities: {
      ...noCapabilities,
      input: true,
      pushes: true,
      resize: console.type === 'Graphic',
    },
  }
  // 0 is a process of another namespace, which cannot be watched.
  const watch = pid > 0 ? shim.watchProcess(pid) : undefined
  owned.move()
  const source = await QemuSource.open(shim, systemClock, info, console, watch, (given) => {
    handlers.current = given
    return bus
  })
  if (handlers.ended === undefined) return ok(source)
  source[Symbol.dispose]()
  throw new BusError('closed', handlers.ended)
}

function noConsole(
  vm: string,
  wish: string | undefined,
  consoles: readonly { readonly id: number; readonly label: string }[],
): Failure {
  const known = consoles.map(({ id, label }) => `${id} (${label})`).join(', ')
  return {
    code: 'not-found',
    what: `cannot open a console of ${vm}`,
    why: wish === undefined ? 'it has none' : `it has no console ${wish}`,
    remedy: known === '' ? 'Give the VM a display device' : `Use one of ${known}`,
  }
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
