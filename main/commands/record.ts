// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import type { Failure } from '../../core/failure.ts'
import {
  MAX_SECONDS,
  type RecordingContainer,
  recordingCodecRow,
  recordingCodecs,
} from '../../core/recording.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { MAX_RECORDING_RATE } from '../../core/settings.ts'
import { type Command, defineCommand, type Io, wrongUse } from '../command.ts'
import type { FinishedRecording } from '../recording/recording-file.ts'
import type { RecordingPlan } from '../recording/session-recordings.ts'
import { Session } from '../session.ts'
import { SettingsFile } from '../settings.ts'
import { ChromiumShell } from '../shell/chromium/chromium-shell.ts'
import { parseAddress } from '../source/address.ts'
import { openSourceHandle } from '../source/handle.ts'
import { systemClock } from '../source/poller.ts'
import { isThere } from '../source/presence.ts'
import type { Address } from '../source/source.ts'
import { waitOption } from '../source-opener.ts'
import { figuresText, Progress } from './record-progress.ts'

/** Time that the page gets to hand over the end of a recording, ms. */
const COMPLETION_MS = 10_000

const containers: ReadonlyMap<string, RecordingContainer> = new Map([
  ['.mp4', 'mp4'],
  ['.m4v', 'mp4'],
  ['.webm', 'webm'],
])

type Outcome = Result<FinishedRecording, Failure>
type Plan = Pick<RecordingPlan, 'wish' | 'place'>

export const record: Command = defineCommand({
  name: 'record',
  summary: 'Records what a VM shows, without a window.',
  operands: [{ metavar: 'ADDRESS', help: 'address of the VM' }],
  options: {
    output: {
      type: 'text',
      short: 'o',
      metavar: 'FILE',
      required: true,
      help: 'where to: .mp4 or .webm',
    },
    duration: {
      type: 'integer',
      short: 'd',
      metavar: 'SECONDS',
      min: 1,
      max: MAX_SECONDS,
      help: 'how long; otherwise until Ctrl-C',
    },
    fps: {
      type: 'integer',
      metavar: 'N',
      min: 1,
      max: MAX_RECORDING_RATE,
      default: 30,
      help: 'most pictures per second',
    },
    codec: { type: 'choice', choices: recordingCodecs, help: 'how pictures are coded' },
    'no-cursor': { type: 'flag', help: 'without the cursor plane' },
    json: { type: 'flag', help: 'print path, seconds, frames and bytes as JSON' },
    wait: waitOption,
  },
  notes: [
    'The recording begins with the first picture. A picture is recorded whenever it changed, at its ' +
      'own time, and once a second while it rests. A guest that changes its resolution goes on in ' +
      'the same file, fitted into the first one.',
    'Needs Chromium, whose encoders it uses, and no display server. While it runs the file is called ' +
      'NAME.part.webm or NAME.part.mp4; should it be cut off, that plays up to its last two seconds.',
  ],
  execute: async ({ options, operands: [text] }, io) => {
    const address = parseAddress(text)
    if (!address.ok) return address
    const target = path.resolve(io.cwd, options.output)
    const container = containers.get(path.extname(target).toLowerCase())
    if (!container) {
      const why = `the name ${options.output} does not say what to write`
      return wrongUse('nothing was recorded', why, 'End it with .mp4 or .webm')
    }
    const { codec } = options
    if (codec && !recordingCodecRow(codec).containers.includes(container)) {
      const { name, containers: fitting } = recordingCodecRow(codec)
      const why = `${name} does not go into .${container}`
      return wrongUse('nothing was recorded', why, `End the name with .${fitting.join(' or .')}`)
    }
    const wish = {
      container,
      codec: codec ?? null,
      framesPerSecond: options.fps,
      cursor: !options['no-cursor'],
      seconds: options.duration ?? null,
    }
    const plan: Plan = { wish, place: { target, rule: 'replace' } }
    const recorded = await run(address.value, plan, options.wait, io)
    if (!recorded.ok) return recorded
    await report(recorded.value, options.json, io)
    return ok(undefined)
  },
})

