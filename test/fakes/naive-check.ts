// SPDX-License-Identifier: GPL-2.0-or-later
import { uifRows } from './naive-tiling.ts'
import type { Random } from './random.ts'

// A second checker, written from the rules alone: slow, in bigints, all rules at once.

/** Blocks of each memory plane: bytes, and pixels across and down that share one. */
const blocks: Readonly<Record<string, readonly (readonly [bigint, bigint, bigint])[]>> = {
  'C8  ': [[1n, 1n, 1n]],
  RG16: [[2n, 1n, 1n]],
  RG24: [[3n, 1n, 1n]],
  XR24: [[4n, 1n, 1n]],
  AR24: [[4n, 1n, 1n]],
  XB30: [[4n, 1n, 1n]],
  AB48: [[8n, 1n, 1n]],
  YUYV: [[4n, 2n, 1n]],
  Y210: [[8n, 2n, 1n]],
  NV12: [
    [1n, 1n, 1n],
    [2n, 2n, 2n],
  ],
  NV16: [
    [1n, 1n, 1n],
    [2n, 2n, 1n],
  ],
  P010: [
    [2n, 1n, 1n],
    [4n, 2n, 2n],
  ],
  YU12: [
    [1n, 1n, 1n],
    [1n, 2n, 2n],
    [1n, 2n, 2n],
  ],
}

/** Bytes and rows of a tile, tiles that a stride is a multiple of, rows of a column. */
type Tile = {
  readonly w: bigint
  readonly h: bigint
  readonly unit?: bigint
  readonly column?: bigint
}
type TileOf = (bytes: bigint, code: string) => Tile | undefined
const isVideo = (code: string) => code === 'NV12'
const isWhole = (bytes: bigint) => bytes !== 3n
const same =
  (w: bigint, h: bigint): TileOf =>
  (bytes) =>
    isWhole(bytes) ? { w, h } : undefined
/** Tiles that are so many pixels wide say nothing about packed 4:2:2. */
const isPixel = (code: string) => code !== 'YUYV' && code !== 'Y210'
const uifSides: Readonly<Record<string, readonly [bigint, bigint]>> = {
  '1': [16n, 16n],
  '2': [32n, 8n],
  '4': [32n, 8n],
  '8': [64n, 4n],
}

/** What a modifier makes of a block; undefined where the two do not go together. */
const tiles: Readonly<Record<string, TileOf>> = {
  '0x0': () => ({ w: 1n, h: 1n }),
  '0x100000000000001': same(512n, 8n),
  '0x100000000000002': same(128n, 32n),
  '0x100000000000003': (bytes, code) =>
    (bytes === 2n || bytes === 4n) && code !== 'NV12' && code !== 'NV16'
      ? { w: 128n, h: 32n }
      : undefined,
  '0x100000000000009': same(128n, 32n),
  '0x300000000606012': same(64n, 32n),
  '0x300000000000014': same(64n, 128n),
  '0x810000000000001': (bytes, code) =>
    isWhole(bytes) && isPixel(code) ? { w: 16n * bytes, h: 16n } : undefined,
  '0x600000000000001': (bytes, code) => {
    if (isVideo(code)) return { w: 4n, h: 4n }
    const isOther = code === 'NV16' || code === 'P010' || code === 'YU12'
    return isWhole(bytes) && isPixel(code) && !isOther ? { w: 4n * bytes, h: 4n } : undefined
  },
  '0x700000000000001': (bytes) =>
    bytes === 1n ? { w: 64n, h: 64n } : isWhole(bytes) ? { w: 128n, h: 32n } : undefined,
  '0x700000000000006': (bytes, code) => {
    const [w, h] = uifSides[String(bytes)] ?? []
    // Four bytes lie as two do, eight do not.
    return w && h && code !== 'Y210' ? { w, h, unit: 4n } : undefined
  },
  '0x700000000043804': (_bytes, code) =>
    isVideo(code) ? { w: 128n, h: 1n, column: 1080n } : undefined,
  '0x900000000000001': (_bytes, code) => (isVideo(code) ? { w: 32n, h: 32n } : undefined),
  '0x400000000000001': (_bytes, code) => (isVideo(code) ? { w: 64n, h: 32n, unit: 2n } : undefined),
  '0x200000000000305': (bytes, code) =>
    isPixel(code)
      ? {
          '1': { w: 256n, h: 256n },
          '2': { w: 512n, h: 128n },
          '4': { w: 512n, h: 128n },
          '8': { w: 1024n, h: 64n },
        }[String(bytes)]
      : undefined,
}
const CAP = 512n * 1024n * 1024n

