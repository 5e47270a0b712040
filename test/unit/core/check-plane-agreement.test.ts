// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { checkPlane } from '../../../core/check-plane.ts'
import type { PlaneClaim } from '../../../core/plane.ts'
import { Random } from '../../fakes/random.ts'

// A second checker, written for this test from the rules alone: slow, in bigints, all rules at once.
// Claims by the hundred thousand, most of them one step away from valid, must be judged alike.

const pixelBytes: Readonly<Record<string, bigint>> = {
  XR24: 4n,
  AR24: 4n,
  XB24: 4n,
  AB24: 4n,
  RG16: 2n,
  XR30: 4n,
  XB30: 4n,
}
/** Tile sides by modifier: bytes × rows; LINEAR is 1 × 1. */
const tiles: Readonly<Record<string, readonly [bigint, bigint]>> = {
  '0': [1n, 1n],
  '72057594037927937': [512n, 8n],
  '72057594037927938': [128n, 32n],
}
const CAP = 512n * 1024n * 1024n

type Wild = { readonly [key: string]: unknown }

/** Every field that is wrong. Rules that need a broken field are not asked. */
function wrongFields(claim: Wild, sizes: readonly bigint[]): Set<string> {
  const wrong = new Set<string>()
  const rule = (holds: boolean, ...fields: string[]) => {
    if (!holds) for (const field of fields) wrong.add(field)
  }
  const whole = (value: unknown): value is number => Number.isInteger(value)
  const within = (value: unknown, low: bigint, high: bigint) =>
    whole(value) && BigInt(value) >= low && BigInt(value) <= high

  rule(['primary', 'overlay', 'cursor'].includes(String(claim['kind'])), 'kind')
  const bytes = Object.hasOwn(pixelBytes, String(claim['fourcc']))
    ? pixelBytes[String(claim['fourcc'])]
    : undefined
  rule(bytes !== undefined && typeof claim['fourcc'] === 'string', 'fourcc')
  const tile = typeof claim['modifier'] === 'bigint' ? tiles[String(claim['modifier'])] : undefined
  rule(tile !== undefined, 'modifier')
  const side = claim['kind'] === 'cursor' ? 512n : 16384n
  const { width, height } = claim
  rule(within(width, 1n, side), 'width')
  rule(within(height, 1n, side), 'height')
  if (whole(width) && whole(height)) rule(BigInt(width) * BigInt(height) * 4n <= CAP, 'height')
  for (const axis of ['x', 'y']) rule(within(claim[axis], -(2n ** 31n), 2n ** 32n - 1n), axis)
  rule(typeof claim['bottomUp'] === 'boolean', 'bottomUp')
  const hotspot = claim['hotspot'] as Wild | undefined
  if (hotspot) for (const axis of ['x', 'y']) rule(whole(hotspot[axis]), `hotspot.${axis}`)

  const memory = claim['memory'] as readonly Wild[]
  rule(memory.length === 1, 'memory')
  const { buffer, offset, stride, size } = memory[0] ?? {}
  rule(within(buffer, 0n, BigInt(sizes.length) - 1n), 'memory[0].buffer')
  rule(within(offset, 0n, 2n ** 53n - 1n), 'memory[0].offset')
  rule(within(stride, 1n, 0x7fffffffn), 'memory[0].stride')
  rule(within(size, 1n, 2n ** 53n - 1n), 'memory[0].size')
  if (!whole(stride) || !whole(offset) || !whole(size) || !whole(buffer)) return wrong
  const real = sizes[buffer]
  if (real !== undefined) {
    rule(BigInt(offset) + BigInt(size) <= real, 'memory[0].size', 'memory[0].offset')
  }
  if (bytes === undefined || tile === undefined || !whole(width) || !whole(height)) return wrong
  const [tileWidth, tileRows] = tile
  rule(BigInt(stride) >= BigInt(width) * bytes, 'memory[0].stride')
  rule(BigInt(stride) % tileWidth === 0n, 'memory[0].stride')
  rule(BigInt(offset) % (tileWidth * tileRows) === 0n, 'memory[0].offset')
  const isLinear = tileRows === 1n
  const allRows = ((BigInt(height) + tileRows - 1n) / tileRows) * tileRows
  const need = isLinear
    ? BigInt(stride) * (BigInt(height) - 1n) + BigInt(width) * bytes
    : BigInt(stride) * allRows
  rule(need <= CAP, 'memory[0].stride')
  rule(need <= BigInt(size), 'memory[0].size')
  return wrong
}

