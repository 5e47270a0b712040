// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Failure } from '../../core/failure.ts'
import type { Calls } from '../../core/protocol.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import {
  type ChosenKeys,
  type PresenterWish,
  presenterWishes,
  type ScaleMode,
} from '../../core/settings.ts'
import { type Command, defineCommand, type Io, wrongUse } from '../command.ts'
import { hasDisplay } from '../display-server.ts'
import { DroppedFiles } from '../dropped-files.ts'
import { QmpInput } from '../input/qmp-input.ts'
import { type Program, startViewer } from '../launcher/start-viewer.ts'
import { ownProgram } from '../launchers/program.ts'
import { askViewer, OneViewer, type Raise } from '../one-viewer.ts'
import { lastingAddress, RecentFolder } from '../recent.ts'
import { RecentKeeper } from '../recent-keeper.ts'
import { Session } from '../session.ts'
import { viewWords, withWish } from '../session-file/view-words.ts'
import { readViewing } from '../session-file/viewing.ts'
import { SettingsFile } from '../settings.ts'
import { chooseShell, findElectron } from '../shell/choose-shell.ts'
import { ChromiumShell } from '../shell/chromium/chromium-shell.ts'
import { runInElectron } from '../shell/electron/launch.ts'
import { type Shell, type ShellKind, shellKinds } from '../shell/shell.ts'
import { openSourceHandle } from '../source/handle.ts'
import { systemClock } from '../source/poller.ts'
import { isThere } from '../source/presence.ts'
import type { Address } from '../source/source.ts'
import { waitOption } from '../source-opener.ts'
import { tellStarter } from '../starter.ts'
import { monitorLine, vmControl } from '../vm/open.ts'
import { QemuControl } from '../vm/qemu-control.ts'
import { launcherMaker } from './view-launcher.ts'
import { readHotkeys, viewOptions } from './view-options.ts'
import { sayOther, viewerPlace } from './view-place.ts'
import { sessionReport } from './view-report.ts'
import { saveTour, TOUR_MS } from './view-tour.ts'

const MOST_FRAMES = 1_000_000_000

type Wishes = {
  readonly address: Address
  readonly title: string | undefined
  readonly fullscreen: boolean
  readonly scale: ScaleMode | undefined
  /** The guest takes the window's size. */
  readonly follow: boolean
  /** The guest is not heard. */
  readonly mute: boolean
  readonly viewOnly: boolean
  /** The guest and this desktop have one clipboard. */
  readonly clipboard: boolean
  readonly wait: boolean
  readonly reconnect: boolean
  /** Socket of a monitor that takes the input, and tells what the VM does. */
  readonly qmp: string | undefined
  /** Keys by action, for this window. */
  readonly hotkeys: ChosenKeys
  readonly headless: boolean
  readonly presenter: PresenterWish | undefined
  /** Dma-bufs may go into the window's GPU. */
  readonly zeroCopy: boolean
  readonly frames: number | undefined
  readonly stats: string | undefined
  /** No display server: show what there is, save it, and leave. */
  readonly tour: boolean
  /** Socket at which a second start of the same finds this viewer; undefined for one of many. */
  readonly place: string | undefined
}

/**
 * The command that shows a VM.
 *
 * @param hosted the shell of the program we already run in (Electron); undefined in plain Node
 */
