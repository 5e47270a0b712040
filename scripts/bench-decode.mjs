#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// What undoing tiles and decoding pixels costs the addon, one thread, beside a copy of the same bytes
// made in the same round. Ratios: time of the copy / time of the work; 1 is as fast as a copy.
//
//   npm run bench:decode [-- PATTERN]     only rows whose name holds PATTERN
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const load = (name) => import(pathToFileURL(path.join(root, name)).href)
const { checkPlane } = await load('core/check-plane.ts')
const { fourccRow, fourccs } = await load('core/fourcc.ts')
const { modifierRow, modifiers } = await load('core/modifier.ts')
const { canPair, layoutNeed, layoutOf, planeLayouts } = await load('core/plane-layout.ts')
const { pixelFormat } = await load('main/capture/engine.ts')
const { shim } = await load('native-shim/index.ts')

const ROUNDS = 41
const sizes = [
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
]
const pattern = process.argv[2] ?? ''
/** Least ratios that are promised, by what the row's name begins with; 0.1 where nothing is said. */
const promised = [
  ['I915_FORMAT_MOD_X_TILED XR24', 0.5],
  ['I915_FORMAT_MOD_Y_TILED XR24', 0.5],
  ['I915_FORMAT_MOD_4_TILED XR24', 0.5],
  ...[1, 2, 4, 8, 16, 32].map((gobs) => [
    `DRM_FORMAT_MOD_NVIDIA_BLOCK_LINEAR_2D (Turing, ${gobs} GOB${gobs > 1 ? 's' : ''} high) XR24`,
    0.5,
  ]),
  ['rgba8 XR24', 0.5],
]

/** A plane and its buffer, every byte touched. */
function planeOf(code, value, size) {
  const format = fourccRow(code)
  let end = 0
  const memory = planeLayouts(format, modifierRow(value), size).map((layout) => {
    const least = layoutNeed(layout, 1)
    const stride = Math.ceil(least.minStride / least.strideUnit) * least.strideUnit
    const offset = Math.ceil(end / least.offsetUnit) * least.offsetUnit
    end = offset + layoutNeed(layout, stride).bytes
    return { buffer: 0, offset, stride, size: end - offset }
  })
  const claim = {
    kind: 'primary',
    fourcc: code,
    modifier: value,
    ...size,
    memory,
    x: 0,
    y: 0,
    bottomUp: false,
  }
  const checked = checkPlane(claim, [{ size: end }])
  if (!checked.ok) throw new Error(checked.failure.why)
  const bytes = new Uint8Array(end)
  for (let at = 0; at < end; at += 1) bytes[at] = (at * 31) >> 5
  return { plane: checked.value, bytes }
}

// The machine is shared: each round is judged by itself, and the one in the middle counts.
const median = (list) => list.toSorted((one, other) => one - other)[list.length >> 1]

function time(work) {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** Times of the work and of a copy of `length` bytes, taken in turn, and their ratio; both write where they wrote before. */
function compare(length, work) {
  const [from, to] = [new Uint8Array(length).fill(1), new Uint8Array(length)]
  const [works, copies, ratios] = [[], [], []]
  for (let round = -2; round < ROUNDS; round += 1) {
    const copied = time(() => to.set(from))
    const worked = time(work)
    if (round < 0) continue
    copies.push(copied)
    works.push(worked)
    ratios.push(copied / worked)
  }
  return { work: median(works), copy: median(copies), ratio: median(ratios) }
}

let missed = 0
function report(name, { width, height }, floor, { work, copy, ratio }) {
  const isMissed = ratio < floor
  if (isMissed) missed += 1
  const figures = [work, copy, ratio].map((value) => value.toFixed(2).padStart(8)).join('')
  process.stdout.write(
    `${figures}  ${width}×${height}  ${name}${isMissed ? `  below ${floor}` : ''}\n`,
  )
}

const floorOf = (name, otherwise) =>
  promised.find(([start]) => name.startsWith(start))?.[1] ?? otherwise

process.stdout.write('  ms work copy   ratio\n')
for (const size of sizes) {
  for (const layout of modifiers) {
    for (const code of ['C8  ', 'RG16', 'XR24', 'AB4H', 'NV12']) {
      const name = `${layout.name} ${code.trim()}`
      if (!canPair(fourccRow(code), layout) || !name.includes(pattern)) continue
      const { plane, bytes } = planeOf(code, layout.value, size)
      const { memory } = layoutOf(plane)
      const parts = memory.map((part) => {
        const pitch = part.width * part.bytes
        const target = new Uint8Array(pitch * part.height).fill(1)
        return { part, size: { x: 0, y: 0, width: part.width, height: part.height }, pitch, target }
      })
      const length = parts.reduce((sum, { target }) => sum + target.length, 0)
      const work = () => {
        for (const { part, size: whole, pitch, target } of parts) {
          shim.lineariseInto(bytes, part, whole, { memory: target, offset: 0, pitch }, 1)
        }
      }
      report(name, size, floorOf(name, 0.1), compare(length, work))
    }
  }
  for (const { code, model } of fourccs) {
    const name = `rgba8 ${code.trim()}`
    if (!name.includes(pattern)) continue
    const { plane, bytes } = planeOf(code, 0n, size)
    const { format, memory } = layoutOf(plane)
    const planes = memory.map((layout) => ({ memory: bytes, layout }))
    const pixels = pixelFormat(format, plane.color)
    const whole = { x: 0, y: 0, ...size }
    const place = {
      memory: new Uint8Array(size.width * size.height * 4).fill(1),
      offset: 0,
      pitch: size.width * 4,
    }
    const work = () => shim.decodeRgba8Into(planes, pixels, plane, whole, place, 1)
    const floor = floorOf(name, model === 'yuv' ? 0.15 : 0.1)
    report(name, size, floor, compare(size.width * size.height * 4, work))
  }
}
process.stdout.write(`${missed} below what is promised\n`)
