// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import { noCapabilities } from '../../../core/guest.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { ProcessWatch } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { isNativeError } from '../native-failure.ts'
import { systemClock } from '../poller.ts'
import type { Address, OpenSource, Source, SourceInfo } from '../source.ts'
import { BusError, type BusHandlers, type IncomingCall } from './bus.ts'
import { openBusLine } from './bus-line.ts'
import { chooseConsole, readConsoles, readUuid } from './console.ts'
import { cursorPlaceOf } from './cursor-place.ts'
import type { DisplayLine, OpenLine } from './display-line.ts'
import { openLibvirtLine } from './libvirt-line.ts'
import type { BusMessage } from './message.ts'
import { openQmpLine } from './qmp-line.ts'
import { QemuSource } from './source.ts'

/** `qemu:QMP-SOCKET?console=N` */
export const openQemu = through(openQmpLine)
/** `qemu+dbus:ADDRESS?vm=NAME&console=N` */
export const openQemuBus = through(openBusLine)
/** `libvirt:NAME?uri=URI&console=N` */
export const openLibvirt = through(openLibvirtLine)

/** Opens a console of a running QEMU over one kind of line. */
function through(openLine: OpenLine): OpenSource {
  return async (address, signal) => {
    const what = `cannot open the display of ${address.path}`
    const cancelled = { code: 'cancelled', what, why: 'it was cancelled', remedy: 'Open it again' }
    if (signal.aborted) return fail(cancelled)
    const relay = new Relay()
    const line = await openLine(address, relay, signal)
    if (!line.ok) return signal.aborted ? fail(cancelled) : line
    using owned = new DisposableStack()
    owned.use(line.value.peer)
    if (signal.aborted) return fail(cancelled)
    try {
      const source = await openConsole(address, line.value, relay)
      if (source.ok) owned.move()
      return source
    } catch (error) {
      return fail(signal.aborted ? cancelled : brokenLine(error, what))
    }
  }
}

/** Hears what comes over a line before the source is there, which is made once the consoles are known. */
class Relay implements BusHandlers {
  current: BusHandlers | undefined
  ended: string | undefined

  onCall = (call: IncomingCall): void => this.current?.onCall?.(call)
  onSignal = (signal: BusMessage): void => this.current?.onSignal?.(signal)
  onEnd = (why: string): void => {
    this.ended = why
    this.current?.onEnd(why)
  }
}

async function openConsole(
  address: Address,
  { vm, peer, pid, devices = new Map(), hungUp }: DisplayLine,
  relay: Relay,
): Promise<Result<Source, Failure>> {
  const [consoles, uuid] = await Promise.all([readConsoles(peer), readUuid(peer)])
  const wish = address.query.get('console')
  const console = chooseConsole(consoles, wish)
  if (!console) return fail(noConsole(vm, wish, consoles))
  const isFirst = console === chooseConsole(consoles, undefined)
  const info: SourceInfo = {
    address: address.text,
    name: isFirst ? vm : `${vm} — ${console.label}`,
    ...(uuid !== undefined && { uuid }),
    access: 'dbus',
    console,
    consoles,
    capabilities: { ...noCapabilities, input: true, pushes: true },
  }
  const end = { process: watch(pid), hungUp }
  const cursor = cursorPlaceOf(console.label, devices)
  const source = await QemuSource.open(shim, systemClock, info, console, end, cursor, (given) => {
    relay.current = given
    return peer
  })
  if (relay.ended === undefined) return ok(source)
  source[Symbol.dispose]()
  throw new BusError('closed', relay.ended)
}

/** A number of another namespace may be nobody's here. */
function watch(pid: number): ProcessWatch | undefined {
  try {
    return pid > 0 ? shim.watchProcess(pid) : undefined
  } catch (error) {
    if (isNativeError(error)) return undefined
    throw error
  }
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

/** QEMU was there and did not do as it should. */
function brokenLine(error: unknown, what: string): Failure {
  const isExpected = error instanceof BusError || error instanceof SyntaxError
  if (!(isExpected || isNativeError(error))) throw error
  const remedy = 'See whether the VM is still running'
  return { code: 'bad-protocol', what, why: error.message, remedy }
}
