// SPDX-License-Identifier: GPL-2.0-or-later
import { checkPlane } from '../../core/check-plane.ts'
import { fourccRow } from '../../core/fourcc.ts'
import { modifierRow } from '../../core/modifier.ts'
import type { CapturedPlane, Plane, PlaneClaim } from '../../core/plane.ts'
import { layoutNeed } from '../../core/plane-layout.ts'
import { Random } from './random.ts'

/** What a test wants to be special about a plane; the rest follows. */
export type PlaneWish = Partial<Omit<PlaneClaim, 'memory'>> & {
  readonly offset?: number
  /** Bytes beyond the least stride; rounded up to whole tiles. */
  readonly padding?: number
}

/** A plane that passes every check, with a buffer of exactly the length that it needs. */
export function validPlane(wish: PlaneWish = {}): { plane: Plane; length: number } {
  const { offset = 0, padding = 0, ...fields } = wish
  const claim = {
    kind: 'primary',
    fourcc: 'XR24',
    modifier: 0n,
    width: 16,
    height: 8,
    x: 0,
    y: 0,
    bottomUp: false,
    ...fields,
  }
  const format = fourccRow(claim.fourcc)
  const tiling = modifierRow(claim.modifier)?.tiling
  if (!format) throw new Error(`no row for ${claim.fourcc}`)
  const unit = tiling?.tileWidth ?? 1
  const stride = Math.ceil((claim.width * format.bytes + padding) / unit) * unit
  const size = layoutNeed(format, tiling, claim, stride).bytes
  const memory = [{ buffer: 0, offset, stride, size }]
  const checked = checkPlane({ ...claim, memory }, [{ size: offset + size }])
  if (!checked.ok) throw new Error(checked.failure.why)
  return { plane: checked.value, length: offset + size }
}

/** A valid plane with random bytes in its buffer. */
export function randomPlane(wish: PlaneWish = {}, seed = 1): CapturedPlane {
  const { plane, length } = validPlane(wish)
  return { plane, buffers: [new Random(seed).bytes(length)] }
}
