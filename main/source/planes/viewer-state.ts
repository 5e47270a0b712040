// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlaneClaim, PlaneKind } from '../../../core/plane.ts'
import { planeKinds } from '../../../core/plane.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { layoutKey } from '../plane-query.ts'
import type { ProducerRecord } from './protocol.ts'

/** A plane to be shown by a viewer. */
export type OfferedPlane = {
  readonly claim: PlaneClaim
  readonly fds: readonly Fd[]
  /** The same object as long as the buffers are the same. */
  readonly token: object
  /** Changes with the contents; `unknown`: they may change at any time. */
  readonly version: number | 'unknown'
}

type Shown = {
  readonly id: number
  readonly claim: PlaneClaim
  readonly version: number | 'unknown'
}

/** Buffers of a kind that a viewer is left to know; viewers keep 8, 4 and 4. */
const KNOWN = 12

/** What one viewer was told, so that it is told changes only. */
export class ViewerState {
  readonly #known = new Map<object, { readonly id: number; readonly kind: PlaneKind }>()
  readonly #shown = new Map<PlaneKind, Shown>()
  #nextId = 1

  /** The viewer let buffers go: they must be introduced again. */
  dropped(id: number): void {
    for (const [token, known] of this.#known) {
      if (known.id !== id) continue
      this.#known.delete(token)
      if (this.#shown.get(known.kind)?.id === id) this.#shown.delete(known.kind)
    }
  }

  hide(kind: PlaneKind): void {
    this.#shown.delete(kind)
  }

  /** Sends what it takes to show a plane: its buffers, a flip, a move, or that it was drawn into. */
  show(offer: OfferedPlane, send: (record: ProducerRecord, fds?: readonly Fd[]) => void): void {
    const { claim, fds, token, version } = offer
    const kind = planeKinds.find((known) => known === claim.kind)
    if (!kind) throw new Error(`unknown kind ${claim.kind}`)
    const known = this.#known.get(token)
    const shown = this.#shown.get(kind)
    if (known?.kind !== kind) {
      const id = this.#nextId++
      send({ type: 'plane', id, fds: fds.length, plane: plain(claim) }, fds)
      this.#known.set(token, { id, kind })
      this.#shown.set(kind, { id, claim, version })
      this.#forgetOldest(kind, send)
      return
    }
    const { id } = known
    // The least recently shown goes first.
    this.#known.delete(token)
    this.#known.set(token, known)
    this.#shown.set(kind, { id, claim, version })
    const isSame = shown?.id === id && layoutKey(shown.claim) === layoutKey(claim)
    if (!isSame) {
      send({ type: 'plane', id, fds: 0, plane: plain(claim) })
      return
    }
    if (!samePlace(shown.claim, claim)) {
      const { x, y, hotspot } = claim
      send({ type: 'move', kind, x, y, hotspot })
    }
    if (version === 'unknown' || version !== shown.version) send({ type: 'damage', kind })
  }

  #forgetOldest(kind: PlaneKind, send: (record: ProducerRecord) => void): void {
    const ofKind = [...this.#known].filter(([, known]) => known.kind === kind)
    for (const [token, { id }] of ofKind.slice(0, Math.max(0, ofKind.length - KNOWN))) {
      this.#known.delete(token)
      send({ type: 'drop', id })
    }
  }
}

/** The fields of the protocol and no others. */
function plain(claim: PlaneClaim): PlaneClaim {
  const { kind, fourcc, modifier, width, height, memory, x, y, hotspot, bottomUp, color } = claim
  return {
    ...{ kind, fourcc, modifier, width, height, memory, x, y, hotspot, bottomUp },
    ...(color ? { color } : {}),
  }
}

function samePlace(a: PlaneClaim, b: PlaneClaim): boolean {
  return (
    a.x === b.x && a.y === b.y && a.hotspot?.x === b.hotspot?.x && a.hotspot?.y === b.hotspot?.y
  )
}
