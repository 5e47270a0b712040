// SPDX-License-Identifier: GPL-2.0-or-later
import type { VmRun, VmState } from '../../core/guest.ts'
import type { QmpEvent } from '../source/qemu/qmp.ts'

/** What a status or an event of QEMU means for the VM. */
type Meaning = {
  /** Undefined: it goes on as it was. */
  readonly run?: VmRun
  /** Worth a line; undefined where nothing is. */
  readonly note?: string
  /** The same where the guest itself wanted it. */
  readonly guestNote?: string
  /** States that it does not end: QEMU says STOP of a VM that shut down as well. */
  readonly unless?: readonly VmRun[]
}

// `RunState` of QEMU's qapi/run-state.json; the last four since 9.0 or gone by then.
// biome-ignore format: one row per status
const statuses: Readonly<Record<string, Meaning>> = {
  'running':        { run: 'running' },
  'paused':         { run: 'paused' },
  'debug':          { run: 'paused',    note: 'A debugger stopped the guest' },
  'io-error':       { run: 'paused',    note: 'A disk of the VM failed' },
  'watchdog':       { run: 'paused',    note: 'The watchdog stopped the guest' },
  'internal-error': { run: 'panicked',  note: 'QEMU cannot go on with the guest' },
  'guest-panicked': { run: 'panicked' },
  'shutdown':       { run: 'shut-down' },
  'suspended':      { run: 'suspended' },
  'prelaunch':      { run: 'starting' },
  'inmigrate':      { run: 'starting',  note: 'The VM is coming from another host' },
  'restore-vm':     { run: 'starting' },
  'save-vm':        { run: 'paused' },
  'finish-migrate': { run: 'paused' },
  'postmigrate':    { run: 'paused',    note: 'The VM went to another host' },
  'colo':           { run: 'running' },
}

const ended = ['shut-down', 'panicked', 'suspended'] as const

// Events of qapi/run-state.json and qapi/block-core.json.
// biome-ignore format: one row per event
const events: Readonly<Record<string, Meaning>> = {
  STOP:              { run: 'paused',    unless: ended },
  RESUME:            { run: 'running' },
  RESET:             { note: 'The VM was reset',          guestNote: 'The guest restarted' },
  SHUTDOWN:          { run: 'shut-down', note: 'The VM was shut down', guestNote: 'The guest shut down' },
  POWERDOWN:         { note: 'The power button was pressed' },
  SUSPEND:           { run: 'suspended' },
  SUSPEND_DISK:      { note: 'The guest hibernates' },
  WAKEUP:            { run: 'running' },
  GUEST_PANICKED:    { run: 'panicked',  note: 'The guest crashed' },
  GUEST_CRASHLOADED: { note: 'The guest crashed and writes a dump' },
  WATCHDOG:          { note: 'The watchdog of the guest went off' },
}

/** Every event that says something about the VM as a whole. */
export const vmEvents: readonly string[] = Object.keys(events)
export const vmStatuses: readonly string[] = Object.keys(statuses)

/** The VM after an event; undefined when the event says nothing about it. */
export function afterEvent(state: VmState | null, { name, data }: QmpEvent): VmState | undefined {
  const meaning = Object.hasOwn(events, name) ? events[name] : undefined
  if (!meaning) return undefined
  const run = state?.run ?? 'running'
  const holds = meaning.run === undefined || meaning.unless?.includes(run)
  const byGuest = fieldOf(data, 'guest') === true
  return {
    run: holds ? run : (meaning.run ?? run),
    note: (byGuest ? meaning.guestNote : undefined) ?? meaning.note ?? '',
  }
}

/** The VM by the answer to `query-status`; undefined when that is none that we know. */
export function byStatus(state: VmState | null, answer: unknown): VmState | undefined {
  const status = fieldOf(answer, 'status')
  const isKnown = typeof status === 'string' && Object.hasOwn(statuses, status)
  const { run, note = '' } = (isKnown && statuses[status]) || {}
  if (run === undefined) return undefined
  // What an event told about the same state still holds.
  return { run, note: note === '' && state?.run === run ? state.note : note }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined
}
