// SPDX-License-Identifier: GPL-2.0-or-later
import type { VmAction, VmRun } from '../../core/guest.ts'

/** The next step for a VM that does not run. */
export type RunAction = 'resume' | 'wake' | 'start' | 'reset'

/** What stands over the picture of a VM that does not run. */
export type RunWords = {
  readonly title: string
  /** Where no event told more. */
  readonly why: string
  readonly remedy: string
  readonly action: RunAction
}

// biome-ignore format: one row per state
const rows: Readonly<Record<Exclude<VmRun, 'running'>, RunWords>> = {
  // state         title                                 why                                           remedy                                    action
  paused:      { title: 'Paused',                    why: 'The guest stands still.',               remedy: '',                               action: 'resume' },
  suspended:   { title: 'The guest sleeps',          why: 'It suspended itself to memory.',        remedy: '',                               action: 'wake' },
  'shut-down': { title: 'The guest has shut down',   why: 'Its QEMU is still there.',              remedy: 'A reset starts the guest again.', action: 'reset' },
  panicked:    { title: 'The guest has crashed',     why: 'Its kernel stopped.',                   remedy: 'A reset starts the guest again.', action: 'reset' },
  starting:    { title: 'The guest has not started', why: 'Its QEMU waits to be told to start it.', remedy: '',                              action: 'start' },
}

/** Undefined while it runs. */
export function runWords(run: VmRun): RunWords | undefined {
  return run === 'running' ? undefined : rows[run]
}

/** What each next step asks of the VM. */
export const runActions: Readonly<Record<RunAction, VmAction>> = {
  resume: 'resume',
  wake: 'resume',
  start: 'resume',
  reset: 'reset',
}
