// SPDX-License-Identifier: GPL-2.0-or-later
import type { VmRun } from '../../core/guest.ts'

/** What stands over the picture of a VM that does not run; the next step is a button. */
export type RunWords = {
  readonly title: string
  readonly why: string
  readonly remedy: string
  readonly action: 'resume' | 'reset' | undefined
}

// biome-ignore format: one row per state
const rows: Readonly<Record<Exclude<VmRun, 'running'>, RunWords>> = {
  paused:      { title: 'Paused',                    why: 'The guest stands still.',            remedy: '',                               action: 'resume' },
  suspended:   { title: 'The guest sleeps',          why: 'It suspended itself to memory.',     remedy: '',                               action: 'resume' },
  'shut-down': { title: 'The guest has shut down',   why: 'Its QEMU is still there.',           remedy: 'Reset starts the guest again.',  action: 'reset' },
  panicked:    { title: 'The guest has crashed',     why: 'Its kernel panicked, and it stopped.', remedy: 'Reset starts the guest again.', action: 'reset' },
  starting:    { title: 'The guest has not started', why: 'Its QEMU waits to be told to.',      remedy: '',                               action: 'resume' },
}

/** Undefined while it runs. */
export function runWords(run: VmRun): RunWords | undefined {
  return run === 'running' ? undefined : rows[run]
}

export function isRunning(run: VmRun): boolean {
  return run === 'running'
}