async function run(address: Address, plan: Plan, wait: boolean, io: Io): Promise<Outcome> {
  const settings = await SettingsFile.open(io.env)
  const ended = Promise.withResolvers<Outcome>()
  await using progress = new Progress(io.stderr)
  let hasBegun = false
  const recording: RecordingPlan = {
    ...plan,
    begun: () => {
      hasBegun = true
    },
    grown: (figures) => progress.show(figures),
    ended: (outcome) => ended.resolve(outcome),
    problem: (failure) => ended.resolve(fail(failure)),
  }
  const options = {
    address,
    recording,
    wait,
    title: undefined,
    fullscreen: false,
    headless: true,
    presenter: 'canvas2d',
    viewOnly: true,
    clipboard: false,
    scale: undefined,
    reconnect: false,
  } as const
  const shell = new ChromiumShell(io.env)
  const parts = { openSource: openSourceHandle, isThere, clock: systemClock, shell, settings }
  await using session = new Session(options, parts)
  const opened = await session.open()
  if (!opened.ok) return opened
  void session.closed.then((end) => end.kind === 'broken' && ended.resolve(fail(end.failure)))
  const ending = await first(ended.promise, session, io.signal)
  if (ending.kind === 'ended') return ending.outcome
  if (!hasBegun) return fail(ending.kind === 'gone' ? ending.failure : nothing)
  // What came until now is completed, then the reason counts.
  session.window?.send('record:stop')
  const late = AbortSignal.timeout(COMPLETION_MS)
  late.addEventListener('abort', () => ended.resolve(fail(unanswered)), { once: true })
  const outcome = await ended.promise
  if (!outcome.ok || ending.kind === 'interrupted') return outcome
  const kept = `${outcome.value.path} has ${figuresText(outcome.value)}`
  return fail({ ...ending.failure, why: `${ending.failure.why}; ${kept}` })
}

type Ending =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'gone'; readonly failure: Failure }

/** Whichever comes first: the recording is complete, a person has had enough, the VM is gone. */
async function first(
  ended: Promise<Outcome>,
  session: Session,
  signal: AbortSignal,
): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>()
  using waiting = new DisposableStack()
  void ended.then((outcome) => resolve({ kind: 'ended', outcome }))
  const interrupted = () => resolve({ kind: 'interrupted' })
  signal.addEventListener('abort', interrupted, { once: true })
  waiting.defer(() => signal.removeEventListener('abort', interrupted))
  if (signal.aborted) interrupted()
  const look = () => {
    const { state } = session
    const failure =
      state.kind === 'failed' || state.kind === 'lost'
        ? state.failure
        : state.kind === 'refused'
          ? state.verdict
          : undefined
    if (failure) resolve({ kind: 'gone', failure })
  }
  waiting.defer(session.onChange(look))
  look()
  return await promise
}

async function report(recording: FinishedRecording, json: boolean, io: Io): Promise<void> {
  const { path: file, seconds, frames, bytes } = recording
  if (json) {
    await io.stdout.write(`${JSON.stringify({ path: file, seconds, frames, bytes })}\n`)
    return
  }
  await io.stderr.write(`scanout: recorded ${figuresText(recording)}\n`)
  await io.stdout.write(`${file}\n`)
}

const nothing: Failure = {
  code: 'nothing-recorded',
  what: 'nothing was recorded',
  why: 'it was interrupted before the first picture',
  remedy: 'Record while the display is on',
}

const unanswered: Failure = {
  code: 'page-gone',
  what: 'the recording was not completed',
  why: `the browser did not answer for ${COMPLETION_MS / 1000} s`,
  remedy: 'Play the .part file beside it; SCANOUT_LOG=debug shows what the browser says',
}
