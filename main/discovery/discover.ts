// SPDX-License-Identifier: GPL-2.0-or-later
import { type Found, foundKinds } from '../../core/launcher-protocol.ts'
import { sessionBus } from './bus.ts'
import { demoGuest } from './demo.ts'
import { libvirtDomains } from './libvirt.ts'
import { mediatedDevices } from './mediated-devices.ts'
import type { Provider, Sighting } from './provider.ts'
import { qemus } from './qemu.ts'
import { recents } from './recents.ts'
import { vfioHolders } from './vfio-holders.ts'

/** Every place where things to show are found. */
export const providers: readonly Provider[] = [
  qemus,
  vfioHolders,
  sessionBus,
  libvirtDomains,
  mediatedDevices,
  recents,
  demoGuest,
]

/**
 * One list of what all providers saw: by kind, what can be opened first, then by name.
 *
 * A recent address that is found now is one row with it. A VM that one provider cannot show for want of
 * a display is left out where another one can.
 */
export function merge(sightings: readonly Sighting[]): readonly Found[] {
  const isLive = ({ kind }: Sighting) => kind !== 'recent'
  const live = firstOfEach(sightings.filter(isLive), ({ id }) => id)
  const shown = new Set(live.filter((row) => row.usable).map(({ pid }) => pid))
  const seen = new Map(
    sightings.filter((row) => row.kind === 'recent').map((row) => [row.address, row] as const),
  )
  const needed = live.filter(
    ({ lacksDisplay, pid }) => !(lacksDisplay && pid !== undefined && shown.has(pid)),
  )
  const addresses = new Set(needed.map(({ address }) => address))
  const gone = [...seen.values()].filter(({ address }) => !addresses.has(address))
  return [...needed.map((row) => remembered(row, seen.get(row.address))), ...gone]
    .map(toFound)
    .toSorted(inOrder)
}

function firstOfEach<T>(rows: readonly T[], key: (row: T) => string): readonly T[] {
  return [...new Map(rows.toReversed().map((row) => [key(row), row])).values()].toReversed()
}

/** With what is remembered of it: its picture, and when it was last seen. */
function remembered(row: Sighting, recent: Sighting | undefined): Sighting {
  if (!recent) return row
  const { seenMs, picture } = recent
  return { ...row, ...(seenMs && { seenMs }), ...(picture && { picture }) }
}

function toFound({ pid: _pid, lacksDisplay: _lacks, ...found }: Sighting): Found {
  return found
}

function inOrder(a: Found, b: Found): number {
  return (
    foundKinds.indexOf(a.kind) - foundKinds.indexOf(b.kind) ||
    Number(b.usable) - Number(a.usable) ||
    (a.kind === 'recent' ? (b.seenMs ?? 0) - (a.seenMs ?? 0) : 0) ||
    a.name.localeCompare(b.name) ||
    a.id.localeCompare(b.id)
  )
}
