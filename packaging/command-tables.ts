// SPDX-License-Identifier: GPL-2.0-or-later
import type { CommandUsage } from '../main/command.ts'
import { addressRows, commandRows } from '../main/program.ts'
import { version } from '../main/version.ts'

/** All that `scanout -h` and `scanout COMMAND -h` say, as data. */
export type CommandLine = {
  readonly version: string
  readonly commands: readonly CommandUsage[]
  /** Form of an address and what it names. */
  readonly addresses: readonly (readonly [string, string])[]
}

/** The program's own tables, read from its source. */
export async function commandLine(): Promise<CommandLine> {
  const commands = await Promise.all(commandRows.map(async (row) => (await row.load()).usage))
  return { version: version(), commands, addresses: addressRows }
}
