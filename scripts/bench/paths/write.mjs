// SPDX-License-Identifier: GPL-2.0-or-later
// Turning readings into a frame: the scan, and the changed rectangles packed into its payload.
import { FrameWriter } from '../../../main/source/frame-writer.ts'
import { statesOf } from './guest-memory.mjs'
import { compare, copy, sum } from './limits.mjs'
import { bytesOf, damagesOf, planesOf, primaryOf } from './pictures.mjs'

export const words = 'FrameWriter.write'
export const limit = 'memcmp of what is the same, two memcpy of what changed'
export const why =
  'more than 8 buffers of a plane are not kept (main/source/plane-cache.ts): each comes back as a new surface, whose shadow is made and filled anew'

const readingOf = (plane, buffer, memory) => ({
  status: { kind: plane.kind, state: 'shown', plane, identity: `bench:${buffer}` },
  memory,
  mayHaveChanged: true,
})

function written({ shim, owned }, planes, { part, buffers = 1, pixels = 'raw' } = {}) {
  const bytes = planes.reduce((total, plane) => total + bytesOf(plane), 0)
  const writer = owned.use(new FrameWriter(shim, () => performance.now()))
  writer.pixels = pixels
  const states = Array.from({ length: buffers }, () =>
    planes.map((plane, at) => statesOf(shim, owned, plane, at === 0 ? part : undefined)),
  )
  const damaged = part ? bytesOf(part) : 0
  let turn = 0
  return {
    bytes,
    work: () => {
      const buffer = turn % buffers
      const state = Math.floor(turn / buffers) % 2
      const readings = planes.map((plane, at) =>
        readingOf(plane, buffer, states[buffer][at][state]),
      )
      turn += 1
      writer.note(readings)
      const frame = writer.write(readings).written
      if (frame && frame.payload.length > 0) writer.recycle(frame.payload.buffer)
    },
    limit: sum(compare(bytes - damaged, buffers), copy(damaged), copy(damaged)),
  }
}

export function cases(bench) {
  const { sizes, size } = bench
  return [
    ...sizes.map((each) => ({
      axis: 'pixels',
      step: `${each.name}, all changed`,
      amount: each.width * each.height,
      ...written(bench, [primaryOf(each)], { part: { x: 0, y: 0, ...each } }),
    })),
    ...damagesOf(size).map(({ name, rect }) => ({
      axis: 'damage',
      step: name,
      amount: rect.width * rect.height,
      ...written(bench, [primaryOf(size)], { part: rect }),
    })),
    ...[1, 3, 16].map((buffers) => ({
      axis: 'buffers',
      step: `${buffers}${buffers > 1 ? ', flipped' : ''}`,
      amount: buffers,
      ...written(bench, [primaryOf(size)], { buffers }),
    })),
    ...[1, 2, 3].map((planes) => ({
      axis: 'planes',
      step: `${planes}`,
      amount: planes,
      ...written(bench, planesOf(size).slice(0, planes)),
    })),
    {
      step: 'all, in a canvas’s order',
      ...written(bench, [primaryOf(size)], { part: { x: 0, y: 0, ...size }, pixels: 'plain' }),
    },
  ]
}
