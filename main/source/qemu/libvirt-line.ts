// SPDX-License-Identifier: GPL-2.0-or-later
import { readdir, readFile } from 'node:fs/promises'
import type { Failure } from '../../../core/failure.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { BusConnection, BusError, type BusHandlers } from './bus.ts'
import { connectVm } from './bus-line.ts'
import { readDeviceTypes } from './cursor-place.ts'
import { type Monitor, NoDisplay, openDirectSocket, takenOver } from './direct-line.ts'
import type { DisplayLine, OpenLine } from './display-line.ts'
import {
  type Domain,
  displayRemedy,
  domainCommand,
  findDomain,
  hasQemu,
  virshFailure,
} from './libvirt-domain.ts'
import { QmpError } from './qmp.ts'
import { VirshError } from './virsh.ts'

/** `libvirt:NAME?uri=URI`: through libvirt, which holds the monitors of its QEMUs and passes commands on. */
export const openLibvirtLine: OpenLine = async ({ path: name, query }, handlers, signal) => {
  const found = await findDomain(name, query.get('uri'), signal)
  if (!found.ok) return found
  const domain = found.value
  const what = `cannot open the display of ${domain.name}`
  if (!hasQemu(domain)) {
    const remedy = `Start it: ${domainCommand(domain, 'start')}`
    return fail({ code: 'not-running', what, why: `it is ${domain.state}`, remedy })
  }
  try {
    return await connectDomain(domain, what, handlers, signal)
  } catch (error) {
    if (error instanceof VirshError) return fail(virshFailure(what, error, domain.virsh.uri))
    const isExpected = [QmpError, BusError, SyntaxError].some((known) => error instanceof known)
    if (!(isExpected && error instanceof Error)) throw error
    const remedy = `See whether it still runs: ${domainCommand(domain, 'domstate')}`
    return fail({ code: 'bad-protocol', what, why: error.message, remedy })
  }
}

async function connectDomain(
  domain: Domain,
  what: string,
  handlers: BusHandlers,
  signal: AbortSignal,
): Promise<Result<DisplayLine, Failure>> {
  const { virsh, uuid, name } = domain
  const monitor: Monitor = {
    execute: (command, args, fds = []) => virsh.monitor(uuid, command, args, { fds, signal }),
  }
  try {
    const [pid, devices] = await Promise.all([qemuProcess(uuid), readDeviceTypes(monitor)])
    const socket = await openDirectSocket(monitor)
    const peer = await BusConnection.open(socket, handlers)
    return ok({ vm: name, peer, pid, devices, hungUp: takenOver })
  } catch (error) {
    if (!(error instanceof NoDisplay)) throw error
    const bus = busOf(await monitor.execute('query-display-options'))
    if (bus !== undefined) {
      const line = await connectVm(bus, uuid, handlers)
      if (line.ok || line.failure.code !== 'no-permission') return line
      return fail({ ...line.failure, remedy: displayRemedy(domain) })
    }
    const why = `its QEMU runs without a D-Bus display for direct connections (${error.message})`
    return fail({ code: 'no-display', what, why, remedy: displayRemedy(domain) })
  }
}

/** The address of the bus on which a QEMU has its display; undefined when it has none there. */
function busOf(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null) return undefined
  const { type, addr } = options as { readonly type?: unknown; readonly addr?: unknown }
  return type === 'dbus' && typeof addr === 'string' ? addr : undefined
}

/** libvirt starts each QEMU with the UUID of its domain; 0 when nobody is seen with it. */
async function qemuProcess(uuid: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      const words = text.split('\0')
      return words[words.indexOf('-uuid') + 1] === uuid ? Number(pid) : 0
    }),
  )
  return found.find((pid) => pid > 0) ?? 0
}