const up = (value: bigint, to: bigint) => ((value + to - 1n) / to) * to

/** Bytes of a memory plane, by the rules alone. */
function needOf(
  tile: Tile,
  modifier: string,
  [bytes, across, down]: readonly [bigint, bigint, bigint],
  [width, height]: readonly [bigint, bigint],
  stride: bigint,
): { readonly row: bigint; readonly need: bigint; readonly rows: bigint } {
  const row = (up(width, across) / across) * bytes
  const rows = up(height, down) / down
  if (modifier === '0x0') return { row, rows, need: stride * (rows - 1n) + row }
  if (tile.column !== undefined) {
    const columns = up(row, tile.w) / tile.w
    return { row, rows, need: ((columns - 1n) * tile.column + rows) * tile.w }
  }
  if (tile.unit === 4n) {
    const padded = BigInt(uifRows(Number(up(rows, tile.h) / tile.h)))
    return { row, rows, need: stride * padded * tile.h }
  }
  return { row, rows, need: stride * up(rows, tile.h) }
}

export type Wild = { readonly [key: string]: unknown }

/** Every field that is wrong. Rules that need a broken field are not asked. */
export function wrongFields(claim: Wild, sizes: readonly bigint[]): Set<string> {
  const wrong = new Set<string>()
  const rule = (holds: boolean, ...fields: string[]) => {
    if (!holds) for (const field of fields) wrong.add(field)
  }
  const whole = (value: unknown): value is number => Number.isInteger(value)
  const within = (value: unknown, low: bigint, high: bigint) =>
    whole(value) && BigInt(value) >= low && BigInt(value) <= high

  rule(['primary', 'overlay', 'cursor'].includes(String(claim['kind'])), 'kind')
  const code = String(claim['fourcc'])
  const shapes = Object.hasOwn(blocks, code) ? blocks[code] : undefined
  rule(shapes !== undefined && typeof claim['fourcc'] === 'string', 'fourcc')
  const { modifier } = claim
  const name = typeof modifier === 'bigint' ? `0x${modifier.toString(16)}` : ''
  const tileOf = Object.hasOwn(tiles, name) ? tiles[name] : undefined
  const parts = shapes?.map(([bytes]) => tileOf?.(bytes, code))
  rule(tileOf !== undefined && !parts?.includes(undefined), 'modifier')
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
  rule(shapes === undefined || memory.length === shapes.length, 'memory')
  for (const [at, { buffer, offset, stride, size }] of memory.entries()) {
    const field = (name: string) => `memory[${at}].${name}`
    rule(within(buffer, 0n, BigInt(sizes.length) - 1n), field('buffer'))
    rule(within(offset, 0n, 2n ** 53n - 1n), field('offset'))
    rule(within(stride, 1n, 0x7fffffffn), field('stride'))
    rule(within(size, 1n, 2n ** 53n - 1n), field('size'))
    if (!whole(stride) || !whole(offset) || !whole(size) || !whole(buffer)) continue
    const real = sizes[buffer]
    if (real !== undefined) {
      rule(BigInt(offset) + BigInt(size) <= real, field('size'), field('offset'))
    }
    const [shape, tile] = [shapes?.[at], parts?.[at]]
    if (!shape || !tile || !whole(width) || !whole(height)) continue
    const sides = [BigInt(width), BigInt(height)] as const
    const { row, rows, need } = needOf(tile, name, shape, sides, BigInt(stride))
    rule(BigInt(stride) >= row, field('stride'))
    if (tile.column === undefined) {
      rule(BigInt(stride) % (tile.w * (tile.unit ?? 1n)) === 0n, field('stride'))
    } else rule(rows <= tile.column, 'modifier')
    rule(BigInt(offset) % (tile.w * tile.h) === 0n, field('offset'))
    rule(need <= CAP, field('stride'))
    rule(need <= BigInt(size), field('size'))
  }
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
const fourccs = [...Object.keys(blocks), 'NV15', 'C4  ', '', '0x00000000', 'toString']
const modifiers = [...Object.keys(tiles).map(BigInt), 0x100000000000004n, 1n, -1n, 1n << 64n]

/** A format and a layout that go together, and the tiles of each memory plane. */
function randomPair(random: Random): [fourcc: string, modifier: string, tiles: Tile[]] {
  for (;;) {
    const fourcc = random.pick(Object.keys(blocks))
    const name = random.pick(Object.keys(tiles))
    const parts = (blocks[fourcc] ?? []).map(([bytes]) => tiles[name]?.(bytes, fourcc))
    const known = parts.filter((part) => part !== undefined)
    if (known.length === parts.length) return [fourcc, name, known]
  }
}

/** A valid plane, then up to three fields somewhere else. */
export function randomClaim(
  random: Random,
  most: readonly number[] = [64, 2000, 16384],
): { claim: Wild; sizes: readonly bigint[] } {
  const [fourcc, name, parts] = randomPair(random)
  const kind = random.pick(['primary', 'overlay', 'cursor'])
  const side = () => 1 + random.below(Math.min(kind === 'cursor' ? 512 : 16384, random.pick(most)))
  const [width, height] = [side(), name === '0x700000000043804' ? Math.min(side(), 1080) : side()]
  let end = 0n
  const memory = (blocks[fourcc] ?? []).map((shape, at): Record<string, unknown> => {
    const tile = parts[at] ?? { w: 1n, h: 1n }
    const sides = [BigInt(width), BigInt(height)] as const
    const { row } = needOf(tile, name, shape, sides, 1n)
    const stride = up(row + BigInt(random.below(3)) * 100n, tile.w * (tile.unit ?? 1n))
    const offset = up(end, tile.w * tile.h) + BigInt(random.below(3)) * tile.w * tile.h
    const { need } = needOf(tile, name, shape, sides, stride)
    end = offset + need
    return { buffer: 0, offset: Number(offset), stride: Number(stride), size: Number(need) }
  })
  const real = Number(end) + random.pick([0, 0, 1, 4096])
  const claim: Record<string, unknown> = {
    kind,
    fourcc,
    modifier: BigInt(name),
    width,
    height,
    memory,
    x: random.pick([0, -5, 100, 0xffffffff]),
    y: random.pick([0, -5, 100, 0xffffffff]),
    bottomUp: random.below(2) === 1,
    ...(random.below(2) === 1 ? { hotspot: { x: random.below(600), y: random.pick(edges) } } : {}),
  }
  let sizes = [BigInt(real)]
  for (let change = random.below(4); change > 0; change -= 1) {
    const part = random.pick(memory)
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
        claim['memory'] = random.pick([[], [...memory, part], memory])
        break
      case 5:
        claim['kind'] = random.pick(['cursor', 'primary', 'sprite'])
        break
      case 6:
      case 7: {
        const name = random.pick(['stride', 'offset', 'size'])
        part[name] = Number(part[name]) + random.pick([-1, 1, -4, 4, 128, 512, -512, 4096])
        break
      }
      default:
        part[random.pick(['buffer', 'stride', 'offset', 'size'])] = random.pick(edges)
    }
  }
  return { claim, sizes }
}

/** A claim for a message. */
export function describeClaim(claim: Wild): string {
  return JSON.stringify(claim, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : Number.isNaN(value) ? 'NaN' : value,
  )
}
