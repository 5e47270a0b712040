// SPDX-License-Identifier: GPL-2.0-or-later
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Failure } from '../../core/failure.ts'
import type { Found, LauncherHello } from '../../core/launcher-protocol.ts'

/** All that the launcher shows. */
export type LauncherState = {
  /** Undefined until main has answered. */
  readonly hello: LauncherHello | undefined
  readonly found: readonly Found[]
  /** What is in the field. */
  readonly text: string
  /** The row that a person chose; the first one counts without. */
  readonly chosen: string | undefined
  /** Name of what is being opened now. */
  readonly opening: string | undefined
  /** What could not be done, until it is dismissed or something else is. */
  readonly trouble: Failure | undefined
  /** What was copied a moment ago. */
  readonly copied: string | undefined
  /** Main went away. */
  readonly closed: boolean
  /** The time that `5 minutes ago` is meant from, ms since 1970. */
  readonly nowMs: number
}

export type LauncherStore = StoreApi<LauncherState>

export function createLauncherStore(): LauncherStore {
  return createStore<LauncherState>(() => ({
    hello: undefined,
    found: [],
    text: '',
    chosen: undefined,
    opening: undefined,
    trouble: undefined,
    copied: undefined,
    closed: false,
    nowMs: Date.now(),
  }))
}
