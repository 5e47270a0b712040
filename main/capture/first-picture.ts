// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as sleep } from 'node:timers/promises'
import type { Failure } from '../../core/failure.ts'
import type { Capture, PlaneKind } from '../../core/plane.ts'
import { fail, type Result } from '../../core/result.ts'
import type { SourceHandle } from '../source/source.ts'

/** A source that has just been opened, or whose guest is changing its mode, gets this long. */
export const PATIENCE_MS = 3000
const PAUSE_MS = 50

/**
 * A capture in which the wanted plane is shown, or, once patience is over, the last one without it. A
 * plane that is refused, and a cursor or overlay that the source does not have, are not waited for.
 */
export async function captureWhenShown(
  source: Pick<SourceHandle, 'capture'>,
  wanted: PlaneKind,
  only: PlaneKind | undefined,
  signal: AbortSignal,
  patienceMs: number = PATIENCE_MS,
): Promise<Result<Capture, Failure>> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const capture = await source.capture(only)
    if (!capture.ok || isFinal(capture.value, wanted)) return capture
    if (performance.now() >= deadline) return capture
    try {
      await sleep(PAUSE_MS, undefined, { signal })
    } catch {
      return fail(interrupted)
    }
  }
}

const interrupted: Failure = {
  code: 'interrupted',
  what: 'no picture was taken',
  why: 'the wait for it was interrupted',
  remedy: 'Try again',
}

function isFinal({ planes, statuses }: Capture, wanted: PlaneKind): boolean {
  if (planes.some(({ plane }) => plane.kind === wanted)) return true
  const status = statuses.find(({ kind }) => kind === wanted)
  if (status?.state === 'refused') return true
  // A source that pushes may not have got to its primary yet; one that shows others has.
  return status?.state === 'absent' && (wanted !== 'primary' || planes.length > 0)
}
