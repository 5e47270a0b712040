// SPDX-License-Identifier: GPL-2.0-or-later
import { constants } from 'node:fs'
import { access, readdir, readFile, readlink, realpath } from 'node:fs/promises'
import path from 'node:path'
import { errorCode } from './file-failure.ts'

// What of this host could be shown, read from sysfs and proc alone: opening a vfio group would take
// it from the VM that is about to start.

/** Where to look; tests give folders of their own. */
export type HostRoots = {
  /** `/sys/bus/mdev/devices` */
  readonly mdev: string
  /** `/dev/vfio` */
  readonly vfio: string
  /** `/proc` */
  readonly proc: string
}

export const hostRoots: HostRoots = {
  mdev: '/sys/bus/mdev/devices',
  vfio: '/dev/vfio',
  proc: '/proc',
}

/** A process that holds vfio devices or looks like QEMU. */
export type HostProcess = {
  readonly pid: number
  /** Of the VM where the command line tells it, else of the program. */
  readonly name: string
  readonly program: string
  /** Descriptor numbers of vfio devices; empty when they cannot be read, or there are none. */
  readonly deviceFds: readonly number[]
  /** Numbers of the vfio groups it has open. */
  readonly groups: readonly string[]
  /** An errno when its descriptors cannot be read. */
  readonly unreadable: string | undefined
  /** Of a QEMU whose command line names a monitor socket; absent otherwise. */
  readonly monitor?: {
    readonly socket: string
    /** It has a D-Bus display for direct connections. */
    readonly hasDisplay: boolean
  }
  /** Of a QEMU whose monitor libvirt holds, and whose name is that of the domain; absent otherwise. */
  readonly domain?: {
    /** Of the libvirt that runs it; undefined when that is another user's. */
    readonly uri: string | undefined
    /** It has a D-Bus display, for direct connections or on a bus. */
    readonly hasDisplay: boolean
  }
}

export type HostMdev = {
  readonly uuid: string
  /** `i915-GVTg_V5_4` */
  readonly type: string | undefined
  /** What sysfs calls the type, where it does. */
  readonly typeName: string | undefined
  /** The device that it is a part of: `0000:00:02.0`. */
  readonly parent: string | undefined
  readonly group: string | undefined
  /** An errno when this user may not open the group; undefined when he may. */
  readonly noAccess: string | undefined
  /** Processes that were seen to hold the group. */
  readonly holders: readonly number[]
}

/** Mediated devices in the order of their UUIDs. A host without mdev has none. */
export async function findMdevs(
  roots: HostRoots,
  processes: readonly HostProcess[],
): Promise<readonly HostMdev[]> {
  const uuids = await folder(roots.mdev)
  return Promise.all(
    uuids.toSorted().map(async (uuid): Promise<HostMdev> => {
      const device = path.join(roots.mdev, uuid)
      const group = await linkName(path.join(device, 'iommu_group'))
      const real = await realpath(device).catch(systemError)
      return {
        uuid,
        type: await linkName(path.join(device, 'mdev_type')),
        typeName: await line(path.join(device, 'mdev_type', 'name')),
        parent: typeof real === 'string' ? path.basename(path.dirname(real)) : undefined,
        group,
        noAccess: group === undefined ? 'ENOENT' : await refusal(path.join(roots.vfio, group)),
        holders: processes.filter((p) => p.groups.includes(group ?? '')).map(({ pid }) => pid),
      }
    }),
  )
}

/** Processes with vfio devices, and QEMUs whose descriptors cannot be read, by pid. */
export async function findProcesses(roots: HostRoots): Promise<readonly HostProcess[]> {
  const pids = (await folder(roots.proc)).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map((pid) => readProcess(roots, pid)))
  return found.filter((process) => process !== undefined).toSorted((a, b) => a.pid - b.pid)
}

