// SPDX-License-Identifier: GPL-2.0-or-later
import { plainText } from '../../core/failure.ts'
import { ok } from '../../core/result.ts'
import { type Command, defineCommand } from '../command.ts'
import {
  findMdevs,
  findProcesses,
  type HostMdev,
  type HostProcess,
  type HostRoots,
  hostRoots,
} from '../host-devices.ts'
import { displayRemedy } from '../source/qemu/libvirt-domain.ts'
import { listBusVms } from './list-bus.ts'
import { type Listed, usable } from './listed.ts'

/**
 * The command that prints what this host has to show.
 *
 * @param findBusVms finds the VMs of the session bus
 */
export function listCommand(roots: HostRoots, findBusVms: typeof listBusVms): Command {
  return defineCommand({
    name: 'list',
    summary: 'Prints the VMs and mediated devices of this host that can be shown, and why not.',
    operands: [],
    options: { json: { type: 'flag', help: 'print JSON' } },
    notes: [
      'No device is opened: sysfs and proc tell, and QEMUs on the session bus say who they are.',
    ],
    execute: async ({ options }, io) => {
      const [processes, busVms] = await Promise.all([findProcesses(roots), findBusVms()])
      const mdevs = await findMdevs(roots, processes)
      const listed = [
        ...mdevs.map((mdev) => listedMdev(mdev, processes)),
        ...processes.flatMap(listedProcess),
        ...busVms,
        demo,
      ]
      const text = options.json
        ? JSON.stringify({ scanoutList: 1, sources: listed, mdevs, processes }, null, 2)
        : table(listed)
      await io.stdout.write(`${text}\n`)
      return ok(undefined)
    },
  })
}

export const list = listCommand(hostRoots, listBusVms)

const demo: Listed = { address: 'demo:', what: 'built-in demo guest', ...usable }

function listedMdev(mdev: HostMdev, processes: readonly HostProcess[]): Listed {
  const { uuid, type, typeName, parent, group, noAccess, holders } = mdev
  const kind = typeName ?? type ?? 'mediated device'
  const what = `${kind}${parent === undefined ? '' : ` of ${parent}`}`
  const row = { address: `vfio:${uuid}`, what, usable: false }
  const holder = processes.find(({ pid }) => holders.includes(pid))
  if (group === undefined) {
    const remedy = 'Bind it to vfio_mdev (modprobe vfio_mdev)'
    return { ...row, why: 'it is in no IOMMU group', remedy }
  }
  if (holder) {
    const why = `${holder.name} (pid ${holder.pid}) uses it (EBUSY)`
    return { ...row, why, remedy: `Use vfio+pid:${holder.pid}` }
  }
  if (noAccess === 'ENOENT') {
    const why = `/dev/vfio/${group} is missing (ENOENT)`
    return { ...row, why, remedy: 'Load the vfio module, or run outside the container' }
  }
  if (noAccess !== undefined) {
    const why = `you may not open /dev/vfio/${group} (${noAccess})`
    return { ...row, why, remedy: `Give yourself access: setfacl -m u:$USER:rw /dev/vfio/${group}` }
  }
  return { ...row, ...usable }
}

/** A process may be shown by its device, by its D-Bus display, or by both. */
function listedProcess(process: HostProcess): readonly Listed[] {
  const { deviceFds, groups, unreadable, monitor, domain } = process
  const hasWay = monitor !== undefined || domain !== undefined
  const isVfio = deviceFds.length + groups.length > 0 || (unreadable !== undefined && !hasWay)
  return [
    ...(isVfio ? [listedHolder(process)] : []),
    ...(monitor ? [listedDisplay(process)] : []),
    ...(domain ? [listedDomain(process.name, domain)] : []),
  ]
}

function listedDomain(name: string, domain: NonNullable<HostProcess['domain']>): Listed {
  const { uri, hasDisplay } = domain
  const row = { address: `libvirt:${name}`, what: `libvirt domain${uri ? ` of ${uri}` : ''}` }
  if (uri === undefined) {
    const why = 'it is of another user’s libvirt'
    return { ...row, usable: false, why, remedy: 'Run as that user' }
  }
  if (hasDisplay) return { ...row, ...usable }
  const remedy = displayRemedy({ virsh: { uri }, name })
  return { ...row, usable: false, why: 'its QEMU was started without a D-Bus display', remedy }
}

function listedHolder({ pid, name, program, deviceFds, unreadable }: HostProcess): Listed {
  const what = nameOf(name, program)
  const row = { address: `vfio+pid:${pid}`, what, usable: false }
  if (unreadable !== undefined) {
    const why = `its descriptors cannot be read (${unreadable})`
    return { ...row, why, remedy: 'Run as the same user, or as root' }
  }
  if (deviceFds.length === 0) {
    return {
      ...row,
      why: 'it holds a vfio group and no device',
      remedy: 'Wait until it has started',
    }
  }
  return { ...row, ...usable }
}

function listedDisplay({ name, program, monitor }: HostProcess): Listed {
  const what = `${nameOf(name, program)}, D-Bus display`
  const row = { address: `qemu:${monitor?.socket}`, what }
  if (monitor?.hasDisplay) return { ...row, ...usable }
  const why = 'its QEMU was started without a D-Bus display for direct connections'
  return { ...row, usable: false, why, remedy: 'Start it with -display dbus,p2p=yes' }
}

function nameOf(name: string, program: string): string {
  return name === program ? program : `${name} (${program})`
}

/** Address, what it is, and the reason where it cannot be used. */
function table(listed: readonly Listed[]): string {
  const column = Math.max(...listed.map(({ address }) => address.length))
  return listed
    .flatMap(({ address, what, usable: can, why, remedy }) => [
      `${address.padEnd(column)}  ${what}`,
      ...(can ? [] : [`${' '.repeat(column)}  not now: ${why}. ${remedy}`]),
    ])
    .map(plainText)
    .join('\n')
}