/** Values at which something happens, for any numeric field. */
const edges = [
  -1,
  0,
  1,
  2,
  3,
  4,
  7,
  8,
  31,
  32,
  63,
  64,
  127,
  128,
  255,
  256,
  511,
  512,
  513,
  4095,
  4096,
  4097,
  8192,
  16383,
  16384,
  16385,
  32768,
  65536,
  0x7fffffff,
  0x80000000,
  0xffffffff,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 31),
  -(2 ** 31) - 1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1e300,
  -0,
]
const fourccs = [...Object.keys(pixelBytes), 'NV12', 'C8  ', '', '0x00000000', 'toString']
const modifiers = [
  0n,
  0x0100000000000001n,
  0x0100000000000002n,
  0x0100000000000009n,
  1n,
  -1n,
  1n << 64n,
]

/** A valid plane, then up to three fields somewhere else. */
function randomClaim(random: Random): { claim: Wild; sizes: readonly bigint[] } {
  const fourcc = random.pick(Object.keys(pixelBytes))
  const modifier = random.pick([0n, 0x0100000000000001n, 0x0100000000000002n])
  const kind = random.pick(['primary', 'overlay', 'cursor'])
  const [tileWidth, tileRows] = tiles[String(modifier)] ?? [1n, 1n]
  const width = 1 + random.below(kind === 'cursor' ? 512 : random.pick([64, 2000, 16384]))
  const height = 1 + random.below(kind === 'cursor' ? 512 : random.pick([64, 2000, 16384]))
  const row = width * Number(pixelBytes[fourcc])
  const stride = Math.ceil((row + random.below(3) * 100) / Number(tileWidth)) * Number(tileWidth)
  const offset = random.below(3) * Number(tileWidth * tileRows)
  const rows = Math.ceil(height / Number(tileRows)) * Number(tileRows)
  const size = tileRows === 1n ? stride * (height - 1) + row : stride * rows
  const real = offset + size + random.pick([0, 0, 1, 4096])
  const memory: Record<string, unknown> = { buffer: 0, offset, stride, size }
  const claim: Record<string, unknown> = {
    kind,
    fourcc,
    modifier,
    width,
    height,
    memory: [memory],
    x: random.pick([0, -5, 100, 0xffffffff]),
    y: random.pick([0, -5, 100, 0xffffffff]),
    bottomUp: random.below(2) === 1,
    ...(random.below(2) === 1 ? { hotspot: { x: random.below(600), y: random.pick(edges) } } : {}),
  }
  let sizes = [BigInt(real)]
  for (let change = random.below(4); change > 0; change -= 1) {
    switch (random.below(12)) {
      case 0:
        claim['fourcc'] = random.pick(fourccs)
        break
      case 1:
        claim['modifier'] = random.pick(modifiers)
        break
      case 2:
        claim[random.pick(['width', 'height', 'x', 'y'])] = random.pick(edges)
        break
      case 3:
        sizes = [BigInt(real) + BigInt(random.pick([-1, -4096, 1]))]
        break
      case 4:
        claim['memory'] = random.pick([[], [memory, memory], [memory]])
        break
      case 5:
        claim['kind'] = random.pick(['cursor', 'primary', 'sprite'])
        break
      case 6:
      case 7: {
        const name = random.pick(['stride', 'offset', 'size'])
        memory[name] = Number(memory[name]) + random.pick([-1, 1, -4, 4, 128, 512, -512, 4096])
        break
      }
      default:
        memory[random.pick(['buffer', 'stride', 'offset', 'size'])] = random.pick(edges)
    }
  }
  return { claim, sizes }
}

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

function describeClaim(claim: Wild): string {
  return JSON.stringify(claim, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : Number.isNaN(value) ? 'NaN' : value,
  )
}
