// SPDX-License-Identifier: GPL-2.0-or-later
import { checkPlane } from '../../core/check-plane.ts'
import { fourccRow } from '../../core/fourcc.ts'
import { modifierRow } from '../../core/modifier.ts'
import type { CapturedPlane, MemoryPlane, Plane, PlaneClaim } from '../../core/plane.ts'
import { layoutNeed, planeLayouts } from '../../core/plane-layout.ts'
import { Random } from './random.ts'

/** What a test wants to be special about a plane; the rest follows. */
export type PlaneWish = Partial<Omit<PlaneClaim, 'memory'>> & {
  readonly offset?: number
  /** Bytes beyond the least stride; rounded up to whole tiles. */
  readonly padding?: number
}

const alignUp = (value: number, to: number) => Math.ceil(value / to) * to

/** A plane that passes every check, with one buffer of exactly the length that it needs. */
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
  const modifier = modifierRow(claim.modifier)
  const layouts = format && modifier && planeLayouts(format, modifier, claim)
  if (!layouts) throw new Error(`no row for ${claim.fourcc} in ${claim.modifier}`)
  const memory: MemoryPlane[] = []
  let end = offset
  for (const layout of layouts) {
    const least = layoutNeed(layout, 1)
    const stride = alignUp(least.minStride + padding, least.strideUnit)
    const from = alignUp(end, least.offsetUnit)
    const size = layoutNeed(layout, stride).bytes
    memory.push({ buffer: 0, offset: from, stride, size })
    end = from + size
  }
  const checked = checkPlane({ ...claim, memory }, [{ size: end }])
  if (!checked.ok) throw new Error(checked.failure.why)
  return { plane: checked.value, length: end }
}

/** A valid plane with random bytes in its buffer. */
export function randomPlane(wish: PlaneWish = {}, seed = 1): CapturedPlane {
  const { plane, length } = validPlane(wish)
  return { plane, buffers: [new Random(seed).bytes(length)] }
}
