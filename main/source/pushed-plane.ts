// SPDX-License-Identifier: GPL-2.0-or-later
import type { Verdict } from '../../core/failure.ts'
import type { Plane, PlaneClaim, PlaneKind } from '../../core/plane.ts'
import type { Result } from '../../core/result.ts'
import type { Fd, NativeError } from '../../native-shim/api.ts'
import { unmappable } from './held-buffer.ts'
import { isNativeError, nativeFailure } from './native-failure.ts'
import type { ReadBacks } from './read-backs.ts'
import type { PlaneMemory, PlaneReading } from './source.ts'
import type { StallGuard } from './stall-guard.ts'

/** A plane that came by itself, by its last word. */
export type PushedPlane = {
  readonly kind: PlaneKind
  readonly claim: PlaneClaim
  readonly checked: Result<Plane, Verdict>
  readonly identity: string
  /** Something was said about it since it was read last. */
  readonly isFresh: boolean
  /** Maps or copies; throws NativeError when the memory cannot be had. */
  readonly memory: (plane: Plane) => PlaneMemory
  /** All its buffers, when those are dma-bufs. */
  readonly dmabufs?: readonly Fd[] | undefined
  readonly readBacks?: ReadBacks | undefined
}

/**
 * What a pushing source reads: the plane, or the verdict on one that cannot be shown.
 *
 * @param changed gets the kind back when its memory could not be had for now, to be tried again
 */
export function readPushedPlane(
  pushed: PushedPlane,
  stalls: StallGuard,
  changed: Set<PlaneKind>,
): PlaneReading {
  const { kind, claim, checked, identity, isFresh, memory } = pushed
  const refused = (verdict: Verdict): PlaneReading => {
    return { status: { kind, state: 'refused', verdict, claim }, mayHaveChanged: false }
  }
  if (!checked.ok) return refused(checked.failure)
  try {
    const status = { kind, state: 'shown', plane: checked.value, identity } as const
    return stalls.passed(kind, { status, memory: memory(checked.value), mayHaveChanged: isFresh })
  } catch (error) {
    if (!isNativeError(error)) throw error
    if (error.syscall === 'mmap') return unmapped(pushed, checked.value, error, refused)
    changed.add(kind)
    const what = `cannot read the ${kind} plane`
    return stalls.failed(kind, nativeFailure(error, what, 'unreadable', 'Wait'))
  }
}

/** A GPU may read it all the same. */
function unmapped(
  { kind, claim, identity, isFresh, dmabufs, readBacks }: PushedPlane,
  plane: Plane,
  refusal: NativeError,
  refused: (verdict: Verdict) => PlaneReading,
): PlaneReading {
  if (!dmabufs || !readBacks) return refused(unmappable(kind, refusal))
  return readBacks.reading({ plane, claim, identity, dmabufs, refusal, hasChanged: isFresh })
}
