// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { checkPlane } from '../../core/check-plane.ts'
import { decodeRgba8, linearise } from '../../core/decode.ts'
import type { PlaneClaim } from '../../core/plane.ts'
import { layoutOf } from '../../core/plane-layout.ts'
import { pixelFormat } from '../../main/capture/engine.ts'
import { shim } from '../../native-shim/index.ts'
import { describeClaim, randomClaim, wrongFields } from '../fakes/naive-check.ts'
import { Random } from '../fakes/random.ts'

// What the door lets through, both CPU engines must read without leaving the buffers. Run with
// scripts/native-asan.mjs it proves that to the byte; SCANOUT_CLAIMS=1000000 makes it long.

const CLAIMS = Number(process.env['SCANOUT_CLAIMS'] ?? 20_000)
/** Larger buffers are judged and not read. */
const MOST_BYTES = 1 << 17

describe('planes from outside', () => {
  it(`are judged and read alike by all, ${CLAIMS} times`, () => {
    const random = new Random(1906)
    const noise = random.bytes(MOST_BYTES)
    let [accepted, read] = [0, 0]
    for (let round = 0; round < CLAIMS; round += 1) {
      const { claim, sizes } = randomClaim(random, [2, 9, 33, 300, 16384])
      const wrong = wrongFields(claim, sizes)
      const buffers = sizes.map((size) => ({ size: Number(size) }))
      const checked = checkPlane(claim as PlaneClaim, buffers)
      if (!checked.ok) {
        const { field, why, remedy } = checked.failure
        if (!wrong.has(field) || !why || !remedy) expect.fail(`${why}: ${describeClaim(claim)}`)
        continue
      }
      if (wrong.size > 0) expect.fail(`accepted; naive: ${[...wrong]}; ${describeClaim(claim)}`)
      accepted += 1
      const plane = checked.value
      const size = buffers[0]?.size ?? 0
      if (size > MOST_BYTES || plane.width * plane.height > 2500) continue
      read += 1
      // A copy of exactly that length: one byte more is one that a sanitizer sees.
      const bytes = noise.slice(0, size)
      const { format, memory } = layoutOf(plane)
      const planes = memory.map((layout) => ({ memory: bytes, layout }))
      const pixels = pixelFormat(format, plane.color)
      const rgba = shim.decodeRgba8(planes, pixels, plane, 1 + (round % 2))
      const linear = Buffer.concat(memory.map((layout) => shim.linearise(bytes, layout)))
      if (Buffer.compare(linear, linearise(plane, [bytes])) !== 0) expect.fail(describeClaim(claim))
      if (Buffer.compare(rgba, decodeRgba8(plane, [bytes])) !== 0) expect.fail(describeClaim(claim))
      const [x, y] = [random.below(plane.width), random.below(plane.height)]
      const width = 1 + random.below(plane.width - x)
      const height = 1 + random.below(plane.height - y)
      const part = new Uint8Array(width * 4 * height)
      const place = { memory: part, offset: 0, pitch: width * 4 }
      shim.decodeRgba8Into(planes, pixels, plane, { x, y, width, height }, place, 1)
      for (let row = 0; row < height; row += 1) {
        const from = ((y + row) * plane.width + x) * 4
        const wanted = rgba.subarray(from, from + width * 4)
        const got = part.subarray(row * width * 4, (row + 1) * width * 4)
        if (Buffer.compare(got, wanted) !== 0) expect.fail(describeClaim(claim))
      }
    }
    expect(accepted).toBeGreaterThan(CLAIMS / 5)
    expect(read).toBeGreaterThan(CLAIMS / 10)
  }, 3_600_000)
})
