// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { type Recent, RecentFolder } from '../recent.ts'
import { parseAddress } from '../source/address.ts'
import { type Provider, type Sighting, unusable, usable } from './provider.ts'

/** What viewers showed lately. */
export const recents: Provider = {
  name: 'recents',
  everyMs: 1000,
  find: async ({ env }) => (await new RecentFolder(env).list()).flatMap(sighting),
}

/** What an address leads to, by its scheme, and whether its path is a file that must be there. */
const kinds: Readonly<Record<string, { readonly what: string; readonly hasFile: boolean }>> = {
  dump: { what: 'plane dump', hasFile: true },
  vfio: { what: 'mediated device', hasFile: false },
  'vfio+unix': { what: 'device from a socket', hasFile: true },
  'planes+unix': { what: 'planes from a socket', hasFile: true },
  qemu: { what: 'QEMU', hasFile: true },
  'qemu+dbus': { what: 'QEMU on a bus', hasFile: false },
  libvirt: { what: 'libvirt domain', hasFile: false },
}

/** Nothing is opened to find out: a monitor that one looks at is taken from who wants it. */
function sighting({ key, address, name, seenMs, hasPicture }: Recent): readonly Sighting[] {
  const parsed = parseAddress(address)
  const kind = parsed.ok ? kinds[parsed.value.scheme] : undefined
  if (!parsed.ok || !kind) return []
  const row = {
    id: `recent:${key}`,
    kind: 'recent',
    name,
    address,
    seenMs,
    ...(hasPicture ? { picture: `picture/${key}.png?${seenMs}` } : {}),
  } as const
  const isMissing = kind.hasFile && !existsSync(parsed.value.path)
  if (!isMissing) return [{ ...row, what: kind.what, ...usable }]
  if (parsed.value.scheme !== 'dump')
    return [{ ...row, what: `${kind.what}, not running`, ...usable }]
  return [{ ...row, what: kind.what, ...unusable('its file is gone (ENOENT)', 'Forget it') }]
}
