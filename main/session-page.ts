// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../core/assert-never.ts'
import type { Failure } from '../core/failure.ts'
import type { VmAction } from '../core/guest.ts'
import type { GuestRequest } from '../core/guest-channel.ts'
import type { Capture } from '../core/plane.ts'
import type { Calls, Hello, Notes, Settings } from '../core/protocol.ts'
import type { Result } from '../core/result.ts'
import type { InputGate } from './input/input-gate.ts'
import { log } from './log.ts'
import type { Probes } from './probes.ts'
import type { Publisher } from './publisher.ts'
import type { SessionSource } from './session-source.ts'
import type { PageHandlers } from './shell/shell.ts'
import { revealFolder, saveShot, shotPng, suggestShot } from './shots.ts'
import type { SoundGate } from './sound-gate.ts'

/** What a session does for its page. */
export type SessionPage = {
  readonly source: SessionSource
  readonly gate: InputGate
  readonly probes: Probes
  readonly sound: SoundGate
  /** Undefined while there is no source or no window. */
  publisher(): Publisher | undefined
  hello(): Promise<Hello>
  act(action: VmAction): Promise<Result<void, Failure>>
  request(request: GuestRequest): void
  capture(): Promise<Result<Capture, Failure>>
  title(): string
  settings(): Settings
  change(change: Partial<Settings>): Settings
  /** Frames are wanted, or not any more. */
  listens(listens: boolean): void
  presented(): void
  presenter(presenter: string): void
  problem(problem: Failure | undefined): void
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
    shot: async (request) => shotPng(await session.capture(), request),
    framesWanted: () => session.listens(true),
    framesDropped: () => session.listens(false),
  }
}

function calls(session: SessionPage): Calls {
  return {
    'session:hello': () => {
      session.sound.reset()
      return session.hello()
    },
    'session:reopen': () => session.source.reopen(),
    'session:console': (id) => session.source.showConsole(id),
    'vm:act': (action) => session.act(action),
    'shot:save': async (request) => saveShot(await session.capture(), request),
    'shot:suggest': async () => suggestShot(session.title(), session.settings().screenshotFolder),
    'shot:reveal': () => revealFolder(session.settings().screenshotFolder),
    'settings:change': async (change) => session.change(change),
    'window:close': async () => session.close(),
  }
}

function hear(session: SessionPage, note: HeardNote): void {
  switch (note.name) {
    case 'frame:presented':
      session.publisher()?.presented(...note.args)
      session.presented()
      break
    case 'frame:resend':
      session.publisher()?.resend()
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
    default:
      assertNever(note)
  }
}
