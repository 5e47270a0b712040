// SPDX-License-Identifier: GPL-2.0-or-later
// Undoing tiles: Intel's Y, the layout of most guests of GVT-g.
import { layoutOf } from '../../../core/plane-layout.ts'
import { validPlane } from '../../../test/fakes/planes.ts'
import { syscalls } from './kernel-limits.mjs'
import { copy, sum } from './limits.mjs'
import { bytesOf, damagesOf, noise } from './pictures.mjs'

export const words = 'lineariseInto, Y tiles'
export const limit = 'memcpy and a system call, for the way into the addon'
export const why =
  'each call reads a layout of two dozen numbers out of JavaScript, 5 µs; rows of a tile are 16 bytes'

const Y_TILED = 0x0100_0000_0000_0002n

function untiled({ shim, owned }, size, part) {
  const { plane, length } = validPlane({ ...size, modifier: Y_TILED })
  const [layout] = layoutOf(plane).memory
  const bytes = noise(length)
  const pitch = size.width * 4
  const place = {
    memory: new Uint8Array(pitch * size.height).fill(1),
    offset: part.y * pitch + part.x * 4,
    pitch,
  }
  return {
    bytes: bytesOf(part),
    work: () => shim.lineariseInto(bytes, layout, part, place),
    limit: sum(syscalls(shim, owned, 1), copy(bytesOf(part))),
  }
}

export function cases(bench) {
  const { sizes, size } = bench
  return [
    ...sizes.map((each) => ({
      axis: 'pixels',
      step: each.name,
      amount: each.width * each.height,
      ...untiled(bench, each, { x: 0, y: 0, width: each.width, height: each.height }),
    })),
    ...damagesOf(size).map(({ name, rect }) => ({
      axis: 'damage',
      step: name,
      amount: rect.width * rect.height,
      ...untiled(bench, size, rect),
    })),
  ]
}
