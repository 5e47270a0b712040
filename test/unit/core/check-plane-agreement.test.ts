// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { checkPlane } from '../../../core/check-plane.ts'
import type { PlaneClaim } from '../../../core/plane.ts'
import { describeClaim, randomClaim, wrongFields } from '../../fakes/naive-check.ts'
import { Random } from '../../fakes/random.ts'

// Claims by the hundred thousand, most of them one step away from valid, must be judged alike.

describe('checkPlane', () => {
  it('judges 250 000 claims as the naive checker does', () => {
    const random = new Random(20170)
    let accepted = 0
    for (let round = 0; round < 250_000; round += 1) {
      const { claim, sizes } = randomClaim(random)
      const wrong = wrongFields(claim, sizes)
      const buffers = sizes.map((size) => ({ size: Number(size) }))
      const checked = checkPlane(claim as PlaneClaim, buffers)
      const agrees = checked.ok ? wrong.size === 0 : wrong.has(checked.failure.field)
      if (!agrees) {
        const words = checked.ok ? 'accepted' : checked.failure.why
        expect.fail(`round ${round}: ${words}; naive: ${[...wrong]}; ${describeClaim(claim)}`)
      }
      accepted += checked.ok ? 1 : 0
    }
    // Both sides are exercised.
    expect(accepted).toBeGreaterThan(50_000)
    expect(accepted).toBeLessThan(200_000)
  }, 60_000)
})
