// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../core/assert-never.ts'
import type { Failure } from '../core/failure.ts'
import type { VmAction } from '../core/guest.ts'
import type { GuestRequest } from '../core/guest-channel.ts'
import type { PixelNeed } from '../core/plain-plane.ts'
import type { Calls, Hello, Notes } from '../core/protocol.ts'
import type { Result } from '../core/result.ts'
import type { InputGate } from './input/input-gate.ts'
import type { Inspection } from './inspector/inspection.ts'
import { log } from './log.ts'
import type { Probes } from './probes.ts'
import type { Publisher } from './publisher.ts'
import type { SessionRecordings } from './recording/session-recordings.ts'
import { settingsCalls } from './session-settings.ts'
import type { SessionShots } from './session-shots.ts'
import type { SessionSource } from './session-source.ts'
import type { SettingsFile } from './settings.ts'
import type { PageHandlers } from './shell/shell.ts'
import type { SoundGate } from './sound-gate.ts'

/** What a session does for its page. */
export type SessionPage = {
  readonly source: SessionSource
  readonly gate: InputGate
  readonly probes: Probes
  readonly sound: SoundGate
  readonly inspection: Inspection
  readonly recordings: SessionRecordings
  /** Undefined while there is no source or no window. */
  publisher(): Publisher | undefined
  hello(): Promise<Hello>
  act(action: VmAction): Promise<Result<void, Failure>>
  request(request: GuestRequest): void
  readonly shots: SessionShots
  readonly settings: SettingsFile
  /** To be called after the settings changed. */
  readonly tellSettings: () => void
  /** The display must not sleep, or may again. */
  readonly stayAwake: (awake: boolean) => void
  readonly openDropped: Calls['drop:open']
  /** Frames are wanted, or not any more. */
  listens(listens: boolean): void
  presented(): void
  /** The page needs the bytes of its pictures, or not any more. */
  copies(wanted: boolean): void
  presenter(presenter: string, pixels: PixelNeed): void
  /** The display under the window shows so many frames a second. */
  pace(hz: number): void
  problem(problem: Failure | undefined): void
  createLauncher(): ReturnType<Calls['launcher:create']>
  close(): void
}

type HeardNote = {
  [N in keyof Notes]: { readonly name: N; readonly args: Notes[N] }
}[keyof Notes]

/** All that a page may ask of its session and tell it. */
export function pageHandlers(session: SessionPage): PageHandlers {
  return {
    calls: calls(session),
    note: (name, ...args) => hear(session, { name, args } as HeardNote),
    shot: (request) => session.shots.png(request),
    framesWanted: () => session.listens(true),
    framesDropped: () => session.listens(false),
  }
}

function calls(session: SessionPage): Calls {
  return {
    'session:hello': () => {
      session.sound.reset()
      session.inspection.reset()
      session.copies(false)
      void session.recordings.completeAll()
      return session.hello()
    },
    'session:reopen': () => session.source.reopen(),
    'session:console': (id) => session.source.showConsole(id),
    'vm:act': (action) => session.act(action),
    'launcher:create': () => session.createLauncher(),
    'window:close': async () => session.close(),
    ...session.shots.calls,
    'drop:open': (files) => session.openDropped(files),
    ...session.recordings.calls,
    ...settingsCalls(session.settings, session.tellSettings),
  }
}

function hear(session: SessionPage, note: HeardNote): void {
  switch (note.name) {
    case 'frame:presented':
      session.publisher()?.presented(...note.args)
      session.inspection.presented(note.args[0])
      session.presented()
      break
    case 'frame:resend':
      session.publisher()?.resend()
      break
    case 'frame:copy':
      session.copies(...note.args)
      break
    case 'input:events':
      session.gate.pass(...note.args)
      break
    case 'guest:request':
      session.request(...note.args)
      break
    case 'sound:heard':
      session.sound.heard()
      break
    case 'view:visible':
      session.source.handle?.setVisible(...note.args)
      break
    case 'view:awake':
      session.stayAwake(...note.args)
      break
    case 'view:refresh':
      session.pace(...note.args)
      break
    case 'view:presenter':
      session.presenter(...note.args)
      break
    case 'view:problem':
      session.problem(note.args[0] ?? undefined)
      break
    case 'probe:picture':
      session.probes.answer(...note.args)
      break
    case 'log:problem':
      log.warn(`page: ${note.args[0]}`)
      break
    case 'record:problem':
      session.recordings.hearProblem(...note.args)
      break
    case 'inspect:watch':
      session.inspection.inspect(...note.args)
      break
    case 'stats:watch':
      session.inspection.measure(...note.args)
      break
    default:
      assertNever(note)
  }
}
