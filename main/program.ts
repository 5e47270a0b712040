// SPDX-License-Identifier: GPL-2.0-or-later
import { type Failure, failureLine } from '../core/failure.ts'
import { ok, type Result } from '../core/result.ts'
import { alignedRows } from './arguments.ts'
import { type Command, type ExitCode, type Io, wrongUse } from './command.ts'
import { didYouMean } from './nearest.ts'
import { tellStarter } from './starter.ts'
import { version } from './version.ts'

/** A command that is loaded when it is asked for, so that one does not wait for all. */
export type CommandRow = {
  readonly name: string
  /** For `scanout -h`, without a period. */
  readonly summary: string
  readonly load: () => Promise<Command>
}

// biome-ignore format: one row per command
const rows = [
  // name                 what `scanout -h` says of it                                  where it is
  { name: 'view',        summary: 'show a VM in a window',                              load: async () => (await import('./commands/view.ts')).view },
  { name: 'open',        summary: 'list what can be shown in a window',                 load: async () => (await import('./commands/open.ts')).open },
  { name: 'screenshot',  summary: 'save one picture, without a window',                 load: async () => (await import('./commands/screenshot.ts')).screenshot },
  { name: 'record',      summary: 'record what a VM shows, without a window',           load: async () => (await import('./commands/record.ts')).record },
  { name: 'decode',      summary: 'turn plane dumps into plain pixels',                 load: async () => (await import('./commands/decode.ts')).decode },
  { name: 'dump',        summary: 'save the planes as they are',                        load: async () => (await import('./commands/dump.ts')).dump },
  { name: 'inspect',     summary: 'print planes, formats, identities and verdicts',     load: async () => (await import('./commands/inspect.ts')).inspect },
  { name: 'list',        summary: 'print the VMs and devices of this host',             load: async () => (await import('./commands/list.ts')).list },
  { name: 'launcher',    summary: "make, list and remove VMs in the desktop's menu",     load: async () => (await import('./commands/launcher.ts')).launcher },
  { name: 'broker',      summary: 'hold a device and hand its planes to viewers',       load: async () => (await import('./commands/broker.ts')).broker },
] as const satisfies readonly CommandRow[]

/** Every command there is. */
export const commandRows: readonly CommandRow[] = rows

/**
 * Runs one command line, `process.argv` without its first two. Nothing at all means `open`; a line that
 * begins with an address, a file or an option means `view`. What fails is said in one line on stderr,
 * unless the person interrupted it, and to the launcher that started us.
 */
export async function runProgram(
  argv: readonly string[],
  io: Io,
  commands: readonly CommandRow[] = rows,
): Promise<ExitCode> {
  const result = await dispatch(argv, io, commands)
  if (result.ok) return 0
  const { failure } = result
  await tellStarter({ scanout: 'failed', failure })
  if (!io.signal.aborted) await io.stderr.write(`scanout: ${failureLine(failure)}\n`)
  return failure.code === 'usage' ? 2 : 1
}

async function dispatch(
  argv: readonly string[],
  io: Io,
  commands: readonly CommandRow[],
): Promise<Result<void, Failure>> {
  const [first, ...rest] = argv
  if (first === '-h' || first === '--help' || (first === 'help' && rest.length === 0)) {
    await io.stdout.write(overview(commands))
    return ok(undefined)
  }
  if (first === '--version' || first === '-V') {
    await io.stdout.write(`scanout ${version()}\n`)
    return ok(undefined)
  }
  const named = commands.find(({ name }) => name === (first === 'help' ? rest[0] : first))
  if (named) {
    const command = await named.load()
    return command.run(first === 'help' ? ['--help'] : rest, io)
  }
  // A bare word can only be a slip: addresses have a colon, files a dot or a slash.
  if (first !== undefined && /^[a-z][a-z-]*$/i.test(first)) {
    const names = [...commands.map(({ name }) => name), 'demo:']
    const remedy = didYouMean(first, names) ?? 'Run scanout -h for the commands'
    return wrongUse(`unknown command ${first}`, 'scanout has no such command', remedy)
  }
  const meant = first === undefined ? 'open' : 'view'
  const command = commands.find(({ name }) => name === meant)
  if (!command) throw new Error(`there is no ${meant} command`)
  return (await command.load()).run(argv, io)
}

/** Every form of an address, and what it names. */
export const addressRows: readonly (readonly [string, string])[] = [
  ['demo:', 'a built-in guest that flips pages and moves a cursor'],
  ['dump:FILE', 'a plane dump (scanout dump)'],
  ['qemu:QMP-SOCKET', 'the D-Bus display of a QEMU, by its monitor'],
  ['qemu+dbus:BUS?vm=NAME', 'the same on a D-Bus bus: session, system or its address'],
  ['libvirt:NAME', 'the same of a libvirt domain, by name, UUID or number'],
  ['vfio:UUID', 'a mediated display device that no VM uses, by UUID or sysfs path'],
  ['vfio+pid:PID', 'the device of a running QEMU'],
  ['vfio+fd:N, vfio+unix:SOCKET', 'a device whose descriptor is handed over'],
  ['planes+unix:SOCKET', 'planes from scanout broker or another producer'],
]

/** The text of `scanout -h`. */
function overview(commands: readonly CommandRow[]): string {
  return [
    'Usage: scanout [COMMAND] ADDRESS [OPTIONS]',
    '',
    "Shows a virtual machine's display planes. Without a command it opens a window; without anything",
    'it lists what can be shown on this host, in a window.',
    '',
    'Commands:',
    ...alignedRows(commands.map(({ name, summary }): [string, string] => [name, summary])),
    '',
    'Addresses:',
    ...alignedRows(addressRows),
    '',
    'scanout COMMAND -h says more about one. scanout --version prints the version.',
    '',
  ].join('\n')
}
