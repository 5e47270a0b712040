// SPDX-License-Identifier: GPL-2.0-or-later
import type { Found } from '../../core/launcher-protocol.ts'
import type { HostRoots } from './host-roots.ts'
import type { HostProcess } from './processes.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What a look at this host starts from. Processes are read once for all providers. */
export type Look = {
  readonly roots: HostRoots
  readonly env: Environment
  readonly processes: readonly HostProcess[]
}

/** Something found, and the process behind it, by which the same VM is known on two ways. */
export type Sighting = Found & {
  readonly pid?: number
  /** The reason is that this way to the VM has no display; another may. */
  readonly lacksDisplay?: true
}

/** One place where things to show are found. A table of them is in discover.ts. */
export type Provider = {
  readonly name: string
  /** Least time between two looks of a window that is seen, ms: dear ones look less often. */
  readonly everyMs: number
  /** Never rejects for what a host may be like; none where there is no such place. */
  find(look: Look): Promise<readonly Sighting[]>
}

/** Of a {@link Found} that can be opened. */
export const usable = { usable: true, why: '', remedy: '', fix: '' } as const

/** Why one cannot be opened, and what would help; `fix` as in {@link Found}. */
export function unusable(why: string, remedy: string, fix = '') {
  return { usable: false, why, remedy, fix } as const
}
