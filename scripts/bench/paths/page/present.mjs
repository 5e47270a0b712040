// SPDX-License-Identifier: GPL-2.0-or-later
// A frame's whole way through the page: from the message to the drawn canvas, without the wait for the
// display's next refresh.
import { Compositor } from '../../../../renderer/compositor/compositor.ts'
import { copy, sum } from '../limits.mjs'
import { damagesOf, bytesOf as lengthOf, planesOf } from '../pictures.mjs'
import { bytesOf, canvasOf, creators, describe, settlerOf, wholeOf } from './surfaces.mjs'

const nextPaint = () => new Promise((resolve) => requestAnimationFrame(resolve))

/** A compositor on a canvas of one size, and its frames. */
class Stand {
  next = 1
  settle = () => undefined
  #seq = 0
  #hear
  #drawn

  constructor({ owned, presenter }, size) {
    const canvas = canvasOf(owned, size)
    const bridge = {
      tell: () => undefined,
      onFrame: (listener) => {
        this.#hear = listener
        return () => undefined
      },
      memory: () => undefined,
    }
    this.compositor = owned.use(
      new Compositor(canvas, bridge, creators[presenter], {
        picture: () => undefined,
        drawn: () => this.settle(),
        presented: (_seq, drawMs) => this.#drawn?.resolve(drawMs),
        problem: (failure) => {
          if (failure) this.#drawn?.reject(new Error(failure.why))
        },
      }),
    )
    this.settle = settlerOf(canvas, presenter)
  }

  /** Gives a frame; resolves with what it took. */
  frame(facts, payload = new Uint8Array()) {
    this.#drawn = Promise.withResolvers()
    const nothing = { reset: false, surfaces: [], gone: [], damage: [], scene: [] }
    this.#seq += 1
    this.#hear({ seq: this.#seq, readAtMs: 0, ...nothing, ...facts }, payload)
    return this.#drawn.promise
  }
}

async function presented(stand, planes, part, buffers = 1) {
  const scenes = []
  for (let buffer = 0; buffer < buffers; buffer += 1) {
    const scene = []
    for (const plane of planes) {
      const surface = stand.next++
      const { rects, states } = bytesOf(plane)
      const damage = [{ surface, image: 0, rects }]
      await stand.frame({ surfaces: [describe(surface, plane)], damage }, states[1])
      scene.push({ kind: plane.kind, surface, x: plane.x, y: plane.y })
    }
    scenes.push(scene)
  }
  const { rects, states } = bytesOf(planes[0], part)
  let turn = 0
  const step = () => {
    const scene = scenes[turn % buffers]
    const payload = states[Math.floor(turn / buffers) % 2]
    turn += 1
    const damage = [{ surface: scene[0].surface, image: 0, rects }]
    return stand.frame({ damage, scene }, payload)
  }
  const prepare = async () => {
    await step()
    await nextPaint()
    stand.settle()
  }
  return {
    bytes: lengthOf(part),
    prepare,
    work: step,
    limit: sum(copy(lengthOf(part)), stand.settle),
  }
}

export async function cases(bench) {
  const { sizes, size } = bench
  const stands = sizes.map((each) => new Stand(bench, each))
  // The compositor takes the canvas's size from the layout.
  await nextPaint()
  await nextPaint()
  for (const stand of stands) await stand.frame({ reset: true })
  const stand = stands[sizes.indexOf(size)]
  bench.detail = stand.compositor.presenter?.detail
  const [, bar] = damagesOf(size)
  const alone = planesOf(size).slice(0, 1)
  const list = []
  for (const [at, each] of sizes.entries()) {
    const facts = { axis: 'pixels', step: each.name, amount: each.width * each.height }
    const planes = planesOf(each).slice(0, 1)
    list.push({ ...facts, ...(await presented(stands[at], planes, wholeOf(each))) })
  }
  for (const { name, rect } of damagesOf(size)) {
    const facts = { axis: 'damage', step: name, amount: rect.width * rect.height }
    list.push({ ...facts, ...(await presented(stand, alone, rect)) })
  }
  for (const buffers of [1, 3, 16]) {
    const step = `${buffers}${buffers > 1 ? ', flipped' : ''}, a bar`
    const facts = { axis: 'buffers', step, amount: buffers }
    list.push({ ...facts, ...(await presented(stand, alone, bar.rect, buffers)) })
  }
  for (const planes of [1, 2, 3]) {
    const facts = { axis: 'planes', step: `${planes}, all changed`, amount: planes }
    const shown = planesOf(size).slice(0, planes)
    list.push({ ...facts, ...(await presented(stand, shown, wholeOf(size))) })
  }
  return list
}
