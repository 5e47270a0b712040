// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import path from 'node:path'
import type { HostRoots } from './host-roots.ts'
import { type QemuDisplay, readQemuLine } from './qemu-line.ts'
import { namesIn, refusalOf, systemError } from './system-files.ts'

/** A process that holds vfio devices, or a QEMU. */
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
  /** Of a QEMU; absent otherwise. */
  readonly qemu?: HostQemu
}

export type HostQemu = {
  readonly display: QemuDisplay
  /** Undefined when its command line names no monitor of its own. */
  readonly monitor: HostMonitor | undefined
  /** Of a QEMU that libvirt runs; absent otherwise. Its name is that of the domain. */
  readonly domain?: {
    /** Of the libvirt that runs it; undefined when that is another user's. */
    readonly uri: string | undefined
  }
}

export type HostMonitor = {
  /** Absolute. */
  readonly socket: string
  /** An errno when this user may not connect to it, or it is not there; undefined when he may. */
  readonly noAccess: string | undefined
}

/**
 * Processes with vfio devices, and QEMUs, by pid. A host without any vfio device is not searched for
 * their holders: that would cost a look at every descriptor there is.
 */
export async function findProcesses(roots: HostRoots): Promise<readonly HostProcess[]> {
  const classes = await Promise.all(roots.vfioClasses.map(namesIn))
  const hasVfio = classes.some((names) => names.length > 0)
  const pids = (await namesIn(roots.proc)).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map((pid) => readProcess(roots, pid, hasVfio)))
  return found.filter((process) => process !== undefined).toSorted((a, b) => a.pid - b.pid)
}

async function readProcess(
  roots: HostRoots,
  pid: number,
  hasVfio: boolean,
): Promise<HostProcess | undefined> {
  const at = path.join(roots.proc, String(pid))
  const program = programOf(at)
  if (program === undefined) return undefined
  const isQemu = program.startsWith('qemu-system') || program === 'qemu' || program === 'kvm'
  if (!isQemu && !hasVfio) return undefined
  const held = hasVfio ? await heldDevices(roots, at) : nothing
  if (!isQemu) {
    const holds = held.deviceFds.length + held.groups.length > 0
    return holds ? { pid, program, name: program, ...held } : undefined
  }
  const text = await readFile(path.join(at, 'cmdline'), 'utf8').catch(() => '')
  const words = text.split('\0')
  const { name = program, display, monitors, isDomain } = readQemuLine(words)
  const monitor = isDomain ? undefined : await readMonitor(at, monitors[0])
  const domain = isDomain ? { domain: { uri: await domainUri(at, words) } } : {}
  return { pid, program, name, ...held, qemu: { display, monitor, ...domain } }
}

/**
 * Of every process there is, every second: it comes from memory, and to wait for a promise of each takes
 * several times as long as to read them all.
 */
function programOf(at: string): string | undefined {
  try {
    return readFileSync(path.join(at, 'comm'), 'utf8').trim()
  } catch (error) {
    systemError(error)
    return undefined
  }
}

type Held = Pick<HostProcess, 'deviceFds' | 'groups' | 'unreadable'>

const nothing: Held = { deviceFds: [], groups: [], unreadable: undefined }

/** From the links of its descriptors. */
async function heldDevices(roots: HostRoots, at: string): Promise<Held> {
  const fds = await readdir(path.join(at, 'fd')).catch(systemError)
  if (typeof fds === 'string') return { ...nothing, unreadable: fds }
  const links = await Promise.all(
    fds.map(
      async (fd) => [Number(fd), await readlink(path.join(at, 'fd', fd)).catch(() => '')] as const,
    ),
  )
  const deviceFds = links.filter(([, link]) => link === 'anon_inode:[vfio-device]')
  const groups = links
    .filter(([, link]) => path.dirname(link) === roots.vfio)
    .map(([, link]) => path.basename(link))
    .filter((group) => /^\d+$/.test(group))
  return {
    deviceFds: deviceFds.map(([fd]) => fd).toSorted((a, b) => a - b),
    groups,
    unreadable: undefined,
  }
}

async function readMonitor(
  at: string,
  socket: string | undefined,
): Promise<HostMonitor | undefined> {
  if (socket === undefined) return undefined
  const folder = path.isAbsolute(socket)
    ? '/'
    : await readlink(path.join(at, 'cwd')).catch(() => undefined)
  // A relative path in a folder that cannot be read leads nowhere.
  if (folder === undefined) return { socket, noAccess: 'EACCES' }
  const absolute = path.resolve(folder, socket)
  return { socket: absolute, noAccess: await refusalOf(absolute) }
}

/** The libvirt that runs a QEMU: the system's by where the VM's files lie, else this user's own. */
async function domainUri(at: string, words: readonly string[]): Promise<string | undefined> {
  if (words.some((word) => word.includes('/var/lib/libvirt/'))) return 'qemu:///system'
  const owner = await stat(at).catch(() => undefined)
  return owner?.uid === process.getuid?.() ? 'qemu:///session' : undefined
}
