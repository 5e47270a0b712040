// SPDX-License-Identifier: GPL-2.0-or-later
// Drawing what was uploaded: decoding, composing, and bringing it to the canvas at its own size.
import { place } from '../../../../renderer/compositor/placement.ts'
import { copy, sum } from '../limits.mjs'
import { damagesOf, bytesOf as lengthOf, planesOf } from '../pictures.mjs'
import { bytesOf, canvasOf, createdOn, describe, settlerOf, wholeOf } from './surfaces.mjs'

/** A presenter of one size; it serves all cases of that size. */
function standOf(bench, size) {
  const canvas = canvasOf(bench.owned, size)
  const presenter = bench.owned.use(createdOn(bench.presenter, canvas))
  bench.detail = presenter.detail
  const view = { size, place: (guest) => place('fit', guest, size) }
  return { presenter, view, settle: settlerOf(canvas, bench.presenter), next: 1 }
}

function drawn(stand, planes, part) {
  const { presenter, view, settle } = stand
  const scene = planes.map((plane, at) => {
    const id = stand.next++
    presenter.add(describe(id, plane))
    const whole = bytesOf(plane)
    presenter.upload(id, 0, whole.rects, { layout: 'tight', bytes: whole.states[1] })
    return { kind: plane.kind, surface: id, x: plane.x, y: plane.y, at }
  })
  const { rects, states } = bytesOf(planes[0], part)
  let turn = 0
  const step = () => {
    const bytes = states[turn++ % 2]
    presenter.upload(scene[0].surface, 0, rects, { layout: 'tight', bytes })
    settle()
    const start = performance.now()
    presenter.draw(scene, view)
    settle()
    return performance.now() - start
  }
  return {
    bytes: lengthOf(part),
    prepare: step,
    work: step,
    limit: sum(copy(lengthOf(part)), settle),
  }
}

export function cases(bench) {
  const { sizes, size } = bench
  const stands = sizes.map((each) => standOf(bench, each))
  const stand = stands[sizes.indexOf(size)]
  return [
    ...sizes.map((each, at) => ({
      axis: 'pixels',
      step: each.name,
      amount: each.width * each.height,
      ...drawn(stands[at], planesOf(each).slice(0, 1), wholeOf(each)),
    })),
    ...damagesOf(size).map(({ name, rect }) => ({
      axis: 'damage',
      step: name,
      amount: rect.width * rect.height,
      ...drawn(stand, planesOf(size).slice(0, 1), rect),
    })),
    ...[1, 2, 3].map((planes) => ({
      axis: 'planes',
      step: `${planes}, all changed`,
      amount: planes,
      ...drawn(stand, planesOf(size).slice(0, planes), wholeOf(size)),
    })),
  ]
}
