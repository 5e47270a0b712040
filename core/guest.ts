// SPDX-License-Identifier: GPL-2.0-or-later

// What main knows of a VM beside its planes and their pixels.

/** One screen of a VM, by the producer's number and name for it. */
export type ConsoleInfo = {
  readonly id: number
  readonly label: string
  /** `Graphic` or `Text`. */
  readonly type: string
}

/** What a source can do at all, as data: menus and `inspect` show it. */
export type Capabilities = {
  /** It has a keyboard or a pointer; what it takes now is in its `accepts`. */
  readonly input: boolean
  /** The guest can be asked for another size of its screen. */
  readonly resize: boolean
  /** Text goes both ways between its clipboard and ours. */
  readonly clipboard: boolean
  /** What the guest plays can be heard. */
  readonly audio: boolean
  /** Planes come by themselves instead of being asked for. */
  readonly pushes: boolean
}

export const noCapabilities: Capabilities = {
  input: false,
  resize: false,
  clipboard: false,
  audio: false,
  pushes: false,
}

/** What the window shows of the VM as a whole. Replaced whole when the source was opened (again). */
export type GuestInfo = {
  /** What the window is called. */
  readonly title: string
  /** The screen that is shown; undefined where a source has no more than one. */
  readonly console?: ConsoleInfo
  readonly consoles: readonly ConsoleInfo[]
  readonly capabilities: Capabilities
}

export const vmRuns = [
  'running',
  'paused',
  'suspended',
  'shut-down',
  'panicked',
  'starting',
] as const
export type VmRun = (typeof vmRuns)[number]

/** What a VM does, as its monitor tells. */
export type VmState = {
  readonly run: VmRun
  /** What happened last and is worth a line: `reset by the guest`, `watchdog`; empty when nothing did. */
  readonly note: string
}

export const vmActions = ['pause', 'resume', 'reset', 'power-button'] as const
export type VmAction = (typeof vmActions)[number]
