// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { type Command, defineCommand, type Io, wrongUse } from '../command.ts'
import { Discovery } from '../discovery/discovery.ts'
import { hasDisplay } from '../display-server.ts'
import { Launcher, type LauncherOptions } from '../launcher/launcher.ts'
import { type Program, startViewer } from '../launcher/start-viewer.ts'
import { RecentFolder } from '../recent.ts'
import { chooseShell, findElectron } from '../shell/choose-shell.ts'
import { ChromiumShell } from '../shell/chromium/chromium-shell.ts'
import { runInElectron } from '../shell/electron/launch.ts'
import { type LauncherShell, type ShellKind, shellKinds } from '../shell/shell.ts'
import { foundText } from './list.ts'

/** The program we run in, when that is not plain Node. */
export type Hosted = {
  readonly shell: LauncherShell
  /** How one more of it is started. */
  readonly program: Program
}

/** The command that opens the launcher's window. */
export function openCommand(hosted?: Hosted): Command {
  let words: readonly string[] = []
  const command = defineCommand({
    name: 'open',
    summary: 'Opens the window that lists the VMs and devices of this host',
    operands: [],
    options: {
      'keep-open': { type: 'flag', help: 'stay when something was opened' },
      shell: { type: 'choice', choices: shellKinds, help: 'which program draws the window' },
      headless: { type: 'flag', help: 'run without a window, in headless Chromium' },
    },
    notes: [
      'scanout alone does the same. Without a display server it prints the list instead, as ' +
        'scanout list does.',
    ],
    execute: async ({ options }, io) => {
      const { headless } = options
      if (headless && options.shell === 'electron') {
        const remedy = 'Leave out --shell, or use --shell chromium'
        return wrongUse('--headless needs Chromium', 'Electron always opens a window', remedy)
      }
      const wishes = { headless, stays: options['keep-open'] }
      if (hosted) return launch(wishes, hosted, io)
      if (!headless && !(await hasDisplay(io.env))) return printList(io)
      const electron = findElectron(io.env)
      const shell: Result<ShellKind, Failure> = headless
        ? ok('chromium')
        : chooseShell(options.shell, electron)
      if (!shell.ok) return shell
      if (shell.value === 'electron' && electron) {
        return runInElectron(electron, words, io.env, io.signal, undefined)
      }
      return launch(wishes, { shell: new ChromiumShell(io.env), program: nodeProgram() }, io)
    },
  })
  const run: Command['run'] = (argv, io) => {
    words = ['open', ...argv]
    return command.run(argv, io)
  }
  return { ...command, run }
}

export const open = openCommand()

/** This very program again. */
function nodeProgram(): Program {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? '']
}

async function launch(
  options: LauncherOptions,
  { shell, program }: Hosted,
  io: Io,
): Promise<Result<void, Failure>> {
  const { env, cwd } = io
  using discovery = new Discovery({ env })
  const recent = new RecentFolder(env)
  const parts = { shell, discovery, recent, start: startViewer, program, env, cwd }
  await using launcher = new Launcher(options, parts)
  const opened = await launcher.open()
  if (!opened.ok) return io.signal.aborted ? ok(undefined) : opened
  const interrupted = Promise.withResolvers<{ readonly kind: 'closed' }>()
  const stop = (): void => interrupted.resolve({ kind: 'closed' })
  io.signal.addEventListener('abort', stop, { once: true })
  if (io.signal.aborted) stop()
  try {
    const end = await Promise.race([launcher.closed, interrupted.promise])
    return end.kind === 'broken' ? fail(end.failure) : ok(undefined)
  } finally {
    io.signal.removeEventListener('abort', stop)
  }
}

/** What the window would list, for a person who has no place for a window. */
async function printList(io: Io): Promise<Result<void, Failure>> {
  using discovery = new Discovery({ env: io.env })
  await io.stdout.write(`${foundText(await discovery.look())}\n`)
  return fail({
    code: 'no-display',
    what: 'cannot open a window',
    why: 'no display server was found (DISPLAY, WAYLAND_DISPLAY)',
    remedy:
      'Start it in a desktop session, or take a picture of one of the above: ' +
      'scanout screenshot ADDRESS -o FILE.png',
  })
}
