// SPDX-License-Identifier: GPL-2.0-or-later
// Finding what changed: the guest's memory against the shadow, and what differs copied into it.
import { Shadow } from '../../../main/source/shadow.ts'
import { statesOf } from './guest-memory.mjs'
import { compare, copy, sum } from './limits.mjs'
import { bytesOf, damagesOf, planesOf, primaryOf } from './pictures.mjs'

export const words = 'Shadow.scan'
export const limit = 'memcmp of what is the same, memcpy of what changed'
export const why =
  'a changed cell is found by its first byte that differs and then copied by rows of 256 bytes, which a single memcpy is spared'

function scanned({ shim, owned }, planes, { part, buffers = 1 } = {}) {
  const bytes = planes.reduce((total, plane) => total + bytesOf(plane), 0)
  const kept = Array.from({ length: buffers }, () =>
    planes.map((plane, at) => {
      const shadow = owned.use(new Shadow(shim, 1, 'bench', plane))
      const states = statesOf(shim, owned, plane, at === 0 ? part : undefined)
      for (const state of states) shadow.scan(state)
      return { shadow, states }
    }),
  )
  const damaged = part ? bytesOf(part) : 0
  let turn = 0
  return {
    bytes,
    work: () => {
      const state = Math.floor(turn / buffers) % 2
      for (const { shadow, states } of kept[turn++ % buffers]) shadow.scan(states[state])
    },
    limit: sum(compare(bytes - damaged, buffers), copy(damaged)),
  }
}

export function cases(bench) {
  const { sizes, size } = bench
  return [
    ...sizes.map((each) => ({
      axis: 'pixels',
      step: `${each.name}, none changed`,
      amount: each.width * each.height,
      ...scanned(bench, [primaryOf(each)]),
    })),
    ...damagesOf(size).map(({ name, rect }) => ({
      axis: 'damage',
      step: name,
      amount: rect.width * rect.height,
      ...scanned(bench, [primaryOf(size)], { part: rect }),
    })),
    ...[1, 3, 16].map((buffers) => ({
      axis: 'buffers',
      step: `${buffers}, none changed`,
      amount: buffers,
      ...scanned(bench, [primaryOf(size)], { buffers }),
    })),
    ...[1, 2, 3].map((planes) => ({
      axis: 'planes',
      step: `${planes}, none changed`,
      amount: planes,
      ...scanned(bench, planesOf(size).slice(0, planes)),
    })),
  ]
}
