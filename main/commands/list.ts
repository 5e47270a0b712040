// SPDX-License-Identifier: GPL-2.0-or-later
import { plainText } from '../../core/failure.ts'
import type { Found } from '../../core/launcher-protocol.ts'
import { ok } from '../../core/result.ts'
import { type Command, defineCommand } from '../command.ts'
import { Discovery, type DiscoveryParts } from '../discovery/discovery.ts'
import { hostRoots } from '../discovery/host-roots.ts'
import { findMdevs } from '../discovery/mdevs.ts'
import { findProcesses } from '../discovery/processes.ts'

/**
 * The command that prints what this host has to show.
 *
 * @param parts where and how to look, the program's own without
 */
export function listCommand(parts: Partial<DiscoveryParts> = {}): Command {
  return defineCommand({
    name: 'list',
    summary: 'Prints the VMs and mediated devices of this host that can be shown, and why not.',
    operands: [],
    options: { json: { type: 'flag', help: 'print JSON' } },
    notes: [
      'No device is opened: sysfs and proc tell, QEMUs on the session bus say who they are, and ' +
        'libvirt tells which of its domains are shut off.',
    ],
    execute: async ({ options }, io) => {
      using discovery = new Discovery({ env: io.env, ...parts })
      const found = await discovery.look()
      if (!options.json) {
        await io.stdout.write(`${foundText(found)}\n`)
        return ok(undefined)
      }
      const roots = parts.roots ?? hostRoots
      const processes = await findProcesses(roots)
      const mdevs = await findMdevs(roots, processes)
      const facts = { scanoutList: 1, sources: found, mdevs, processes }
      await io.stdout.write(`${JSON.stringify(facts, null, 2)}\n`)
      return ok(undefined)
    },
  })
}

export const list = listCommand()

/** What stands in the place of the address of what has none. */
const NO_ADDRESS = '-'

/** Address, name, what it is, and the reason where it cannot be opened. */
export function foundText(found: readonly Found[]): string {
  const column = Math.max(...found.map(({ address }) => address.length), NO_ADDRESS.length)
  const indent = ' '.repeat(column)
  return found
    .flatMap(({ address, name, what, seenMs, usable, why, remedy }) => {
      const seen = seenMs === undefined ? '' : `, last shown ${dateText(seenMs)}`
      return [
        `${(address || NO_ADDRESS).padEnd(column)}  ${name}: ${what}${seen}`,
        ...(usable ? [] : [`${indent}  not now: ${why}. ${remedy}`]),
      ]
    })
    .map(plainText)
    .join('\n')
}

/** `2026-11-21 16:04`, in the time of this place. */
function dateText(ms: number): string {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000)
  return date.toISOString().slice(0, 16).replace('T', ' ')
}