export function viewCommand(hosted?: Shell): Command {
  return defineCommand({
    name: 'view',
    summary: "Shows a VM's display in a window",
    operands: [
      {
        metavar: 'ADDRESS',
        help: 'address of the VM, a session file, a scanout: link, or - for stdin [demo:]',
        optional: true,
      },
    ],
    options: {
      title: { type: 'text', metavar: 'TEXT', help: "the window's title instead of the VM's name" },
      ...viewOptions,
      clipboard: { type: 'flag', help: 'share the clipboard with the guest from the start' },
      wait: waitOption,
      reconnect: { type: 'flag', help: 'show a VM that went away again when it is back' },
      presenter: {
        type: 'choice',
        choices: presenterWishes,
        help: 'what draws the picture [auto: WebGL with a GPU, else a 2D canvas]',
      },
      'no-zero-copy': { type: 'flag', help: "never hand the guest's buffers to the window's GPU" },
      another: { type: 'flag', help: 'open a second window of a VM that is shown already' },
      shell: { type: 'choice', choices: shellKinds, help: 'which program draws the window' },
      headless: { type: 'flag', help: 'run without a window, in headless Chromium' },
      frames: {
        type: 'integer',
        metavar: 'N',
        min: 1,
        max: MOST_FRAMES,
        help: 'end after N presented frames',
      },
      stats: { type: 'text', metavar: 'FILE', help: 'write frame statistics as JSON at the end' },
    },
    execute: async ({ options: given, operands }, io) => {
      const viewing = await readViewing(operands[0] ?? 'demo:', io)
      if (!viewing.ok) return viewing
      const { address } = viewing.value
      const options = withWish(given, viewing.value.wish)
      const hotkeys = readHotkeys(options.hotkeys)
      if (!hotkeys.ok) return hotkeys
      const windowless = options.headless || (!hosted && !(await hasDisplay(io.env)))
      if (options.headless && options.shell === 'electron') {
        const remedy = 'Leave out --shell, or use --shell chromium'
        return wrongUse('--headless needs Chromium', 'Electron always opens a window', remedy)
      }
      const wishes: Wishes = {
        address,
        title: options.title,
        fullscreen: options.fullscreen,
        scale: options.scale,
        follow: options.follow,
        mute: options.mute,
        viewOnly: options['view-only'],
        clipboard: options.clipboard,
        wait: options.wait,
        reconnect: options.reconnect,
        qmp: options.qmp,
        hotkeys: hotkeys.value,
        headless: windowless,
        presenter: options.presenter,
        zeroCopy: !options['no-zero-copy'],
        frames: options.frames,
        stats: options.stats,
        tour: windowless && !options.headless,
        place: options.another || windowless ? undefined : viewerPlace(address, options, io),
      }
      if (hosted) return show(wishes, hosted, io)
      const electron = findElectron(io.env)
      const shell: Result<ShellKind, Failure> = windowless
        ? ok('chromium')
        : chooseShell(options.shell, electron)
      if (!shell.ok) return shell
      if (shell.value === 'electron' && electron) {
        const other = wishes.place && (await askViewer(wishes.place))
        if (other) return sayOther(other, address, io)
        const words = viewWords(address.text, options)
        return runInElectron(electron, words, io.env, io.signal, inheritedFd(address))
      }
      return show(wishes, new ChromiumShell(io.env), io)
    },
  })
}

export const view = viewCommand()

function inheritedFd(address: Address): number | undefined {
  return address.scheme === 'vfio+fd' ? Number(address.path) : undefined
}

