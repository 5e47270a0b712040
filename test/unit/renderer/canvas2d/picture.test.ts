// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { compose } from '../../../../core/compose.ts'
import { decodeRgba8 } from '../../../../core/decode.ts'
import { memoryImages } from '../../../../core/memory-image.ts'
import type { Plane, PlaneKind } from '../../../../core/plane.ts'
import { MemorySurface } from '../../../../renderer/compositor/canvas2d/memory-surface.ts'
import { MemoryPicture } from '../../../../renderer/compositor/canvas2d/picture.ts'
import type { DrawnPlane } from '../../../../renderer/compositor/canvas2d/row-composer.ts'

const SIZE = { width: 150, height: 90 }

type Shown = {
  readonly plane: Plane
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly drawn: DrawnPlane
}

let surfaces = 0
function shown(
  kind: PlaneKind,
  fourcc: string,
  width: number,
  height: number,
  seed: number,
): Shown {
  const stride = width * (fourcc === 'RG16' ? 2 : 4)
  const memory = [{ buffer: 0, offset: 0, stride, size: stride * height }]
  const place = { x: 0, y: 0, bottomUp: seed % 2 === 1 }
  const plane: Plane = { kind, fourcc, modifier: 0n, width, height, memory, ...place } as Plane
  const bytes = new Uint8Array(stride * height)
  surfaces += 1
  const images = memoryImages(plane)
  const surface = new MemorySurface({
    id: surfaces,
    identity: `${surfaces}`,
    plane,
    images,
    sharing: 'stream',
  })
  const drawn = { kind, surface: surfaces, x: 0, y: 0, plane, memory: surface }
  const made = { plane, bytes, drawn }
  fill(made, seed)
  return made
}

function fill(
  { bytes, plane, drawn }: Shown,
  seed: number,
  rows: readonly [number, number] = [0, plane.height],
): void {
  const stride = plane.memory[0]?.stride ?? 0
  let state = seed + 1
  for (let at = rows[0] * stride; at < rows[1] * stride; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  const rect = { x: 0, y: rows[0], width: stride, height: rows[1] - rows[0] }
  const part = bytes.slice(rows[0] * stride, rows[1] * stride)
  drawn.memory.upload(0, [rect], { layout: 'tight', bytes: part })
}

const at = (one: Shown, x: number, y: number): Shown => ({
  ...one,
  plane: { ...one.plane, x, y },
  drawn: { ...one.drawn, x, y },
})

function check(picture: MemoryPicture, scene: readonly Shown[]) {
  const before = picture.pixels.words.slice()
  const changed = picture.compose(
    scene.map(({ drawn }) => drawn),
    SIZE,
  )
  const made = compose(
    scene.map(({ plane, bytes }) => ({ plane, rgba: decodeRgba8(plane, [bytes]) })),
  )
  if (!made.ok) throw new Error(made.failure.why)
  const { words, width } = picture.pixels
  expect(new Uint8Array(words.slice().buffer)).toEqual(made.value.rgba)
  const inside = (x: number, y: number) =>
    changed.some((r) => x >= r.x && y >= r.y && x < r.x + r.width && y < r.y + r.height)
  for (let i = 0; i < before.length && before.length === words.length; i += 1) {
    if (before[i] !== words[i]) expect(inside(i % width, Math.floor(i / width))).toBe(true)
  }
  return changed
}

describe.each(['XR24', 'AR24', 'XB24', 'AB24', 'RG16'])('a picture of %s', (fourcc) => {
  it('is what the reference composes, whatever lies on it and wherever', () => {
    const picture = new MemoryPicture()
    const primary = shown('primary', fourcc, SIZE.width, SIZE.height, 1)
    const cursor = shown('cursor', 'AR24', 64, 64, 2)
    const overlay = shown('overlay', 'AB24', 40, 20, 3)
    check(picture, [primary])
    for (const [x, y] of [
      [40, 13],
      [-32, 10],
      [120, 60],
      [-64, -64],
      [0, 0],
    ] as const) {
      check(picture, [primary, at(overlay, 30, 20), at(cursor, x, y)])
    }
    check(picture, [primary])
  })

  it('tells of a flip no more than what differs', () => {
    const picture = new MemoryPicture()
    const first = shown('primary', fourcc, SIZE.width, SIZE.height, 4)
    const second = shown('primary', fourcc, SIZE.width, SIZE.height, 4)
    check(picture, [first])
    expect(check(picture, [second])).toEqual([])
    fill(first, 9, [70, 72])
    picture.damage.add(first.drawn.surface, [{ x: 0, y: 70, width: SIZE.width, height: 2 }])
    const changed = check(picture, [first])
    expect(changed.reduce((sum, { height }) => sum + height, 0)).toBe(2)
  })
})
