// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { type Failure, failureLine, plainText } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { unseenCharacter } from '../../core/session-wish.ts'
import { captureWhenShown } from '../capture/first-picture.ts'
import { type Command, defineCommand, type Io, wrongUse } from '../command.ts'
import { type Launcher, LauncherFolder } from '../launchers/launcher-folder.ts'
import { launcherPicture, makeLauncher } from '../launchers/make-launcher.ts'
import { didYouMean } from '../nearest.ts'
import { withWish } from '../session-file/view-words.ts'
import { readViewing, type Viewing } from '../session-file/viewing.ts'
import type { Address, SourceHandle } from '../source/source.ts'
import { type OpenSource, openSource } from '../source-opener.ts'
import { readHotkeys, viewOptions } from './view-options.ts'

/** Characters that a menu still shows. */
const MAX_NAME = 100
/** Time that a VM gets to show itself for its icon, ms. */
const LOOK_MS = 8000

const actions = ['create', 'list', 'remove'] as const

/** The command for launchers: VMs in the desktop's menu. */
export function launcherCommand(open: OpenSource): Command {
  return defineCommand({
    name: 'launcher',
    summary: "Makes, lists and removes launchers: a VM in the desktop's menu, with its own icon.",
    operands: [
      { metavar: 'ACTION', help: actions.join(', '), choices: actions },
      {
        metavar: 'WHAT',
        help: 'create: address or session file of the VM; remove: name or address of the launcher',
        optional: true,
      },
    ],
    options: {
      name: { type: 'text', metavar: 'NAME', help: "what the menu calls it [the VM's name]" },
      ...viewOptions,
      desktop: { type: 'flag', help: 'also put it on the desktop itself, as an icon' },
      json: { type: 'flag', help: 'print JSON' },
    },
    notes: [
      'A launcher opens the viewer, waits for a VM that is not there yet, and shows it again when it ' +
        'was away. Its icon is what the VM shows now; create it again for a newer one.',
    ],
    execute: async ({ operands: [action, what], options }, io) => {
      switch (action) {
        case 'create':
          return what === undefined ? missing('create', 'ADDRESS') : create(what, options, io, open)
        case 'list':
          return list(what, options.json, io)
        case 'remove':
          return what === undefined ? missing('remove', 'NAME') : remove(what, options.json, io)
        default: {
          const remedy = didYouMean(action, actions) ?? 'Run scanout launcher -h'
          return wrongUse(`launcher cannot ${action}`, `it is one of ${actions.join(', ')}`, remedy)
        }
      }
    },
  })
}

export const launcher = launcherCommand(openSource)

function missing(action: string, metavar: string) {
  const remedy = `Write scanout launcher ${action} ${metavar}`
  return wrongUse(`launcher ${action} needs ${metavar}`, 'it was not given', remedy)
}

type CreateOptions = {
  readonly name: string | undefined
  readonly json: boolean
  readonly desktop: boolean
} & {
  readonly [K in keyof typeof viewOptions]: Viewing['wish'][K]
}

async function create(
  text: string,
  options: CreateOptions,
  io: Io,
  open: OpenSource,
): Promise<Result<void, Failure>> {
  const viewing = await readViewing(text, io)
  if (!viewing.ok) return viewing
  const { address, wish } = viewing.value
  const { name: given, json, desktop: onDesktop, ...own } = withWish(options, wish)
  const keys = readHotkeys(own.hotkeys)
  if (!keys.ok) return keys
  const wished = given ?? wish.title
  const objection = wished === undefined ? undefined : badName(wished)
  if (objection !== undefined) {
    return wrongUse('cannot use this name', objection, 'Write --name NAME')
  }
  const seen = await look(address, open, io)
  if (!seen.ok && io.signal.aborted) return seen
  const name = wished ?? (seen.ok ? seen.value.name : undefined) ?? addressName(address)
  const title = wished === undefined ? {} : { title: wished }
  const request = { address, name, wish: { ...own, ...title }, onDesktop, cwd: io.cwd }
  const picture = seen.ok ? seen.value.picture : seen
  const made = await makeLauncher(
    { ...request, picture: picture.ok ? picture.value : undefined },
    io.env,
  )
  if (!made.ok) return made
  await print([made.value], json, io)
  if (!picture.ok) {
    const why = failureLine({ ...picture.failure, remedy: 'Create it again while the VM shows' })
    await io.stderr.write(`scanout: its icon is Scanout's: ${why}\n`)
  }
  return ok(undefined)
}

type Seen = {
  readonly name: string | undefined
  readonly picture: Awaited<ReturnType<typeof launcherPicture>>
}

/** Opens the VM for a moment, for its name and its picture. */
async function look(address: Address, open: OpenSource, io: Io): Promise<Result<Seen, Failure>> {
  // Its one connection gives the device away.
  if (address.scheme === 'vfio+unix') return fail(unlooked(address))
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(LOOK_MS)])
  const opened = await open(address.text, signal)
  if (!opened.ok) return opened
  await using source: SourceHandle = opened.value
  const capture = await captureWhenShown(source, 'primary', undefined, signal)
  const { name } = source.info
  const isOwn = name !== '' && name !== address.text && badName(name) === undefined
  return ok({ name: isOwn ? name : undefined, picture: await launcherPicture(capture) })
}

function unlooked(address: Address): Failure {
  const what = `${address.text} was not opened`
  const why = 'its device is handed over once'
  return { code: 'not-opened', what, why, remedy: 'Open it in the window' }
}

/** `/run/vm-qmp.sock` is the VM `vm-qmp`; a name is a name. */
function addressName({ scheme, path: named, query }: Address): string {
  const word = path.basename(named).replace(/\.(sock|socket|json)$/, '')
  const name = (query.get('vm') ?? word) || scheme
  return badName(name) === undefined ? name : scheme
}

function badName(name: string): string | undefined {
  const strange = unseenCharacter(name)
  if (strange !== undefined) return `it holds the unseen character ${strange}`
  if (name.trim() === '') return 'it is empty'
  return name.length > MAX_NAME ? `it has more than ${MAX_NAME} characters` : undefined
}

async function list(
  what: string | undefined,
  json: boolean,
  io: Io,
): Promise<Result<void, Failure>> {
  if (what !== undefined) {
    return wrongUse(`launcher list cannot take ${what}`, 'it lists all', 'Leave it out')
  }
  const folder = await LauncherFolder.of(io.env)
  await print(await folder.list(), json, io)
  return ok(undefined)
}

async function remove(word: string, json: boolean, io: Io): Promise<Result<void, Failure>> {
  const folder = await LauncherFolder.of(io.env)
  const removed = await folder.remove(word)
  if (!removed.ok) return removed
  await print([removed.value], json, io)
  return ok(undefined)
}

async function print(launchers: readonly Launcher[], json: boolean, io: Io): Promise<void> {
  if (json) {
    await io.stdout.write(`${JSON.stringify({ scanoutLaunchers: 1, launchers }, null, 2)}\n`)
    return
  }
  const column = Math.max(0, ...launchers.map(({ name }) => name.length))
  for (const { name, address, file } of launchers) {
    await io.stdout.write(`${plainText(`${name.padEnd(column)}  ${address}  ${file}`)}\n`)
  }
}