async function readProcess(roots: HostRoots, pid: number): Promise<HostProcess | undefined> {
  const at = path.join(roots.proc, String(pid))
  const program = await line(path.join(at, 'comm'))
  if (program === undefined) return undefined
  const fds = await readdir(path.join(at, 'fd')).catch(systemError)
  const isQemu = program.startsWith('qemu') || program === 'kvm'
  const text = await readFile(path.join(at, 'cmdline'), 'utf8').catch(() => '')
  const words = text.split('\0')
  const isDomain = isQemu && chardevs(words).has(LIBVIRT_MONITOR)
  const domain = isDomain ? await libvirtDomain(at, words) : undefined
  const monitor = isQemu && !isDomain ? qemuMonitor(words) : undefined
  const name = vmName(words, program)
  const ways = { ...(monitor ? { monitor } : {}), ...(domain ? { domain } : {}) }
  const identity = { pid, program, name, ...ways }
  if (typeof fds === 'string') {
    return isQemu ? { ...identity, deviceFds: [], groups: [], unreadable: fds } : undefined
  }
  const deviceFds: number[] = []
  const groups: string[] = []
  for (const fd of fds) {
    const link = await readlink(path.join(at, 'fd', fd)).catch(() => '')
    if (link === 'anon_inode:[vfio-device]') deviceFds.push(Number(fd))
    const group = path.dirname(link) === roots.vfio ? path.basename(link) : ''
    if (/^\d+$/.test(group)) groups.push(group)
  }
  if (deviceFds.length === 0 && groups.length === 0 && !monitor && !domain) return undefined
  deviceFds.sort((a, b) => a - b)
  return { ...identity, deviceFds, groups, unreadable: undefined }
}

/** QEMU's `-name guest=win10,…` or `-name win10`. */
function vmName(words: readonly string[], program: string): string {
  const value = words[words.indexOf('-name') + 1]
  if (!words.includes('-name') || !value) return program
  return value.split(',')[0]?.replace(/^guest=/, '') || program
}

/** How libvirt calls its own monitor of a QEMU. */
const LIBVIRT_MONITOR = 'charmonitor'

/** QEMU's `-qmp unix:SOCKET,server=on,…`, or `-chardev socket,id=ID,path=SOCKET,…` and `-mon chardev=ID,mode=control`. */
function qemuMonitor(words: readonly string[]): HostProcess['monitor'] {
  const short = valuesOf(words, 'qmp').flatMap((value) => /^unix:([^,]+)/.exec(value)?.[1] ?? [])
  const sockets = chardevs(words)
  const long = valuesOf(words, 'mon').flatMap((value) => {
    const [, chardev = ''] = /(?:^|,)(?:chardev=)?([^,=]+)(?:,|$)/.exec(value) ?? []
    return /(^|,)mode=control(,|$)/.test(value) ? (sockets.get(chardev) ?? []) : []
  })
  const socket = [...short, ...long].find((path) => path.startsWith('/'))
  const hasDisplay = valuesOf(words, 'display').some((value) =>
    /^dbus,(.*,)?p2p=(yes|on)\b/.test(value),
  )
  return socket === undefined ? undefined : { socket, hasDisplay }
}

async function libvirtDomain(at: string, words: readonly string[]): Promise<HostProcess['domain']> {
  const status = await readFile(path.join(at, 'status'), 'utf8').catch(() => '')
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1]
  // The VM's files lie there, or in the home of the user whose libvirt it is.
  const isSystem = words.some((word) => word.includes('/var/lib/libvirt/'))
  const session = uid === String(process.getuid?.()) ? 'qemu:///session' : undefined
  const hasDisplay = valuesOf(words, 'display').some((value) => /^dbus(,|$)/.test(value))
  return { uri: isSystem ? 'qemu:///system' : session, hasDisplay }
}

/** Sockets of QEMU's character devices by their ids; of one that was handed down, nothing is known: empty. */
function chardevs(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    valuesOf(words, 'chardev').flatMap((value) => {
      const id = /,id=([^,]+)/.exec(value)?.[1]
      const isSocket = value.startsWith('socket,') && id !== undefined
      return isSocket ? [[id, /,path=([^,]+)/.exec(value)?.[1] ?? ''] as const] : []
    }),
  )
}

/** What follows an option; two dashes do as well as one. */
function valuesOf(words: readonly string[], option: string): readonly string[] {
  return words.flatMap((word, at) =>
    word === `-${option}` || word === `--${option}` ? [words[at + 1] ?? ''] : [],
  )
}

/** The errno of the first refusal of reading and writing. */
async function refusal(file: string): Promise<string | undefined> {
  return access(file, constants.R_OK | constants.W_OK).then(() => undefined, systemError)
}

async function folder(name: string): Promise<readonly string[]> {
  const names = await readdir(name).catch(systemError)
  return typeof names === 'string' ? [] : names
}

async function linkName(link: string): Promise<string | undefined> {
  const target = await readlink(link).catch(() => undefined)
  return target === undefined ? undefined : path.basename(target)
}

async function line(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text?.trim() || undefined
}

/** Errors of the system are expected here; any other is a bug. */
function systemError(error: unknown): string {
  const code = errorCode(error)
  if (code === undefined) throw error
  return code
}
