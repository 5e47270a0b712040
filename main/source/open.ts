// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Result } from '../../core/result.ts'
import type { Scheme } from './address.ts'
import type { Address, OpenSource, Source } from './source.ts'

/** The source of each scheme; loaded when it is asked for, so that one address loads one source. */
const openers: Readonly<Record<Scheme, () => Promise<OpenSource>>> = {
  demo: async () => (await import('./demo/open.ts')).openDemo,
  dump: async () => (await import('./dump/open.ts')).openDump,
  vfio: async () => (await import('./vfio/open.ts')).openVfio,
  'vfio+fd': async () => (await import('./vfio/open.ts')).openVfioFd,
  'vfio+unix': async () => (await import('./vfio/open.ts')).openVfioSocket,
  'vfio+pid': async () => (await import('./vfio/open.ts')).openVfioProcess,
  qemu: async () => (await import('./qemu/open.ts')).openQemu,
  'qemu+dbus': async () => (await import('./qemu/open.ts')).openQemuBus,
  libvirt: async () => (await import('./qemu/open.ts')).openLibvirt,
  'planes+unix': async () => (await import('./planes/open.ts')).openPlanes,
}

/** Opens an address that `parseAddress` gave, in this thread. */
export async function openSource(
  address: Address,
  signal: AbortSignal,
): Promise<Result<Source, Failure>> {
  const opener = openers[address.scheme as Scheme]
  if (!opener) throw new Error(`no source for scheme ${address.scheme}`)
  const open = await opener()
  return open(address, signal)
}
