// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'

// A second opinion on where bytes lie, written from the prose of drm_fourcc.h and the formulas of the
// drivers, with divisions and walks, without any table of core/. AMD's equations are read as probed.

/** A memory plane: bytes of a block, stride, rows of blocks; `video`: of NV12 and NV21. */
export type NaivePlane = {
  readonly bytes: number
  readonly stride: number
  readonly height: number
  readonly video: boolean
}

/** The address of byte column `x` of row `y`. */
export type NaiveAddress = (plane: NaivePlane, x: number, y: number) => number

const div = (a: number, b: number) => Math.floor(a / b)

/** Tiles row by row, each `width` bytes × `height` rows. */
const rowMajor =
  (width: number, height: number, inside: (u: number, v: number) => number): NaiveAddress =>
  ({ stride }, x, y) =>
    div(y, height) * height * stride +
    div(x, width) * width * height +
    inside(x % width, y % height)

const turingGob = (u: number, v: number) =>
  div(u % 64, 32) * 256 + div(v % 8, 4) * 128 + div(u % 32, 16) * 64 + (v % 4) * 16 + (u % 16)
const tegraGob = (u: number, v: number) =>
  div(u % 64, 32) * 256 + div(v % 8, 2) * 64 + div(u % 32, 16) * 32 + (v % 2) * 16 + (u % 16)
const blockLinear = (h: number, gob: (u: number, v: number) => number) =>
  rowMajor(64, 8 * 2 ** h, (u, v) => div(v, 8) * 512 + gob(u, v))

/** Pixels of a 16 × 16 block along a curve: bit by bit, x XOR y below y. */
const interleaved: NaiveAddress = (plane, x, y) => {
  const { bytes } = plane
  const curve = (u: number, v: number) =>
    [0, 1, 2, 3].reduce((sum, i) => {
      const [xi, yi] = [div(u, 2 ** i) % 2, div(v, 2 ** i) % 2]
      return sum + (xi === yi ? 0 : 1) * 4 ** i + yi * 2 * 4 ** i
    }, 0)
  return rowMajor(16 * bytes, 16, (u, v) => curve(div(u, bytes), v) * bytes + (u % bytes))(
    plane,
    x,
    y,
  )
}

const vivante: NaiveAddress = (plane, x, y) => {
  const bytes = plane.video ? 1 : plane.bytes
  return rowMajor(4 * bytes, 4, (u, v) => v * 4 * bytes + u)(plane, x, y)
}

/** 64-byte micro tiles, 4 × 4 of them a subtile, 2 × 2 of those a tile, whose order turns every other row. */
const vc4: NaiveAddress = ({ bytes, stride }, x, y) => {
  const [utileWidth, utileHeight] = bytes === 1 ? [8, 8] : [16, 4]
  const [width, height] = [8 * utileWidth, 8 * utileHeight]
  const [row, column] = [div(y, height), div(x, width)]
  const across = stride / width
  const tile = row * across + (row % 2 === 0 ? column : across - 1 - column)
  const [subX, subY] = [div(x % width, width / 2), div(y % height, height / 2)]
  const order = row % 2 === 0 ? [0, 3, 1, 2] : [2, 1, 3, 0]
  const sub = order[subY * 2 + subX] ?? 0
  const [u, v] = [x % (width / 2), y % (height / 2)]
  const utile = div(v, utileHeight) * 4 + div(u, utileWidth)
  return tile * 4096 + sub * 1024 + utile * 64 + (v % utileHeight) * utileWidth + (u % utileWidth)
}

/** Rows of blocks that a UIF picture of so many is padded to. */
export function uifRows(rows: number): number {
  const over = rows % 32
  if (over === 0) return rows
  if (over < 6) return rows < 32 ? rows : rows - over + 6
  return over > 26 ? rows - over + 32 : rows
}

const uifUtiles: Readonly<Record<number, readonly [number, number]>> = {
  1: [8, 8],
  2: [16, 4],
  4: [16, 4],
  8: [32, 2],
}
const uif: NaiveAddress = ({ bytes, height }, x, y) => {
  const [width, rows] = uifUtiles[bytes] ?? [0, 0]
  const padded = uifRows(Math.ceil(height / (2 * rows)))
  const [bx, by] = [div(x, 2 * width), div(y, 2 * rows)]
  const column = div(bx, 4)
  const row = padded % 32 === 0 && column % 2 === 1 ? (by % 32 < 16 ? by + 16 : by - 16) : by
  const block = column * 4 * padded + row * 4 + (bx % 4)
  const utile = div(y % (2 * rows), rows) * 2 + div(x % (2 * width), width)
  return block * 256 + utile * 64 + (y % rows) * width + (x % width)
}

