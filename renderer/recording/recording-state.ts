// SPDX-License-Identifier: GPL-2.0-or-later

/** How much an instant replay keeps, s. */
export const REPLAY_SECONDS = 30

/** What the window's recording does. Whole seconds, so that the interface changes once a second. */
export type RecordingState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'recording' | 'paused' | 'saving'
      readonly seconds: number
      readonly bytes: number
    }

/** What the last seconds are doing. */
export type ReplayState = {
  readonly isKept: boolean
  readonly isSaving: boolean
  /** How much is there, at most {@link REPLAY_SECONDS}. */
  readonly seconds: number
}

export const noReplay: ReplayState = { isKept: false, isSaving: false, seconds: 0 }
