// SPDX-License-Identifier: GPL-2.0-or-later
// Draws what the guest's planes must look like: every format, and every layout with formats of each
// size and shape. Here, because the second opinion that judges them is slow, and under TCG it would
// take minutes.
//
//   draw-samples.ts FOLDER
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { decodeRgba8 } from '../../../core/decode.ts'
import { fourccRow } from '../../../core/fourcc.ts'
import type { Size } from '../../../core/geometry.ts'
import { modifierRow } from '../../../core/modifier.ts'
import type { CapturedPlane } from '../../../core/plane.ts'
import { planeLayouts } from '../../../core/plane-layout.ts'
import type { TileOrder } from '../../../core/tiling.ts'
import { toWire } from '../../../core/wire.ts'
import { naivePixels, naiveTolerance } from '../../fakes/naive-pixels.ts'
import { type Pair, pairs } from '../../fakes/pairs.ts'
import { validPlane } from '../../fakes/planes.ts'
import { Random } from '../../fakes/random.ts'
import { type Sample, sampleFiles } from '../guest/samples.ts'

const PAGE = 4096
const NOISE_BYTES = 2 * 2 ** 20
/** Tiles of more pixels than these are seen in strips. */
const LARGE_TILE = 1024

/** Broadcom's SAND in the widths that the table of layouts leaves out, and a column height of each. */
const sand = [0x0700_0000_0000_4002n, 0x0700_0000_0002_3803n, 0x0700_0000_0001_2005n]

const random = new Random(2026)

function sandPairs(): Pair[] {
  return sand.flatMap((value) => {
    const [format, layout] = [fourccRow('NV12'), modifierRow(value)]
    return format && layout ? [{ code: format.code, format, layout, name: layout.name }] : []
  })
}

const spoken = new Set<string>()

/**
 * Whether a sample adds something: memory planes lie in tiles as other planes of their pixel size do,
 * so that of NVIDIA's heights and AMD's chips one speaks for its family.
 */
function isTelling({ code, format, layout }: Pair): boolean {
  if (format.planes.length === 1) return true
  const family = `${code} ${layout.name.replace(/, \d+ GOBs? high/, '')}`
  const isFirst = !spoken.has(family)
  spoken.add(family)
  return isFirst
}

/** Tiles across and down that show how tiles follow each other. */
const neighbours: Readonly<Record<TileOrder, readonly [across: number, down: number]>> = {
  rows: [1, 1],
  serpentine: [1, 2],
  zigzag: [4, 2],
  columns: [2, 0],
  uif: [8, 2],
}

/** Sizes that go beyond a tile both ways and end within one. */
function sizesOf({ format, layout }: Pair): Size[] {
  const parts = planeLayouts(format, layout, { width: 1, height: 1 }) ?? []
  const tiles = parts.flatMap(({ tiling }, at) => {
    const { bytes, across, down } = format.planes[at] ?? { bytes: 1, across: 1, down: 1 }
    if (!tiling) return []
    const [beside, below] = neighbours[tiling.order]
    const [width, height] = [(tiling.tileWidth / bytes) * across, tiling.tileHeight * down]
    return { width: Math.ceil(width * beside), height: height * below, pixels: width * height }
  })
  if (tiles.length === 0) return [{ width: 37, height: 11 }]
  const width = Math.max(...tiles.map((tile) => tile.width)) + 3
  const height = Math.max(...tiles.map((tile) => tile.height)) + 3
  if (Math.max(...tiles.map(({ pixels }) => pixels)) <= LARGE_TILE) return [{ width, height }]
  return [
    { width, height: 5 },
    { width: 3, height },
  ]
}

const colors = (['bt601', 'bt709', 'bt2020'] as const).flatMap((matrix) =>
  (['limited', 'full'] as const).map((range) => ({ matrix, range })),
)

/** RGBA by the reference, which must be as near to the second opinion as rounding allows. */
function drawn(captured: CapturedPlane, name: string): Uint8Array {
  const rgba = decodeRgba8(captured.plane, captured.buffers)
  const truth = naivePixels(captured)
  const tolerance = naiveTolerance(captured.plane.fourcc)
  const wrong = truth.findIndex((value, at) => !(Math.abs(value - (rgba[at] ?? 0)) <= tolerance))
  if (wrong >= 0) throw new Error(`${name}: byte ${wrong} is ${rgba[wrong]}, not ${truth[wrong]}`)
  return rgba
}

const noise = random.bytes(NOISE_BYTES)
const samples: Sample[] = []
const pictures: Uint8Array[] = []
let picture = 0
for (const [at, pair] of [...pairs, ...sandPairs()].filter(isTelling).entries()) {
  for (const size of sizesOf(pair)) {
    const { plane, length } = validPlane({
      ...size,
      fourcc: pair.code,
      modifier: pair.layout.value,
      padding: at % 4 === 0 ? 40 : 0,
      // No driver tells it over vfio, so only planes that come otherwise may have one.
      ...(pair.format.planes.length > 1 ? { color: random.pick(colors) } : {}),
    })
    const from = random.below(Math.floor((NOISE_BYTES - length) / PAGE)) * PAGE
    const buffers = [noise.subarray(from, from + length)]
    const rgba = drawn({ plane, buffers }, `${pair.code} in ${pair.name}`)
    samples.push({ plane, from, length, picture })
    pictures.push(rgba)
    picture += rgba.length
  }
}

const [folder = '.'] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const write = (name: keyof typeof sampleFiles, content: string | Uint8Array) =>
  writeFileSync(path.join(folder, sampleFiles[name]), content)
write('samples', toWire(samples))
write('noise', noise)
write('pictures', Buffer.concat(pictures))
process.stdout.write(`${samples.length} samples, ${picture / 4} pixels\n`)