async function show(wishes: Wishes, shell: Shell, io: Io): Promise<Result<void, Failure>> {
  if (wishes.tour) {
    await io.stderr.write(
      'scanout: no display server was found (DISPLAY, WAYLAND_DISPLAY); ' +
        `running headless for ${TOUR_MS / 1000} s\n`,
    )
  }
  await using owned = new AsyncDisposableStack()
  let shown: Session | undefined
  const raise: Raise = async () => (await shown?.window?.raise()) ?? ok(undefined)
  const claim = wishes.place === undefined ? undefined : await OneViewer.claim(wishes.place, raise)
  if (claim?.kind === 'other') return sayOther(claim.other, wishes.address, io)
  if (claim?.kind === 'first') owned.use(claim.viewer)
  const settings = await SettingsFile.open(io.env)
  await settings.takeVm(wishes.address.text)
  if (wishes.follow) settings.override({ guestFollows: true })
  if (wishes.mute) settings.override({ muted: true })
  const keys = { ...settings.current.keys, ...wishes.hotkeys }
  if (Object.keys(wishes.hotkeys).length > 0) settings.override({ keys })
  const line = monitorLine(wishes.qmp, wishes.address, io.cwd)
  if (line) owned.use(line)
  const reached = await line?.follow()
  // Who only views can do without it.
  if (reached?.ok === false && !wishes.wait && !wishes.viewOnly) return reached
  const vm = line ? new QemuControl(line) : vmControl(wishes.address, io.cwd)
  const input = line && !wishes.viewOnly ? new QmpInput(line, systemClock) : undefined
  if (vm) owned.use(vm)
  if (input) owned.use(input)
  const parts = { openSource: openSourceHandle, isThere, clock: systemClock, shell, settings }
  const createLauncher = launcherMaker(wishes, io)
  const program: Program = [ownProgram(io.env)]
  const dropped = owned.use(
    new DroppedFiles(io.env, (words) => startViewer({ program, words, env: io.env, cwd: io.cwd })),
  )
  const openDropped: Calls['drop:open'] = (files) => dropped.open(files)
  await using session = new Session(wishes, { ...parts, input, vm, createLauncher, openDropped })
  shown = session
  const startedMs = performance.now()
  const opened = await session.open()
  if (!opened.ok) return io.signal.aborted ? ok(undefined) : opened
  void session.greeted.then(() => tellStarter({ scanout: 'shown' }))
  await using _kept = wishes.headless
    ? undefined
    : keepRecent(session, settings, wishes.address, io)
  const end = await ending(session, wishes, io.signal)
  // From here on the next start is the first again.
  if (claim?.kind === 'first') await claim.viewer[Symbol.asyncDispose]()
  if (end.ok && wishes.tour) {
    const saved = await saveTour(session, wishes.address, io)
    if (!saved.ok) return saved
  }
  const seconds = (performance.now() - startedMs) / 1000
  if (wishes.stats === undefined) return end
  const report = sessionReport(session, wishes.address, seconds)
  const file = path.resolve(io.cwd, wishes.stats)
  try {
    await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const remedy = 'Choose another file for --stats'
    return fail({ code: 'not-saved', what: `cannot write ${file}`, why, remedy })
  }
  return end
}

/** Remembers what is shown for the launcher, if it can be opened again. */
function keepRecent(
  session: Session,
  settings: SettingsFile,
  address: Address,
  io: Io,
): RecentKeeper | undefined {
  const lasting = lastingAddress(address, io.cwd)
  const isWanted = () => settings.current.remembered
  return lasting === undefined
    ? undefined
    : new RecentKeeper(session, lasting, new RecentFolder(io.env), isWanted)
}

/**
 * Waits for whichever comes first: the person closes the window, Ctrl-C, enough frames, the tour's
 * time. Without a window nobody could read a failure, so there it ends the command.
 */
async function ending(
  session: Session,
  wishes: Wishes,
  signal: AbortSignal,
): Promise<Result<void, Failure>> {
  const { promise, resolve } = Promise.withResolvers<Result<void, Failure>>()
  using waiting = new DisposableStack()
  const stop = (): void => resolve(ok(undefined))
  signal.addEventListener('abort', stop, { once: true })
  waiting.defer(() => signal.removeEventListener('abort', stop))
  if (signal.aborted) stop()
  void session.closed.then((end) =>
    end.kind === 'broken' ? resolve(fail(end.failure)) : resolve(ok(undefined)),
  )
  const look = (): void => {
    if (wishes.frames !== undefined && session.statistics.frames >= wishes.frames) stop()
    if (wishes.tour && session.statistics.frames > 0) {
      waiting.adopt(setTimeout(stop, TOUR_MS), clearTimeout)
      unwatch()
    }
    const failure = wishes.headless ? failureOf(session) : undefined
    if (failure) resolve(fail(failure))
  }
  const unwatch = session.onChange(look)
  waiting.defer(unwatch)
  look()
  // Awaited here: a promise merely returned would find the listeners already gone.
  return await promise
}

function failureOf(session: Session): Failure | undefined {
  const { state } = session
  if (state.kind === 'failed' || state.kind === 'lost') return state.failure
  if (state.kind === 'refused') return state.verdict
  // A driver that was reset comes back by itself.
  return session.problem?.code === 'context-lost' ? undefined : session.problem
}
