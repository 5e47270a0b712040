// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { displayRemedy } from '../source/qemu/libvirt-domain.ts'
import type { HostMonitor, HostProcess, HostQemu } from './processes.ts'
import { type Environment, type Provider, type Sighting, unusable, usable } from './provider.ts'

/** QEMUs by what their command lines say of displays and monitors. */
export const qemus: Provider = {
  name: 'qemu',
  everyMs: 1000,
  find: async ({ processes, env }) =>
    processes.flatMap((process) => {
      const { qemu } = process
      if (!qemu) return []
      if (qemu.domain) return [domainOf(process, qemu.domain.uri, qemu)]
      const shown = displayOf(process, qemu, env)
      return shown ? [shown] : []
    }),
}

/** The element that gives a libvirt domain a display that Scanout shows. */
export const libvirtXml = "<graphics type='dbus' p2p='yes'/>"

const DISPLAY = '-display dbus,p2p=yes'

/** How to start a QEMU that can be shown, with a monitor of its own. */
export function qemuOptions(env: Environment, name = 'vm'): string {
  return `${DISPLAY} ${monitorOption(env, name)}`
}

function monitorOption(env: Environment, name: string): string {
  const runtime = env['XDG_RUNTIME_DIR']
  const folder = runtime && path.isAbsolute(runtime) ? runtime : '/tmp'
  const file = name.replaceAll(/[^\w.-]+/g, '-').slice(0, 40)
  return `-qmp unix:${folder}/${file}.qmp,server=on,wait=off`
}

function domainOf(process: HostProcess, uri: string | undefined, qemu: HostQemu): Sighting {
  const { pid, name } = process
  const row = {
    id: `libvirt:${name}`,
    kind: 'vm',
    name,
    what: `libvirt domain${uri === undefined ? '' : ` of ${uri}`}`,
    address: `libvirt:${name}`,
    pid,
  } as const
  if (uri === undefined) {
    return { ...row, ...unusable('it is of another user’s libvirt', 'Run as that user') }
  }
  if (qemu.display.kind !== 'none') return { ...row, ...usable }
  const why = 'its QEMU was started without a D-Bus display'
  const remedy = displayRemedy({ virsh: { uri }, name })
  return { ...row, ...unusable(why, remedy, libvirtXml), lacksDisplay: true }
}

/** Undefined for one that is shown by its device, and has no display beside that. */
function displayOf(process: HostProcess, qemu: HostQemu, env: Environment): Sighting | undefined {
  const { pid, name, program } = process
  const { display, monitor } = qemu
  const row = { id: `qemu:${pid}`, kind: 'vm', name: vmName(process), pid } as const
  if (display.kind === 'bus' && display.address !== 'session') {
    const vm = name === program ? '' : `?vm=${encodeURIComponent(name)}`
    const address = `qemu+dbus:${display.address}${vm}`
    return { ...row, what: `QEMU process ${pid}, on a bus of its own`, address, ...usable }
  }
  if (monitor) {
    const at = { ...row, what: `QEMU process ${pid}`, address: `qemu:${monitor.socket}` }
    if (display.kind === 'p2p') return { ...at, ...monitorUse(monitor) }
    const why = 'its QEMU was started without a D-Bus display for direct connections'
    const remedy = `Start it with ${DISPLAY}`
    return { ...at, ...unusable(why, remedy, DISPLAY), lacksDisplay: true }
  }
  const isDevice = process.deviceFds.length + process.groups.length > 0
  if (isDevice || process.unreadable !== undefined) return undefined
  const missing =
    display.kind === 'p2p' ? 'a monitor socket' : 'a D-Bus display and a monitor socket'
  const file = name === program ? 'vm' : name
  const fix = display.kind === 'p2p' ? monitorOption(env, file) : qemuOptions(env, file)
  const why = `its QEMU was started without ${missing}`
  const blind = { ...row, what: `QEMU process ${pid}`, address: '' }
  return { ...blind, ...unusable(why, `Start it with ${fix}`, fix), lacksDisplay: true }
}

function monitorUse({ socket, noAccess }: HostMonitor) {
  if (noAccess === undefined) return usable
  if (noAccess === 'ENOENT') {
    const why = `its monitor ${socket} is not in this file system (ENOENT)`
    return unusable(why, 'Start it with a path that is seen from here too')
  }
  const why = `you may not use its monitor ${socket} (${noAccess})`
  const fix = `sudo setfacl -m u:$USER:rw ${socket}`
  return unusable(why, `Run as its user, or give yourself access: ${fix}`, fix)
}

/** A VM without a name is called by what runs it. */
function vmName({ name, program }: HostProcess): string {
  return name === program ? 'Unnamed VM' : name
}