/** Where tiles of a Z-flipped picture come in memory: squares of four, every other one mirrored. */
function zigzag(across: number, down: number): ReadonlyMap<string, number> {
  const walk = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 1],
    [2, 0],
    [3, 0],
  ] as const
  const places = new Map<string, number>()
  const visit = (column: number, row: number) => places.set(`${column},${row}`, places.size)
  for (let row = 0; row < down; row += 2) {
    const isAlone = row + 1 === down
    for (let group = 0; group < across; group += isAlone ? 1 : 4) {
      const steps = isAlone ? ([[0, 0]] as const) : walk
      for (const [u, v] of steps) if (group + u < across) visit(group + u, row + v)
    }
  }
  return places
}

const samsung: NaiveAddress = ({ stride, height }, x, y) => {
  const places = zigzag(stride / 64, Math.ceil(height / 32))
  const tile = places.get(`${div(x, 64)},${div(y, 32)}`) ?? Number.NaN
  return tile * 2048 + (y % 32) * 64 + (x % 64)
}

type Equation = {
  readonly modifier: string
  readonly cpp: number
  readonly block_log2: number
  readonly block_w: number
  readonly block_h: number
  readonly x_bit_masks: readonly string[]
  readonly y_bit_masks: readonly string[]
}
const equations = JSON.parse(
  readFileSync(new URL('../vectors/amd_equations.json', import.meta.url), 'utf8'),
) as { readonly equations: readonly Equation[] }
const equationOf = new Map(
  equations.equations.map((each) => [`${BigInt(each.modifier)} ${each.cpp}`, each]),
)

function amd(modifier: bigint): NaiveAddress {
  return ({ bytes, stride }, x, y) => {
    const equation = equationOf.get(`${modifier} ${bytes}`)
    if (!equation) return Number.NaN
    const px = div(x, bytes)
    const block =
      div(y, equation.block_h) * div(stride, bytes * equation.block_w) + div(px, equation.block_w)
    const pick = (masks: readonly string[], value: number) =>
      masks.reduce(
        (sum, mask, bit) => (div(value, 2 ** bit) % 2 === 1 ? sum ^ Number(mask) : sum),
        0,
      )
    const size = 2 ** equation.block_log2
    const inside = pick(equation.x_bit_masks, px) ^ pick(equation.y_bit_masks, y)
    return block * size + (inside % size) + (x % bytes)
  }
}

const fixed: Readonly<Record<string, NaiveAddress>> = {
  '0x0': ({ stride }, x, y) => y * stride + x,
  '0x100000000000001': rowMajor(512, 8, (u, v) => v * 512 + u),
  '0x100000000000002': rowMajor(128, 32, (u, v) => div(u, 16) * 512 + v * 16 + (u % 16)),
  '0x100000000000003': rowMajor(
    128,
    32,
    (u, v) =>
      div(u, 64) * 2048 +
      div(v, 16) * 1024 +
      div(u % 64, 32) * 512 +
      div(v % 16, 8) * 256 +
      div(u % 32, 16) * 128 +
      (v % 8) * 16 +
      (u % 16),
  ),
  '0x100000000000009': rowMajor(
    128,
    32,
    (u, v) =>
      (div(v, 8) * 2 + div(u, 64)) * 512 +
      div(v % 8, 4) * 256 +
      div(u % 64, 16) * 64 +
      (v % 4) * 16 +
      (u % 16),
  ),
  '0x400000000000001': samsung,
  '0x600000000000001': vivante,
  '0x700000000000001': vc4,
  '0x700000000000006': uif,
  '0x810000000000001': interleaved,
  '0x900000000000001': rowMajor(32, 32, (u, v) => v * 32 + u),
}

/** The address function of a modifier; undefined where there is no second opinion. */
export function naiveAddress(modifier: bigint): NaiveAddress | undefined {
  const known = fixed[`0x${modifier.toString(16)}`]
  if (known) return known
  const vendor = modifier >> 56n
  const h = Number(modifier & 15n)
  if (vendor === 2n) return amd(modifier)
  if (vendor === 3n && (modifier >> 20n) % 8n === 6n) return blockLinear(h, turingGob)
  if (vendor === 3n && (modifier >> 20n) % 8n === 0n) return blockLinear(h, tegraGob)
  if (vendor === 7n) {
    const width = 2 ** (3 + Number(modifier & 15n))
    const rows = Number((modifier >> 8n) & 0xffffn)
    return (_plane, x, y) => div(x, width) * width * rows + y * width + (x % width)
  }
  return undefined
}
