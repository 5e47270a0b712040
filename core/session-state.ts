// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from './assert-never.ts'
import type { Failure, Verdict } from './failure.ts'
import type { PlaneStatus } from './plane.ts'

/** What the window shows, and why. Replaced whole; {@link nextSession} is the only way from one to another. */
export type SessionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** The source works and the guest has its display off. */
  | { readonly kind: 'disabled' }
  /** A picture arrived that cannot be shown. The last good one stays, dimmed. */
  | { readonly kind: 'refused'; readonly verdict: Verdict }
  /** Errors for longer than a second: the last picture stays. */
  | { readonly kind: 'stalled'; readonly failure: Failure }
  /** The source could not be opened: busy, no permission, not there. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** It was open and went away: the VM ended, the producer hung up. */
  | { readonly kind: 'lost'; readonly failure: Failure }
  /** It is not there, not yet or not any more, and is tried again by itself. */
  | { readonly kind: 'waiting'; readonly failure: Failure }

export type SessionEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'open-failed'; readonly failure: Failure }
  | { readonly kind: 'planes'; readonly statuses: readonly PlaneStatus[] }
  | { readonly kind: 'gone'; readonly failure: Failure }
  /** It could not be opened or went away, and will be tried again. */
  | { readonly kind: 'waiting'; readonly failure: Failure }
  | { readonly kind: 'reopening' }

/** A source that was lost or never opened changes only when it is opened again. */
export function nextSession(state: SessionState, event: SessionEvent): SessionState {
  switch (event.kind) {
    case 'opened':
      return { kind: 'connecting' }
    case 'reopening':
      return { kind: 'connecting' }
    case 'open-failed':
      return { kind: 'failed', failure: event.failure }
    case 'gone':
      return state.kind === 'failed' ? state : { kind: 'lost', failure: event.failure }
    case 'waiting':
      return { kind: 'waiting', failure: event.failure }
    case 'planes':
      return isClosed(state) ? state : fromPlanes(state, event.statuses)
    default:
      return assertNever(event)
  }
}

/** No source is open, so nothing that one said before counts. */
function isClosed({ kind }: SessionState): boolean {
  return kind === 'failed' || kind === 'lost' || kind === 'waiting'
}

/** The primary plane decides: without it there is no picture, whatever the cursor does. */
function fromPlanes(state: SessionState, statuses: readonly PlaneStatus[]): SessionState {
  const primary = statuses.find((status) => status.kind === 'primary')
  if (!primary) return state
  switch (primary.state) {
    case 'shown':
      return { kind: 'live' }
    case 'disabled':
    case 'absent':
      return { kind: 'disabled' }
    case 'refused':
      return { kind: 'refused', verdict: primary.verdict }
    case 'stalled':
      return { kind: 'stalled', failure: primary.failure }
    default:
      return assertNever(primary)
  }
}
